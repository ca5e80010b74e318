"""4.3.1: metrics are declared, logged and held to limits, and their trend over versions is seen."""

from __future__ import annotations

from datetime import datetime, timedelta

from ....evidence.document import mapping, sequence, text
from ....evidence.moment import moment
from ....evidence.shell import commands
from ....evidence.snapshot import Snapshot
from ...finding import Finding, Place, found, missing, unseen, weak
from ...probe import Probe
from ...reports import Report, by_ci, number, stale

PARAMS = "params.yaml"
_LOGS = ("log_metric", "log_metrics", "log_batch", "autolog", "log_table")
_LIMITS = ("gate", "gates", "thresholds", "limits")


class MetricsAreMonitored(Probe):
    """Offline metrics are stored and monitored."""

    statement = "4.3.1"

    def observe(self, snapshot: Snapshot) -> Finding:
        """Stage, logging and limits first; then the report on the last versions."""
        stages, params = snapshot.stages, snapshot.pages.yaml(PARAMS)
        for problem, path in ((stages.problem, "dvc.yaml"), (params.problem, PARAMS)):
            if problem:
                return unseen(f"{path} cannot be read: {problem}", Place(path))
        declaring = [stage for stage in stages.value or () if stage.metrics]
        if not declaring:
            return missing("no stage of dvc.yaml declares metrics", Place("dvc.yaml"))
        place = Place("dvc.yaml", declaring[0].line or None, declaring[0].name)
        gone = [p for p in declaring[0].code if p not in snapshot.files or p in snapshot.empty]
        if gone:
            return missing(f"{gone[0]}, which measures, is not there or says nothing", place)
        logging = sorted(path for path in _reached(snapshot) if _logs(snapshot, path))
        if not logging:
            return missing("no stage of the pipeline logs its metrics to tracking", place)
        body = mapping(params.value)
        evaluate = mapping(body.get("evaluate"))
        named = evaluate.get("metric", evaluate.get("metrics", body.get("metric")))
        metrics = [text(name) for name in sequence(named) if text(name)]
        if not metrics:
            return missing(f"{PARAMS} does not name the metric (evaluate.metric)", place)
        limits = [
            name
            for part in _LIMITS
            for name, value in mapping(body.get(part)).items()
            if number(value) is not None
        ]
        if not limits:
            return missing(f"{PARAMS} sets no limit to a metric (gate)", Place(PARAMS), place)
        places = [place, Place(logging[0]), Place(PARAMS, None, ", ".join(metrics))]
        report = by_ci(snapshot, "metrics_trend", *places)
        if isinstance(report, Finding):
            return report
        return self._followed(snapshot, report, metrics, places)

    def _followed(
        self, snapshot: Snapshot, report: Report, metrics: list[str], places: list[Place]
    ) -> Finding:
        here = Place(report.where)
        entries = {
            text(body.get("model_version")) or text(body.get("version")): body
            for body in map(mapping, sequence(report.body.get("versions")))
        }
        if not entries or "" in entries:
            return weak(f"{report.where} lists no versions", here, *places)
        made = _made(snapshot, entries)
        newest = max(made, key=lambda version: made[version])
        late = stale(snapshot, report, timedelta(days=self.entry.number("report_days")), *places)
        if late and (newest not in entries or (report.at and made[newest] > report.at)):
            return late
        since = made[newest]
        if newest not in entries and report.at and since <= report.at:
            return weak(f"{report.where} leaves out version {newest}", here, *places)
        for version, body in entries.items():
            known = mapping(body.get("metrics"))
            absent = [name for name in metrics if number(known.get(name)) is None]
            if absent:
                reason = f"{report.where} has no {absent[0]} of version {version}"
                return weak(reason, here, *places)
        count = int(number(report.body.get("k")) or self.entry.number("versions"))
        before = sorted(
            (v for v in made if report.at and made[v] <= report.at), key=made.__getitem__
        )
        absent = [version for version in before[-max(count, 2) :] if version not in entries]
        if absent:
            return weak(f"{report.where} leaves out version {absent[0]}", here, *places)
        said = f"{', '.join(metrics)} of {len(entries)} versions: stored and followed"
        return found(said, here, *places)


def _reached(snapshot: Snapshot) -> frozenset[str]:
    found_: set[str] = set()
    for stage in snapshot.stages.value or ():
        found_ |= snapshot.modules.reach(stage.code)
        for line in stage.commands:
            for command in commands(line):
                found_ |= snapshot.modules.run_by(command.words)
    return frozenset(found_)


def _logs(snapshot: Snapshot, path: str) -> bool:
    return bool(snapshot.modules.calls.get(path, frozenset()) & set(_LOGS))


def _made(snapshot: Snapshot, entries: dict[str, dict[str, object]]) -> dict[str, datetime]:
    """Return when each version was made, by the report itself and by what CI's events name."""
    first = datetime.min.replace(tzinfo=snapshot.now.tzinfo)
    made = {version: moment(body.get("created_at")) or first for version, body in entries.items()}
    events = snapshot.runs.dated("gate_decision", "model_registered", "model_deployed")
    for event in events:
        version = text(event.fields.get("model_version"))
        accepted = text(event.fields.get("status")) in ("success", "")
        # A version may go through the gate again, and is deployed after it was made: the first
        # time counts, which is read last.
        made_it = event.type != "model_deployed" or version not in entries
        if version and accepted and made_it and event.ci and event.at and event.at <= snapshot.now:
            made[version] = event.at
    return made
