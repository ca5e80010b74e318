"""2.2.8: what sets a training off, why that, which workflow listens, and that it really ran."""

from __future__ import annotations

from datetime import timedelta

from ....evidence import cron
from ....evidence.document import mapping, sequence, text
from ....evidence.released import NEW_WORDS, own_words, unwritten
from ....evidence.runs import BRANCH, age
from ....evidence.snapshot import Snapshot
from ....evidence.workflows import Workflow
from ...ci import steps
from ...finding import Finding, Place, found, missing, old, unseen, weak
from ...probe import Probe
from ...proof import foreign
from ...reports import number
from ...settings import PATH
from ...training import trained, trains

PAGE = "docs/model/retraining.md"
_BY_EVENT = ("drift", "data", "performance")
_TOLERANCE = 1.5


class RetrainingIsMotivated(Probe):
    """When the model is trained again is decided, with reasons, and happens."""

    statement = "2.2.8"

    def observe(self, snapshot: Snapshot) -> Finding:
        """Each trigger for itself first; then the newest training that one of them set off."""
        document = snapshot.operations
        if document.problem:
            return unseen(f"{PATH} cannot be read: {document.problem}", Place(PATH))
        content = document.value or {}
        listed = content.get("triggers", mapping(content.get("retrain")).get("triggers"))
        triggers = [mapping(item) | {"line": getattr(item, "line", 0)} for item in sequence(listed)]
        if not triggers:
            return missing(f"{PATH} names no triggers", Place(PATH))
        places: list[Place] = []
        for trigger in triggers:
            line = trigger["line"]
            kind = text(trigger.get("kind")) or "a trigger without kind"
            here = Place(PATH, line if isinstance(line, int) and line else None, kind)
            gap = _form(trigger, kind) or _unreasoned(trigger, snapshot)
            if gap:
                return missing(f"{kind}: {gap}", here)
            wired = _wired(trigger, kind, snapshot)
            if isinstance(wired, Finding):
                return wired
            places += [here, wired]
        page = snapshot.pages.text(PAGE)
        reason = unwritten(PAGE, page.value, snapshot.released) if page.value is not None else None
        if reason:
            return weak(f"{PAGE}: {reason}", *places)
        return self._at_work(snapshot, triggers, places)

    def _at_work(
        self, snapshot: Snapshot, triggers: list[dict[str, object]], places: list[Place]
    ) -> Finding:
        spans = [cron.period(text(t.get("cron"))) for t in triggers if t.get("kind") == "schedule"]
        periods = [span for span in spans if span]
        kinds = ("schedule",) if periods else tuple(text(t.get("kind")) for t in triggers)
        most = (
            max(periods) * _TOLERANCE
            if periods
            else timedelta(days=self.entry.number("unscheduled_days"))
        )
        what = "by its schedule" if periods else "by any of its triggers"
        events = trained(snapshot, *kinds)
        if not events:
            return weak(f"CI recorded no training that was set off {what}", *places)
        newest = events[0]
        since = age(newest.at, snapshot.now) or timedelta()
        here = Place("evidence:events.jsonl", None, f"{newest.type} {newest.at:%Y-%m-%d %H:%M}")
        if since > most:
            days, allowed = since / timedelta(days=1), most / timedelta(days=1)
            return old(
                f"the last training {what} is {days:.1f} days ago, {allowed:.1f} are the most",
                here,
                *places,
            )
        gap = foreign(text(newest.fields.get("git_sha")), snapshot)
        if gap:
            return weak(f"the last training {what} {gap}", here, *places)
        return found("its triggers have reasons, are wired, and set a training off", here, *places)


def _form(trigger: dict[str, object], kind: str) -> str | None:
    if kind == "schedule":
        if cron.period(text(trigger.get("cron"))) is None:
            return "it has no cron line"
    elif kind in _BY_EVENT:
        if number(trigger.get("threshold")) is None:
            return "it has no threshold"
        if not text(trigger.get("dispatch")):
            return "it does not say which repository_dispatch it sends (dispatch)"
    elif kind != "manual":
        return "kind is none of schedule, drift, data, performance, manual"
    return None


def _unreasoned(trigger: dict[str, object], snapshot: Snapshot) -> str | None:
    rationale = text(trigger.get("rationale"))
    own = own_words(rationale, PATH, snapshot.released)
    if own < NEW_WORDS or "fill:" in rationale:
        return f"{own} words of its rationale are your own, {NEW_WORDS} are needed"
    shown = text(trigger.get("evidence"))
    if not shown:
        return "it names no evidence"
    return None if _shows(shown, snapshot) else f"its evidence {shown[:80]} is nowhere to be seen"


def _shows(path: str, snapshot: Snapshot) -> bool:
    """True when the evidence is tracked, or CI pushed it; a curve of a report needs two points."""
    plain = path.partition("#")[0].removeprefix("./").removeprefix("evidence:")
    if plain in snapshot.files:
        page = snapshot.pages.text(plain).value
        return page is None or unwritten(plain, page, snapshot.released) is None
    return any(
        report.path == plain
        and report.place == BRANCH
        and foreign(report.commit, snapshot) is None
        and (report.at is None or report.at <= snapshot.now)
        and ("curve" not in report.body or len(sequence(report.body["curve"])) > 1)
        for report in snapshot.runs.reports
    )


def _wired(trigger: dict[str, object], kind: str, snapshot: Snapshot) -> Place | Finding:
    event = {"schedule": "schedule", "manual": "workflow_dispatch"}.get(kind, "repository_dispatch")
    best: Finding | None = None
    for workflow, job, step, ignored in steps(snapshot, trains, (event,)):
        if _listens(workflow, event, trigger):
            if ignored is None:
                return Place(workflow.path, step.line or None, job.id)
            best = weak(
                f"the training of trigger {kind}: {ignored}", Place(workflow.path, step.line)
            )
    broken = snapshot.workflows.broken
    if best is None and broken:
        return unseen(
            f"{broken[0].path} cannot be read: {broken[0].problem}", Place(broken[0].path)
        )
    said = text(trigger.get("cron") if kind == "schedule" else trigger.get("dispatch"))
    return best or missing(
        f"no workflow trains on the trigger {kind} ({said or event})", Place(PATH)
    )


def _listens(workflow: Workflow, event: str, trigger: dict[str, object]) -> bool:
    listening = workflow.triggers[event]
    if event == "schedule":
        return any(cron.same(text(trigger.get("cron")), line) for line in listening.crons)
    if event == "repository_dispatch":
        return not listening.types or text(trigger.get("dispatch")) in listening.types
    return True
