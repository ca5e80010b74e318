"""What a full point asks for beside the test: a report, an event, a stage, a file."""

from __future__ import annotations

from ..evidence.document import blank, mapping, sequence, text
from ..evidence.runs import Event, Record, age
from ..evidence.snapshot import Snapshot
from ..maturity.finding import Place
from ..maturity.proof import foreign
from .catalogue import Proof
from .period import period
from .ran import TOLERANCE

# What a report says of itself when it had nothing to look at, or when what it asks does not hold.
IDLE = ("unknown", "na", "failed")
BACK = ("rollback", "rollback_drill")


def published(proof: Proof, snapshot: Snapshot) -> tuple[tuple[Place, ...], str]:
    """Return where the rest of a proof stands, or the first thing that it lacks."""
    if proof.practice and proof.practice not in snapshot.project.practices:
        return (), ""
    places: list[Place] = []
    for wanted, look in (
        (proof.stage, _stage),
        (proof.file, _file),
        (proof.report, _report),
        (proof.event, _event),
    ):
        if wanted:
            place, gap = look(proof, snapshot)
            if place is None:
                return (), gap
            places.append(place)
    return tuple(places), ""


def _stage(proof: Proof, snapshot: Snapshot) -> tuple[Place | None, str]:
    for stage in snapshot.stages.value or ():
        if stage.name.partition("@")[0] in proof.stage:
            return Place("dvc.yaml", stage.line or None, f"stage {stage.name}"), ""
    return None, f"dvc.yaml has no stage {proof.stage[0]}"


def _file(proof: Proof, snapshot: Snapshot) -> tuple[Place | None, str]:
    found = [path for path in proof.file if path in snapshot.files]
    telling = [path for path in found if not blank(snapshot.pages.text(path).value)]
    if found and not telling:
        return None, f"{found[0]} says nothing"
    return (Place(telling[0]), "") if telling else (None, f"there is no {proof.file[0]}")


def _report(proof: Proof, snapshot: Snapshot) -> tuple[Place | None, str]:
    gap = f"no reports/{proof.report[0]}.json on branch evidence"
    for name in proof.report:
        for report in snapshot.runs.report(name):
            lacks = _lacks(proof, report, snapshot)
            if lacks is None:
                return Place(report.where), ""
            gap = f"{report.where} {lacks}"
            break  # the first one is the newest of CI, and no other counts
    return None, gap


def _lacks(proof: Proof, report: Record[dict[str, object]], snapshot: Snapshot) -> str | None:
    """Say why a report is no proof."""
    if not report.ci:
        return "is not from CI (only branch evidence proves that)"
    strange = foreign(report.commit, snapshot)
    if strange:
        return strange
    since = age(report.at, snapshot.now)
    if since is None:
        return "has no time, or one in the future"
    if since > TOLERANCE * period(proof, snapshot):
        return f"is {since.days} days old" if since.days > 2 else f"is {since} hours old"
    if text(report.body.get("status")) in IDLE:
        return f"says {text(report.body.get('status'))}"
    empty = [key for key in proof.holds if _empty(report.body, key)]
    if empty:
        return f"has no {empty[0]}"
    if proof.covers:
        if not snapshot.columns.documented.value:
            return "cannot cover what conf/features.yaml does not list"
        left_out = _left_out(snapshot, set(mapping(report.body.get("features"))))
        return f"leaves out {left_out[0]}" if left_out else None
    return None


def _empty(body: dict[str, object], key: str) -> bool:
    value: object = body
    for part in key.split("."):
        value = mapping(value).get(part)
    return value is None or value in ("", [], {})


def _left_out(snapshot: Snapshot, told: set[str]) -> list[str]:
    """Return the features of the model that a report is silent on, derived ones included."""
    known = {one.name: one.fields for one in snapshot.columns.documented.value or ()}
    for name in [name for name in known if name in told]:
        told = told | {text(origin) for origin in sequence(known[name].get("depends_on"))}
    unused = {
        name
        for name, fields in known.items()
        if fields.get("protected") is True
        or text(fields.get("available")) == "after"
        or text(fields.get("status")) == "deprecated"
    }
    return sorted(set(known) - unused - told)


def _event(proof: Proof, snapshot: Snapshot) -> tuple[Place | None, str]:
    listed = [event for event in snapshot.runs.events if event.type in proof.event]
    gap = f"events.jsonl on branch evidence has no {proof.event[0]}"
    for event in sorted(listed, key=lambda e: e.at.timestamp() if e.at else 0.0, reverse=True):
        lacks = _doubt(proof, event, snapshot)
        if lacks is None:
            return Place("events.jsonl", None, event.type), ""
        gap = f"the newest {event.type} {lacks}" if gap.startswith("events") else gap
    return None, gap


def _doubt(proof: Proof, event: Event, snapshot: Snapshot) -> str | None:
    if not event.ci:
        return "is not from CI"
    since = age(event.at, snapshot.now)
    if since is None:
        return "has no time, or one in the future"
    if since > TOLERANCE * period(proof, snapshot):
        return f"is {since.days} days old"
    if event.type in BACK and text(event.fields.get("status")) != "success":
        return "did not succeed"
    return foreign(text(event.fields.get("git_sha")), snapshot)
