"""1.2.3: which model was chosen over which others, with figures that the runs really have."""

from __future__ import annotations

import re
from dataclasses import dataclass

from ....evidence.document import Malformed, mapping, sequence, text
from ....evidence.released import unwritten
from ....evidence.snapshot import Snapshot
from ...finding import Finding, Place, found, missing, unseen, weak
from ...front_matter import front_matter
from ...measured import metrics_of
from ...probe import Probe

FOLDER = "docs/adr"
MINIMUM = 2
FIELDS = ("name", "metric", "run_id")


@dataclass(frozen=True)
class Decision:
    """One decision record that compares models."""

    path: str
    status: str
    model: str
    alternatives: list[dict[str, object]]


class ModelChoiceIsJustified(Probe):
    """The choice of the model is documented and justified."""

    statement = "1.2.3"

    def observe(self, snapshot: Snapshot) -> Finding:
        """Take the newest accepted record; hold it against params.yaml, then against the runs."""
        best: Finding | None = None
        for path in reversed(snapshot.pages.below(FOLDER)):
            document = snapshot.pages.text(path)
            if document.problem or not path.endswith(".md"):
                continue
            try:
                record = _decision(path, front_matter(document.value or ""))
            except Malformed as error:
                best = best or unseen(f"{path} cannot be read: {error}", Place(path))
                continue
            if record is None:
                continue
            reason = unwritten(path, document.value or "", snapshot.released)
            gap = reason or _gap(record)
            if gap is None:
                return self._compared(record, snapshot)
            best = best or missing(f"{path}: {gap}", Place(path))
        return best or missing(f"no record below {FOLDER} compares models and chooses one")

    def _compared(self, record: Decision, snapshot: Snapshot) -> Finding:
        place = Place(record.path, None, f"{len(record.alternatives)} alternatives")
        params = snapshot.pages.yaml("params.yaml")
        if params.problem:
            return unseen(f"params.yaml cannot be read: {params.problem}", Place("params.yaml"))
        trained = text(mapping(mapping(params.value).get("model")).get("name"))
        if trained and trained != record.model:
            return missing(
                f"{record.path} decides for {record.model}, params.yaml trains {trained}",
                place,
                Place("params.yaml"),
            )
        gap = self._unproved(record, snapshot)
        if not trained:
            gap = "params.yaml does not say which model it trains (model.name)"
        return (
            weak(gap, place)
            if gap
            else found(f"{record.model} was chosen; the runs have the figures of the record", place)
        )

    def _unproved(self, record: Decision, snapshot: Snapshot) -> str | None:
        within = self.entry.number("tolerance")
        for alternative in record.alternatives:
            name, run = text(alternative.get("name")), text(alternative.get("run_id"))
            known, where = metrics_of(run, snapshot)
            if known is None:
                return f"the run of {name} ({run[:8]}) {where}"
            metric, value = text(alternative.get("metric")), alternative.get("value")
            if metric not in known:
                return f"run {run[:8]} has no {metric} ({where})"
            if abs(known[metric] - (_number(value) or 0.0)) > within:
                return f"{record.path} says {metric} {value} of {name}, the run has {known[metric]}"
        return None


def _decision(path: str, body: dict[str, object]) -> Decision | None:
    chosen = mapping(body.get("decision"))
    if "model" not in chosen and "alternatives" not in body:
        return None
    listed = [mapping(item) for item in sequence(body.get("alternatives"))]
    return Decision(path, text(body.get("status")).lower(), text(chosen.get("model")), listed)


def _gap(record: Decision) -> str | None:
    if record.status != "accepted":
        return f"its status is {record.status or 'empty'}, not accepted"
    if not record.model:
        return "decision.model is empty"
    if len(record.alternatives) < MINIMUM:
        return f"{len(record.alternatives)} alternatives, {MINIMUM} are the least"
    for item in record.alternatives:
        lacking = [field for field in FIELDS if not text(item.get(field))]
        if lacking:
            return f"alternative {text(item.get('name')) or 'without name'} lacks {lacking[0]}"
        if _number(item.get("value")) is None:
            return f"the value of alternative {text(item.get('name'))} is no number"
    if not any(map(_baseline, record.alternatives)):
        return "none of the alternatives is a baseline"
    return None


def _number(value: object) -> float | None:
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return None
    # Also sorts out what is not a number, and an int that is too large for a float.
    return float(value) if -1e300 < value < 1e300 else None


def _baseline(item: dict[str, object]) -> bool:
    named = re.search(r"baseline", text(item.get("name")), re.IGNORECASE)
    return named is not None or text(item.get("metric")).startswith("baseline.")
