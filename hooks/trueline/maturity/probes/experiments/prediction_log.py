"""7.1: every way of serving writes what it was asked and what it answered, by itself."""

from __future__ import annotations

import re
from datetime import timedelta

from ....evidence.document import mapping, sequence, text
from ....evidence.flows import Function
from ....evidence.moment import moment, period
from ....evidence.runs import age
from ....evidence.snapshot import Snapshot
from ...finding import Finding, Place, found, missing, old, unseen, weak
from ...predicting import beside, paths, place, unread
from ...probe import Probe
from ...reports import Report, by_ci, number

SETTINGS, FEATURES, REPORT = "conf/operations.yaml", "conf/features.yaml", "prediction_log"
_STORE = re.compile(
    r"(?:prediction|inference|scoring|request|answer)s?_?(?:log|logger|store|sink|archive|history)"
    r"|(?:log|store|record|save)_?(?:prediction|inference|answer)",
    re.I,
)
_WRITES = re.compile(
    r"^(?:append|write|put|add|insert|send|emit|publish|save|store|record|log|info)\w*$", re.I
)
# What a record has to hold -> a name that says it, in the writer or where it is called.
_HOLDS = {
    "features": re.compile(r"feature|input|row|request|column", re.I),
    "prediction": re.compile(r"predict|output|answer|score|response", re.I),
    "model version": re.compile(r"version|model_id|run_id|sha256", re.I),
}


class PredictionsAreStored(Probe):
    """Model inputs and outputs are stored automatically."""

    statement = "7.1"

    def observe(self, snapshot: Snapshot) -> Finding:
        """Follow each way of serving to the writer; then the policy, then what was stored."""
        places: list[Place] = []
        for way, starts in paths(snapshot).items():
            if not starts:
                return unread(snapshot, f"no code of {way} was found")
            reached = snapshot.flows.reach(beside(snapshot, starts))
            writing = [f for f in reached if _writers(f) and not _STORE.search(f.path)]
            if not writing:
                where = [place(f) for f in starts[:1]]
                return unread(snapshot, f"{way} stores neither inputs nor outputs", *where)
            lacking = _lacking(snapshot, writing)
            if lacking:
                return missing(f"what {way} stores has no {lacking}", place(writing[0]))
            places.append(place(writing[0]))
        return self._policy(snapshot) or self._stored(snapshot, places)

    def _policy(self, snapshot: Snapshot) -> Finding | None:
        for document in (snapshot.operations, snapshot.pages.yaml(FEATURES)):
            if document.problem:
                reason = f"{document.path} cannot be read: {document.problem}"
                return unseen(reason, Place(document.path))
        settings = _section(snapshot)
        personal = mapping(mapping(snapshot.pages.yaml(FEATURES).value).get("personal"))
        kept = personal.get("keep_days")
        days = kept.get("predictions") if isinstance(kept, dict) else kept
        if not any(_positive(value) for value in (settings.get("keep_days"), days)):
            reason = f"neither {SETTINGS} nor {FEATURES} says how long predictions are kept"
            return missing(reason, Place(SETTINGS), Place(FEATURES))
        features = snapshot.columns.documented.value or ()
        flagged = bool(features) and all(_personal(f.fields) is not None for f in features)
        if not text(settings.get("personal")) and not flagged:
            reason = f"neither {SETTINGS} nor {FEATURES} says what becomes of personal data"
            return missing(reason, Place(SETTINGS), Place(FEATURES))
        return None

    def _stored(self, snapshot: Snapshot, places: list[Place]) -> Finding:
        report = by_ci(snapshot, REPORT, *places)
        if isinstance(report, Finding):
            return report
        here = Place(report.where)
        gap = self._share(report, snapshot)
        if gap:
            return weak(f"{report.where} {gap}", here, *places)
        every = _every(snapshot) or timedelta(hours=self.entry.number("every_hours"))
        since = age(moment(report.body.get("newest_at")), snapshot.now)
        if since is None:
            reason = f"{report.where} does not say of when the newest row is (newest_at)"
            return weak(reason, here, *places)
        if since > every * self.entry.number("periods"):
            hours = since.total_seconds() / 3600
            return old(f"the newest prediction was stored {hours:.0f} hours ago", here, *places)
        return found("stored on each way of serving, and nothing is lost", here, *places)

    def _share(self, report: Report, snapshot: Snapshot) -> str | None:
        served, stored = (report.body.get(f"rows_{name}") for name in ("served", "stored"))
        if not isinstance(served, int) or not isinstance(stored, int) or served <= 0:
            return "counts no row that was served"
        declared = mapping((snapshot.operations.value or {}).get("api")).get("log_share", 1.0)
        share = number(_section(snapshot).get("share", declared))
        if share is None or not 0 < share <= 1:
            return f"cannot be judged: the share that {SETTINGS} declares is none"
        if stored > served:
            return "has more rows stored than served"
        # Both sides are whole numbers times a decimal: equality must not fail by a rounding.
        if stored < self.entry.number("stored") * served * share - 1e-6:
            return f"has {stored} rows stored of {served} served (declared share {share:g})"
        return self._hidden(report, snapshot)

    def _hidden(self, report: Report, snapshot: Snapshot) -> str | None:
        hidden = {f.name for f in snapshot.columns.documented.value or () if _personal(f.fields)}
        columns = {text(name) for name in sequence(report.body.get("columns"))}
        if hidden and not columns:
            return "does not say which columns are stored"
        return f"holds {min(hidden & columns)}, which is personal" if hidden & columns else None


def _writers(function: Function) -> list[str]:
    """Return what a function writes records by: called, or handed on to be called."""
    handed = [
        name
        for name in function.refers
        if _STORE.search(name) and _WRITES.search(name.rpartition(".")[2])
    ]
    return handed + [c for c in function.calls if _STORE.search(c.rpartition(".")[2])]


def _lacking(snapshot: Snapshot, writing: list[Function]) -> str:
    """Return what the records lack, as far as names tell; a foreign writer's are not known."""
    writers = [
        function
        for caller in writing
        for name in _writers(caller)
        for function in snapshot.flows.named(name)
    ]
    words = {word for function in [*writers, *writing] for word in function.words}
    return ", no ".join(
        what for what, pattern in _HOLDS.items() if not any(map(pattern.search, words))
    )


def _section(snapshot: Snapshot) -> dict[str, object]:
    return mapping((snapshot.operations.value or {}).get("predictions"))


def _every(snapshot: Snapshot) -> timedelta | None:
    section = _section(snapshot)
    hours = section.get("every_hours")
    return period(f"{hours}h" if hours is not None else section.get("period"))


def _positive(value: object) -> bool:
    return (number(value) or 0.0) > 0


def _personal(fields: dict[str, object]) -> bool | None:
    value = fields.get("pii", fields.get("personal_data"))
    return value if isinstance(value, bool) else None
