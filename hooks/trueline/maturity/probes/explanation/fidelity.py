"""6.3: explanations are held against what the model really does, for the version that is
deployed.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from ....evidence.document import mapping, text
from ....evidence.flows import Function
from ....evidence.snapshot import Snapshot
from ...deployed import serving
from ...finding import Finding, Place, found, missing, unseen, weak
from ...predicting import place, unread
from ...probe import Probe
from ...reports import Report, by_ci, number

PARAMS, REPORT = "params.yaml", "explanations"
_FIDELITY = re.compile(r"fidelity|faithful|surrogate|deletion", re.I)
_STABILITY = re.compile(r"stability|robustness|sensitivity", re.I)
MEASURES = ("fidelity", "stability")


class ExplanationsAreTrue(Probe):
    """The system describes correctly how it reached its decision."""

    statement = "6.3"

    def observe(self, snapshot: Snapshot) -> Finding:
        """Look for the code that measures and the limits; then at what the newest report says."""
        code = next(filter(_measures, snapshot.flows.functions.values()), None)
        if code is None:
            reason = "no code measures how faithful and how stable explanations are"
            return unread(snapshot, reason)
        params = snapshot.pages.yaml(PARAMS)
        if params.problem:
            return unseen(f"{PARAMS} cannot be read: {params.problem}", Place(PARAMS))
        limits = mapping(mapping(params.value).get("explain"))
        for name in MEASURES:
            least = number(limits.get(f"min_{name}"))
            if least is None:
                return missing(f"{PARAMS} has no explain.min_{name}", Place(PARAMS), place(code))
            if least <= self.entry.number("limits_above"):
                reason = f"explain.min_{name} of {PARAMS} is {least:g}, which nothing can miss"
                return missing(reason, Place(PARAMS), place(code))
        return self._measured(snapshot, limits, place(code))

    def _measured(self, snapshot: Snapshot, limits: Mapping[str, object], code: Place) -> Finding:
        report = by_ci(snapshot, REPORT, code)
        if isinstance(report, Finding):
            return report
        here = Place(report.where)
        gap = _version(report, snapshot) or _misses(report, limits)
        if gap:
            return weak(f"{report.where} {gap}", here, code)
        numbers = ", ".join(f"{name} {number(report.body.get(name)):.2f}" for name in MEASURES)
        version = text(report.body.get("model_version"))
        return found(f"version {version}: {numbers}", here, code)


def _measures(function: Function) -> bool:
    # What an answer is made of costs more to find out than what is in the code at all.
    if not function.mentions(_FIDELITY, _STABILITY):
        return False
    told = function.told
    return bool(
        function.carried and any(map(_FIDELITY.search, told)) and any(map(_STABILITY.search, told))
    )


def _version(report: Report, snapshot: Snapshot) -> str | None:
    deployed, _ = serving(snapshot)
    said = text(report.body.get("model_version"))
    if not deployed:
        return "cannot be of the deployed version: no deployment on branch evidence names one"
    return None if said == deployed else f"is of version {said or '?'}, deployed is {deployed}"


def _misses(report: Report, limits: Mapping[str, object]) -> str | None:
    """Say which number misses the project's own limit, whatever the report calls itself."""
    for name in MEASURES:
        value, least = number(report.body.get(name)), number(limits.get(f"min_{name}"))
        if value is None or least is None:
            return f"has no number for {name}"
        if value < least:
            return f"has {name} {value:g}, {least:g} is the least by {PARAMS}"
    error, most = number(report.body.get("additivity_error")), number(limits.get("max_error"))
    if error is not None and most is not None and error > most:
        return f"has additivity_error {error:g}, {most:g} is the most by {PARAMS}"
    return None
