"""Texts of a repository as one line of printable characters: none may forge a line of a report."""

from __future__ import annotations

from dataclasses import replace

from ..maturity.finding import Place
from ..maturity.score import Result, Statement


def plain(text: str) -> str:
    """Collapse white space, and replace what no terminal should get (escapes, lone surrogates)."""
    return "".join(c if c.isprintable() else "\ufffd" for c in " ".join(text.split()))


def cleaned(result: Result) -> Result:
    """Return the result with every text that may come from the repository made plain."""
    return replace(
        result,
        statements=tuple(map(_statement, result.statements)),
        phase=plain(result.phase),
        assumed=tuple(map(plain, result.assumed)),
        unreadable=tuple((plain(path), plain(problem)) for path, problem in result.unreadable),
    )


def _statement(statement: Statement) -> Statement:
    remedy, waiver = statement.remedy, statement.waiver
    return replace(
        statement,
        reason=plain(statement.reason),
        evidence=tuple(Place(plain(p.path), p.line, plain(p.detail)) for p in statement.evidence),
        remedy=replace(remedy, text=plain(remedy.text)) if remedy else None,
        waiver=replace(waiver, reason=plain(waiver.reason), owner=plain(waiver.owner))
        if waiver
        else None,
    )
