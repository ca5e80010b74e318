"""4.4.1: what is watched, how often, with which alert; and a report that is young enough."""

from __future__ import annotations

import re
from datetime import timedelta

from ....evidence.document import mapping, sequence, text
from ....evidence.moment import period
from ....evidence.runs import Record, age
from ....evidence.snapshot import Snapshot
from ...finding import Finding, Place, found, missing, old, unseen, weak
from ...probe import Probe
from ...proof import foreign, tests

SETTINGS = "conf/operations.yaml"
_TARGETS = ("target", "label", "prediction", "predictions")


class DriftIsWatched(Probe):
    """Distributions of the features are recomputed regularly, with an alert on a harmful shift."""

    statement = "4.4.1"

    def observe(self, snapshot: Snapshot) -> Finding:
        """Settings first; then the newest report and the test of the alert."""
        operations = snapshot.operations
        if operations.problem:
            return unseen(f"{SETTINGS} cannot be read: {operations.problem}", Place(SETTINGS))
        drift = mapping((operations.value or {}).get("drift"))
        if not drift:
            return missing(f"{SETTINGS} has no section drift")
        place = Place(
            SETTINGS, getattr((operations.value or {}).get("drift"), "line", None), "drift"
        )
        known = _known(snapshot)
        watched = _watched(drift, known)
        hours = drift.get("every_hours")
        every = period(f"{hours}h" if hours is not None else drift.get("period"))
        lacking = _lacking(drift, watched, every)
        if lacking or every is None:
            return missing(f"drift does not say {', '.join(lacking)}", place)
        top = _top(snapshot, int(self.entry.number("top_features")))
        if top - watched:
            return missing(
                f"drift leaves out {sorted(top - watched)[0]}, one of the most important", place
            )
        if not top and not known <= watched:
            return weak("no reports/importance.json says which features matter most", place)
        return self._computed(snapshot, watched, every, place)

    def _computed(
        self, snapshot: Snapshot, watched: frozenset[str], every: timedelta, place: Place
    ) -> Finding:
        report = next(iter(snapshot.runs.report("drift")), None)
        if report is None:
            return weak("no reports/drift.json on branch evidence", place)
        here = Place(report.where)
        gap = _report_gap(report, snapshot, watched)
        if gap:
            return weak(f"{report.where} {gap}", here, place)
        since = age(report.at, snapshot.now)
        if since is None:
            return weak(f"{report.where} has no time, or one in the future", here, place)
        if since > every * 1.5:
            hours = since.total_seconds() / 3600
            return old(f"drift was last computed {hours:.0f} hours ago", here, place)
        return self._alerting(snapshot, here, place)

    def _alerting(self, snapshot: Snapshot, *places: Place) -> Finding:
        cases = [
            case
            for case in snapshot.suite.cases
            if case.asserts
            and not case.skipped
            and any(re.search(r"\bmonitoring\b|\bdrift\b", module) for module in case.modules)
            and re.search(r"alert|shift|drift|moved", case.name)
        ]
        proof = tests(snapshot, by_ci=True)
        if not cases:
            return weak("no test exercises the alert on shifted data", *places)
        if proof.run is None:
            return weak(f"the test of the alert: {proof.gap}", *places)
        if len(proof.passed(cases)) < len(cases):
            return weak("not every test of the alert passed", *proof.places, *places)
        return found("computed in time, and the alert is tested", *places, *proof.places)


def _known(snapshot: Snapshot) -> frozenset[str]:
    return snapshot.columns.typed.value or frozenset()


def _watched(drift: dict[str, object], known: frozenset[str]) -> frozenset[str]:
    # A project that names only what it leaves out watches all the rest.
    if drift.get("features") == "all" or ("features" not in drift and "without" in drift):
        return known - {text(name) for name in sequence(drift.get("without"))}
    return frozenset(text(name) for name in sequence(drift.get("features"))) - {""}


def _lacking(
    drift: dict[str, object], watched: frozenset[str], every: timedelta | None
) -> list[str]:
    thresholds = ("threshold", "thresholds", "alpha", "drift_psi")
    checks = {
        "which features": bool(watched),
        "by which test": any(drift.get(key) for key in ("test", "tests", "drift_psi")),
        "from which threshold": any(drift.get(key) for key in thresholds),
        "how often (period)": every is not None,
        "whom it alerts": bool(drift.get("alert")),
    }
    return [name for name, there in checks.items() if not there]


def _top(snapshot: Snapshot, count: int) -> frozenset[str]:
    """Return the most important features by reports/importance.json: {"features":
    {name: weight}}.
    """
    report = next(
        (
            report
            for report in snapshot.runs.report("importance")
            if foreign(report.commit, snapshot) is None
            and (report.at is None or report.at <= snapshot.now)
        ),
        None,
    )
    features = report.body.get("features", report.body.get("importance")) if report else None
    if isinstance(features, list):
        pairs = [(text(mapping(f).get("name")), mapping(f).get("importance")) for f in features]
    else:
        pairs = list(mapping(features).items())
    weights = [(name, w) for name, w in pairs if isinstance(w, (int, float)) and name]
    return frozenset(name for name, _ in sorted(weights, key=lambda pair: -pair[1])[:count])


def _report_gap(
    report: Record[dict[str, object]], snapshot: Snapshot, watched: frozenset[str]
) -> str | None:
    if not report.ci:
        return "is not from CI (only branch evidence proves that)"
    reason = foreign(report.commit, snapshot)
    if reason:
        return reason
    columns = _names(report.body.get("columns", report.body.get("features")))
    if watched - columns:
        return f"leaves out {sorted(watched - columns)[0]}"
    targets = {name for name in _TARGETS if report.body.get(name)} | (columns & set(_TARGETS))
    if not targets:
        return "compares neither target nor prediction"
    counts = [report.body.get(key) for key in ("n", "rows", "current_rows", "n_current")]
    counts += [mapping(report.body.get(key)).get("current") for key in ("rows", "n")]
    return None if any(isinstance(n, int) and n > 0 for n in counts) else "compares no rows"


def _names(columns: object) -> frozenset[str]:
    if isinstance(columns, dict):
        return frozenset(map(str, columns))
    return frozenset(
        text(mapping(item).get("name") or mapping(item).get("column"))
        if isinstance(item, dict)
        else text(item)
        for item in sequence(columns)
    )
