"""A result as JSON; its schema is `check.schema.json`, and what is in there is an interface."""

from __future__ import annotations

import json
from typing import Any

from ..maturity.finding import Place
from ..maturity.score import Result, Statement
from .plain import cleaned

SCHEMA = 1


def as_json(result: Result) -> str:
    """Return the result as indented JSON."""
    return json.dumps(as_data(result), indent=2, ensure_ascii=False) + "\n"


def as_data(result: Result) -> dict[str, Any]:
    """Return the result as plain data, statements by their id in the catalogue's order."""
    result = cleaned(result)
    core = result.core
    return {
        "schema": SCHEMA,
        "statements": {s.entry.id: _statement(s) for s in result.statements},
        "core": {
            "met": core.met,
            "partial": core.partial,
            "unmet": core.unmet,
            "applicable": core.applicable,
            "stale": core.stale,
            "unknown": core.unknown,
            "na": core.na,
        },
        "phase": result.phase,
        "commit": result.commit or None,
        "now": result.now.isoformat().replace("+00:00", "Z"),
        "scored": len(result.statements),
        "total": result.total,
        "assumed": list(result.assumed),
        "unreadable": [{"path": path, "problem": problem} for path, problem in result.unreadable],
    }


def _statement(statement: Statement) -> dict[str, Any]:
    remedy, waiver = statement.remedy, statement.waiver
    return {
        "outcome": statement.outcome.value,
        "title": statement.entry.title,
        "reason": statement.reason,
        "evidence": [_place(place) for place in statement.evidence],
        "remedy": {"text": remedy.text, "effort": remedy.effort} if remedy else None,
        "waived": {
            "reason": waiver.reason,
            "owner": waiver.owner,
            "expires": waiver.expires.isoformat(),
        }
        if waiver
        else None,
    }


def _place(place: Place) -> dict[str, Any]:
    line = {"line": place.line} if place.line else {}
    return {"path": place.path, **line, "detail": place.detail}
