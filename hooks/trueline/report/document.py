"""A result as JSON; its schema is `check.schema.json`, and what is in there is an interface."""

from __future__ import annotations

import json
from typing import Any

from ..maturity.finding import Place
from ..maturity.levels import Standing, standings
from ..maturity.score import Core, Outcome, Result, Statement
from .plain import cleaned
from .ruleset import ruleset_version

SCHEMA = 1


def as_json(result: Result) -> str:
    """Return the result as indented JSON."""
    return json.dumps(as_data(result), indent=2, ensure_ascii=False) + "\n"


def as_data(result: Result) -> dict[str, Any]:
    """Return the result as plain data, statements by their id in the catalogue's order."""
    result = cleaned(result)
    return {
        "schema": SCHEMA,
        "ruleset_version": ruleset_version(),
        "statements": {s.entry.id: _statement(s) for s in result.statements},
        "core": counts(result.core),
        "beyond": counts(result.beyond),
        "levels": {standing.scale.key: _level(standing) for standing in standings(result)},
        "phase": result.phase,
        "commit": result.commit or None,
        "now": result.now.isoformat().replace("+00:00", "Z"),
        "scored": len(result.statements),
        "total": result.total,
        "assumed": list(result.assumed),
        "unreadable": [{"path": path, "problem": problem} for path, problem in result.unreadable],
    }


def counts(core: Core) -> dict[str, int]:
    """Return counts by outcome, and how many statements apply."""
    said = {outcome.value: getattr(core, outcome.value) for outcome in Outcome}
    return {**said, "applicable": core.applicable}


def _level(standing: Standing) -> dict[str, Any]:
    return {
        "level": standing.reached,
        "title": standing.title,
        "of": standing.top,
        "left": list(standing.left),
        "source": standing.scale.source,
    }


def _statement(statement: Statement) -> dict[str, Any]:
    remedy, waiver = statement.remedy, statement.waiver
    return {
        "outcome": statement.outcome.value,
        "section": statement.entry.section,
        "title": statement.entry.title,
        "reason": statement.reason,
        "evidence": [_place(place) for place in statement.evidence],
        "remedy": {"text": remedy.text, "effort": remedy.effort, "start": remedy.start}
        if remedy
        else None,
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
