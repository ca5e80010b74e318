"""The ML Test Score as JSON; its schema is `score.schema.json`, and what is in there is an
interface.
"""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

from ..maturity.finding import Place
from ..testscore.catalogue import load
from ..testscore.scoring import Scored, TestScore
from .plain import plain

SCHEMA = 1


def as_json(scored: TestScore) -> str:
    """Return the score as indented JSON."""
    return json.dumps(as_data(scored), indent=2, ensure_ascii=False) + "\n"


def as_data(scored: TestScore) -> dict[str, Any]:
    """Return the score as plain data, tests by their id in the catalogue's order."""
    scored = cleaned(scored)
    totals, titles = scored.totals, load().sections
    return {
        "schema": SCHEMA,
        "edition": scored.edition,
        "final": totals.final,
        "band": totals.band,
        "limiting": list(totals.limiting),
        "starred": totals.starred,
        "sections": {
            name: {"title": titles[name], "sum": total} for name, total in totals.sums.items()
        },
        "tests": {tested.test.id: _test(tested) for tested in scored.tests},
        "commit": scored.commit or None,
        "now": scored.now.isoformat().replace("+00:00", "Z"),
        "assumed": list(scored.assumed),
        "unreadable": [{"path": path, "problem": problem} for path, problem in scored.unreadable],
    }


def _test(tested: Scored) -> dict[str, Any]:
    remedy = tested.remedy
    return {
        "section": tested.test.section,
        "title": tested.test.title,
        "outcome": tested.outcome.value,
        "points": None if tested.outcome.value == "na" else tested.points,
        "reason": tested.reason,
        "evidence": [_place(place) for place in tested.evidence],
        "linked": list(tested.test.linked),
        "remedy": {"text": remedy.text, "effort": remedy.effort, "start": remedy.start}
        if remedy
        else None,
    }


def _place(place: Place) -> dict[str, Any]:
    line = {"line": place.line} if place.line else {}
    return {"path": place.path, **line, "detail": place.detail}


def cleaned(scored: TestScore) -> TestScore:
    """Return the score with every text that may come from the repository made plain."""
    return replace(
        scored,
        tests=tuple(
            replace(
                one,
                reason=plain(one.reason),
                evidence=tuple(Place(plain(p.path), p.line, plain(p.detail)) for p in one.evidence),
            )
            for one in scored.tests
        ),
        assumed=tuple(map(plain, scored.assumed)),
        unreadable=tuple((plain(path), plain(problem)) for path, problem in scored.unreadable),
    )
