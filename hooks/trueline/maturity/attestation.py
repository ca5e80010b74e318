"""What a signed record of maturity.yaml is worth: form, link, owner, age, and what
changed since.
"""

from __future__ import annotations

from datetime import timedelta

from ..evidence.document import sequence, text
from ..evidence.moment import day
from ..evidence.project import Attestation
from ..evidence.snapshot import Snapshot
from ..evidence.triggers import matches
from .catalogue import Entry
from .finding import Finding, Place, found, missing, old, unseen, weak
from .proof import foreign

DUE_DAYS = 14


def judge(entry: Entry, snapshot: Snapshot, *precheck: Place) -> Finding:
    """Return what the statement's record is worth, its precheck having held."""
    records = snapshot.vouched.records
    if records.problem:
        return unseen(f"maturity.yaml cannot be read: {records.problem}", Place("maturity.yaml"))
    record = snapshot.vouched.latest(entry.id)
    signing = f"trueline attest {entry.id}"
    if record is None:
        remedy = f"let its owner attest {entry.id} in maturity.yaml"
        return weak("nobody attests it in maturity.yaml", *precheck, remedy=remedy, start=signing)
    place = Place("maturity.yaml", record.line or None, f"the record of {entry.id}")
    if text(record.fields.get("claim")) == "unmet":
        return missing("its owner says that it is not met", place)
    lack = _form(record, snapshot)
    if lack:
        said = f"the attestation does not count: {lack}"
        return weak(said, place, *precheck, remedy="mend the record, or sign anew", start=signing)
    return _age(entry, record, snapshot, place, precheck)


def gap(fields: dict[str, object], snapshot: Snapshot) -> str | None:
    """Say why a record of these fields would not count; None when its form is whole."""
    return _form(Attestation(text(fields.get("id")), fields), snapshot)


def _form(record: Attestation, snapshot: Snapshot) -> str | None:
    fields = record.fields
    if fields.get("claim") != "met":
        return f"its claim is '{fields.get('claim')}'; it applies to every project, so met or unmet"
    owner = text(fields.get("owner"))
    if not owner:
        return "it has no owner"
    if owner not in snapshot.vouched.owners:
        return f"{owner} is named neither in CODEOWNERS nor in docs/project/team.yaml"
    links = [text(link) for link in sequence(fields.get("evidence"))]
    if not links:
        return "it links to no evidence"
    dead = [link for link in links if not (link.startswith("https://") or snapshot.has(link))]
    if dead:
        return f"its evidence {dead[0]!r} is no tracked file and no https address"
    reviewed = day(fields.get("reviewed_on"))
    if reviewed is None:
        return "it does not say when (reviewed_on)"
    if reviewed > snapshot.now.date():
        return "it is dated in the future"
    return None


def _age(
    entry: Entry, record: Attestation, snapshot: Snapshot, place: Place, precheck: tuple[Place, ...]
) -> Finding:
    fields = record.fields
    reviewed = day(fields.get("reviewed_on")) or snapshot.now.date()
    wanted = fields.get("review_days")
    most = entry.number("review_days")
    days = min(most, wanted) if isinstance(wanted, (int, float)) and wanted > 0 else most
    until = reviewed + timedelta(days=days)
    again = {"remedy": "review it again", "start": f"trueline attest {entry.id}"}
    if snapshot.now.date() > until:
        return old(f"the review of {reviewed} held until {until}", place, **again)
    sha = text(fields.get("reviewed_commit"))
    if not snapshot.commit(sha).known:
        return unseen(f"the attestation {foreign(sha, snapshot)}", place)
    reason = foreign(sha, snapshot)
    if reason:
        return weak(f"the attestation {reason}", place, *precheck)
    # A record may name further paths; it cannot switch the catalogue's off.
    patterns = [
        *sequence(entry.limits.get("invalidated_by")),
        *sequence(fields.get("invalidated_by")),
    ]
    changed = [
        path
        for path in sorted(snapshot.commit(sha).changed)
        if any(matches(text(pattern), path) for pattern in patterns)
    ]
    if changed:
        return old(f"{changed[0]} changed since the review of {reviewed}", place, **again)
    due = "; due for review" if until - snapshot.now.date() <= timedelta(days=DUE_DAYS) else ""
    return found(
        f"reviewed by {text(fields.get('owner'))} on {reviewed}, holds until {until}{due}",
        place,
        *precheck,
    )
