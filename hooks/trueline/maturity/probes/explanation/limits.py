"""6.4: a guard is asked before each answer, the answer carries what it says, and tests show it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable

from ....evidence.document import mapping
from ....evidence.flows import Function
from ....evidence.snapshot import Snapshot
from ....evidence.suite import Case
from ...finding import Finding, Place, missing, unseen, weak
from ...predicting import API, paths, place, unread
from ...probe import Probe
from ...reports import number
from ...tested import proved, says, uses

SETTINGS = "conf/operations.yaml"
_GUARD = re.compile(
    r"guard|(?:in|out_of)_(?:domain|distribution|range)|knowledge_limit|abstain|abstention"
    r"|novelty|outlier|doubt|uncertain|conformal|reject_option",
    re.I,
)
# Guards of another kind: they look at who asks.
_OTHER = re.compile(r"auth|access|login|token|rate_limit|csrf", re.I)
_DOUBTS = {
    "a number out of range": r"out_?(?:side|_of_(?:range|domain|bounds)|_?lier)|beyond",
    "an unseen category": r"unseen|(?:unknown|novel)_?\s?(?:categor|value|level|label)",
    "a missing key feature": r"missing|absent",
}
_RATE = r"false_?\s?(?:flag|alarm|positive)|flag\w*_(?:rate|share)|(?:share|rate)_(?:of_)?flag"


class LimitsAreKnown(Probe):
    """The system knows and signals its limits."""

    statement = "6.4"

    def observe(self, snapshot: Snapshot) -> Finding:
        """Follow each way of serving to the guard; then look at the tests of four kinds."""
        places: list[Place] = []
        asked: list[Function] = []
        for way, starts in paths(snapshot).items():
            if not starts:
                return unread(snapshot, f"no code of {way} was found")
            reached = _reached(snapshot, starts)
            asking = [f for f in reached if any(map(_guards, f.calls))]
            if not asking:
                where = [place(f) for f in starts[:1]]
                return unread(snapshot, f"{way} asks no guard before it answers", *where)
            heard = [f for f in asking if any(map(_guards, _kept(f, way)))]
            if not heard:
                reason = f"{asking[0].path} asks the guard, and the answer does not tell of it"
                return weak(reason, place(asking[0]))
            places.append(place(heard[0]))
            asked += reached
        within = [
            f for f in asked if any(map(_guards, (c for g in (f, *f.inner) for c in g.calls)))
        ]
        if not any(map(_guards, (call for f in within for call in f.decides))):
            reason = "nothing is refused and nothing falls back on account of the guard"
            return missing(reason, *places)
        return self._settings(snapshot) or self._tested(snapshot, places)

    def _settings(self, snapshot: Snapshot) -> Finding | None:
        operations = snapshot.operations
        if operations.problem:
            return unseen(f"{SETTINGS} cannot be read: {operations.problem}", Place(SETTINGS))
        guard = mapping((operations.value or {}).get("guard"))
        share, most = number(guard.get("max_false_flags")), self.entry.number("false_flags")
        if share is not None and share > most:
            reason = f"guard.max_false_flags of {SETTINGS} is {share:g}, {most:g} is the most"
            return weak(reason, Place(SETTINGS))
        return None

    def _tested(self, snapshot: Snapshot, places: list[Place]) -> Finding:
        wanted = {what: _shows(pattern) for what, pattern in _DOUBTS.items()}
        wanted["the share of known rows that is flagged"] = _shows(_RATE)
        reason = "asked on each way of serving, answered, and tested"
        return proved(snapshot, wanted, reason, *places)


def _reached(snapshot: Snapshot, starts: Iterable[Function]) -> list[Function]:
    """Return what serves without the guard's own code: what it calls itself is no question."""
    reached = snapshot.flows.reach(function.dotted for function in starts)
    return [f for f in reached if not _GUARD.search(f.path) and not _GUARD.search(f.owner)]


def _kept(function: Function, way: str) -> frozenset[str]:
    # What scores a batch may write its answer down rather than return it.
    return function.carried if way == API else function.carried | function.used


def _guards(call: str) -> bool:
    return bool(_GUARD.search(call)) and not _OTHER.search(call)


def _shows(pattern: str) -> Callable[[Case], bool]:
    return lambda case: uses(case, _GUARD.pattern) and says(case, pattern)
