"""What a record of a run by hand is worth: the paper asks that it is documented and distributed."""

from __future__ import annotations

from datetime import timedelta

from ..evidence.document import sequence, text
from ..evidence.moment import day
from ..evidence.project import Attestation
from ..evidence.snapshot import Snapshot
from ..maturity.finding import Place
from ..maturity.proof import foreign
from .catalogue import MlTest

FILE = "maturity.yaml"


def manual(test: MlTest, snapshot: Snapshot) -> tuple[Place | None, str]:
    """Return the newest record that holds, or why none does ('' when there is none)."""
    gap = ""
    for record in reversed([one for one in snapshot.vouched.manual if one.id == test.id]):
        said = _gap(test, record, snapshot)
        if said is None:
            on = day(record.fields.get("ran_on"))
            return Place(FILE, record.line or None, f"run by hand on {on}"), ""
        gap = gap or f"the record in {FILE} does not count: {said}"
    return None, gap


def _gap(test: MlTest, record: Attestation, snapshot: Snapshot) -> str | None:
    fields = record.fields
    ran = day(fields.get("ran_on"))
    if ran is None:
        return "it does not say when (ran_on)"
    if ran > snapshot.now.date():
        return "it is dated in the future"
    # A record may hold for a shorter time than the catalogue allows, never for a longer one.
    wanted, days = fields.get("max_age_days"), test.max_age_days
    if isinstance(wanted, (int, float)) and 0 < wanted < days:
        days = wanted
    if snapshot.now.date() - ran > timedelta(days=days):
        return f"it is older than {days:g} days"
    if not text(fields.get("by")):
        return "it does not say who ran it (by)"
    if text(fields.get("result")).lower() != "passed":
        return f"its result is {text(fields.get('result')) or 'not there'!r}, not 'passed'"
    link = text(fields.get("report"))
    if not (link.startswith("https://") or (link and snapshot.has(link))):
        return "its report is no tracked file and no https address"
    if not any(map(text, sequence(fields.get("distributed_to")))):
        return "it does not say who got it (distributed_to)"
    return _of_what(fields, snapshot)


def _of_what(fields: dict[str, object], snapshot: Snapshot) -> str | None:
    sha = text(fields.get("commit"))
    if not sha:
        version = text(fields.get("model_version"))
        return None if version else "it names neither commit nor model_version"
    strange = foreign(sha, snapshot)
    return f"its commit {strange}" if strange else None
