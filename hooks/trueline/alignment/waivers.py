"""Differences from the template that a team has accepted for a while, in its maturity.yaml."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

from ..errors import BadInput
from ..evidence.document import Malformed
from ..evidence.files import regular
from .answers import LIMIT, load_mapping

_PREFIX = "align:"


@dataclass(frozen=True)
class Waiver:
    """One accepted difference; `why_not` says why it does not count, empty if it does."""

    path: str
    reason: str
    owner: str
    expires: str
    why_not: str = ""


def read(project: Path, today: date) -> Mapping[str, Waiver]:
    """Return the waivers of a project by path. Raises BadInput for a maturity.yaml that is none."""
    try:
        raw = regular(project / "maturity.yaml", LIMIT)
    except FileNotFoundError:
        return {}
    except (Malformed, OSError) as error:
        why = getattr(error, "strerror", None) or error
        raise BadInput(f"maturity.yaml cannot be read: {why}") from None
    rows = load_mapping(raw, "maturity.yaml").get("waivers") or []
    if not isinstance(rows, list):
        raise BadInput("waivers in maturity.yaml must be a list")
    found = {}
    for row in rows:
        if not isinstance(row, dict) or not isinstance(row.get("id"), str):
            raise BadInput("each of the waivers in maturity.yaml needs an id")
        if row["id"].startswith(_PREFIX):
            waiver = _waiver(row, today)
            found[waiver.path] = waiver
    return found


def _waiver(row: Mapping[str, object], today: date) -> Waiver:
    said = {name: str(row.get(name) or "").strip() for name in ("reason", "owner", "expires")}
    missing = [name for name, text in said.items() if not text]
    expires = row.get("expires")
    day = expires.date() if isinstance(expires, datetime) else expires
    if missing:
        why_not = f"its waiver has no {missing[0]}"
    elif not isinstance(day, date):
        why_not = f"its waiver expires on no date: {said['expires']}"
    else:
        why_not = f"its waiver expired on {day}" if day < today else ""
    path = str(row["id"]).removeprefix(_PREFIX)
    return Waiver(path, said["reason"], said["owner"], said["expires"], why_not)
