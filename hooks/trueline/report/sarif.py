"""SARIF 2.1.0, for code scanning: one rule a statement, one result for each that is not met.

Source: https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html. What is unknown or does
not apply gives no result: an alert must be something that was seen.
"""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import quote

from ..maturity.catalogue import Entry
from ..maturity.finding import Place
from ..maturity.score import Outcome, Result, Statement
from .plain import cleaned
from .ruleset import ruleset_version
from .sections import WORDS

SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"
HOME = "maturity.yaml"  # where to look when the evidence is in no file of the repository
SHOWN = (Outcome.UNMET, Outcome.PARTIAL, Outcome.STALE)


def as_sarif(result: Result) -> str:
    """Return the result as one SARIF run."""
    return json.dumps(_log(cleaned(result)), indent=2, ensure_ascii=False) + "\n"


def _log(result: Result) -> dict[str, Any]:
    at = result.now.isoformat().replace("+00:00", "Z")
    notes = [
        {"level": "warning", "message": {"text": f"could not read {path}: {problem}"}}
        for path, problem in result.unreadable
    ]
    driver = {
        "name": "trueline",
        "semanticVersion": _semantic(ruleset_version()),
        "rules": [_rule(statement.entry) for statement in result.statements],
    }
    run = {
        "tool": {"driver": driver},
        "automationDetails": {"id": "trueline/check/"},
        "invocations": [
            {"executionSuccessful": True, "endTimeUtc": at, "toolExecutionNotifications": notes}
        ],
        "columnKind": "unicodeCodePoints",
        "results": [
            _result(number, statement)
            for number, statement in enumerate(result.statements)
            if statement.outcome in SHOWN
        ],
    }
    return {"$schema": SCHEMA, "version": "2.1.0", "runs": [run]}


def _rule(entry: Entry) -> dict[str, Any]:
    remedy = entry.remedy
    begin = f" Begin with: {remedy.start}." if remedy.start else ""
    advice = f"{remedy.text} ({remedy.effort}).{begin} More: trueline explain {entry.id}."
    return {
        "id": entry.id,
        "name": f"Statement{entry.id.replace('.', '_')}",
        "shortDescription": {"text": entry.title},
        "fullDescription": {"text": f"{entry.title}. {entry.why}"},
        "help": {"text": f"{entry.why}\n\n{advice}"},
        "defaultConfiguration": {"level": "error" if entry.core else "warning"},
        "properties": {
            "tags": ["mlops", f"section-{entry.section}", "core" if entry.core else "beyond"],
            "problem.severity": "error" if entry.core else "warning",
        },
    }


def _result(number: int, statement: Statement) -> dict[str, Any]:
    remedy = statement.remedy or statement.entry.remedy
    said = f"{statement.entry.title}: {WORDS[statement.outcome]}, {statement.reason}"
    found: dict[str, Any] = {
        "ruleId": statement.entry.id,
        "ruleIndex": number,
        "level": _level(statement),
        "message": {"text": _message(f"{said}. Next: {remedy.text}")},
        "locations": [_location(statement)],
        # The place may move while the finding stays the same one.
        "partialFingerprints": {"statement/v1": statement.entry.id},
    }
    waiver = statement.waiver
    if waiver:
        why = f"waived until {waiver.expires} by {waiver.owner}: {waiver.reason}"
        found["suppressions"] = [
            {"kind": "external", "status": "accepted", "justification": why[:1000]}
        ]
    return found


def _level(statement: Statement) -> str:
    if statement.outcome is Outcome.UNMET:
        return "error" if statement.entry.core else "warning"
    return "warning" if statement.entry.core else "note"


def _location(statement: Statement) -> dict[str, Any]:
    place = next(filter(_in_tree, statement.evidence), Place(HOME))
    physical: dict[str, Any] = {"artifactLocation": {"uri": quote(place.path)}}
    physical["region"] = {"startLine": place.line or 1}
    return {"physicalLocation": physical}


def _in_tree(place: Place) -> bool:
    """Tell a path of the repository from a place on branch `evidence`, of a forge or outside."""
    outside = place.path.startswith(("evidence:", "/", "http:", "https:", "forge:"))
    return not outside and ".." not in place.path.split("/") and "\ufffd" not in place.path


def _message(text: str) -> str:
    """Return a plain message: in SARIF brackets make links, and braces are placeholders."""
    cut = text if len(text) <= 900 else f"{text[:899]}…"
    escaped = cut.replace("\\", "\\\\").replace("[", "\\[").replace("]", "\\]")
    return escaped.replace("{", "{{").replace("}", "}}")


def _semantic(version: str) -> str:
    """Return a release of Python's as a semantic version: 0.4.0.dev0 is 0.4.0-dev.0."""
    numbers, dot, rest = version.partition(".dev")
    return f"{numbers}-dev.{rest}" if dot else numbers
