"""6.1: answers come with contributions of the features, and these add up to the margin."""

from __future__ import annotations

import re
from collections.abc import Iterable

from ....evidence.flows import Function
from ....evidence.snapshot import Snapshot
from ....evidence.suite import Case
from ...finding import Finding
from ...predicting import batch, handlers, place, unread
from ...probe import Probe
from ...tested import proved, says, uses

ROUTE = re.compile(r"expla", re.I)
_EXPLAINS = re.compile(r"expla(?:in|nation)|contribution|shap(?:ley)?\b|attribution|reasons", re.I)
# What an explanation has to say -> a key, a keyword or a column that says it.
PARTS = {
    "contributions": re.compile(r"contribution|shap|attribution", re.I),
    "base": re.compile(r"^(?:base|bias|baseline|intercept|prior|expected)(?:_values?)?$", re.I),
    "reference values": re.compile(r"reference|median|typical|background|usual", re.I),
}
_SUM = r"^(?:f?sum|add|total|cumsum|nansum)$"
_BASE = PARTS["base"].pattern
_CLOSE = r"^(?:abs|approx|is_?close|allclose|round|assert_?(?:all)?_?(?:almost_?equal|close)s?)$"


class OutputsAreExplained(Probe):
    """The system can explain its outputs with evidence."""

    statement = "6.1"

    def observe(self, snapshot: Snapshot) -> Finding:
        """Look for a route, or columns of the batch output, that explain; then for the sum."""
        gap = "no route explains, and the batch output has no explanation columns"
        for function, told in self._ways(snapshot):
            lacking = [name for name, part in PARTS.items() if not any(map(part.search, told))]
            if not lacking:
                wanted = {"contributions that add up to the margin": _adds_up}
                reason = "explained with contributions that add up"
                return proved(snapshot, wanted, reason, place(function))
            named = f"{function.name} of {function.path}"
            gap = f"{named} answers without {', without '.join(lacking)}"
        return unread(snapshot, gap)

    def _ways(self, snapshot: Snapshot) -> Iterable[tuple[Function, frozenset[str]]]:
        """Yield the functions that explain to somebody, with all that the explanation says."""
        if snapshot.project.realtime is not False:
            for function in handlers(snapshot, ROUTE):
                yield function, _told(snapshot, function, function.carried, function.labels)
        if snapshot.project.batch is not False:
            own = snapshot.flows.reach(f.dotted for f in batch(snapshot))
            files = {f.path for f in batch(snapshot)}
            for function in own:
                told = _told(snapshot, function, function.used, function.texts)
                if function.path in files and told:
                    yield function, told


def _told(
    snapshot: Snapshot, function: Function, calls: frozenset[str], own: frozenset[str]
) -> frozenset[str]:
    """Return what the answer says if it holds an explanation, else nothing."""
    flows = snapshot.flows
    reached = {call: flows.reach([call], whole=False) for call in calls}
    leading = [
        f
        for call, found in reached.items()
        if _EXPLAINS.search(call) or any(_EXPLAINS.search(f.dotted) for f in found)
        for f in found
    ]
    explaining = [f for f in leading if _EXPLAINS.search(f.dotted) and f is not function]
    if not explaining:
        return frozenset()
    # What a class that is made by position says, its fields say.
    named = function.told.union(*(f.told for f in explaining))
    fields = [said for name, said in flows.fields.items() if name.rpartition(".")[2] in named]
    return own.union(*(f.labels for f in explaining), *fields)


def _adds_up(case: Case) -> bool:
    return uses(case, r"expla|shap|contribution") and says(case, _SUM, _BASE, _CLOSE)
