"""A finding that its owner accepts for a while. It is shown, and changes no count."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from ..evidence.document import text
from ..evidence.moment import day
from ..evidence.snapshot import Snapshot


@dataclass(frozen=True)
class Waiver:
    """Who accepts a finding, why, and until when."""

    reason: str
    owner: str
    expires: date


def waived(statement: str, snapshot: Snapshot) -> Waiver | None:
    """Return the statement's waiver if it is whole and has not expired."""
    for record in snapshot.vouched.waivers:
        expires = day(record.get("expires"))
        reason, owner = text(record.get("reason")), text(record.get("owner"))
        named = text(record.get("id")) == statement
        if named and reason and owner and expires and expires >= snapshot.now.date():
            return Waiver(reason, owner, expires)
    return None
