"""What is counted and shown beyond the core: badge, card and JSON."""

from __future__ import annotations

import json
from pathlib import Path

import jsonschema
import trueline.report
from trueline.maturity.levels import scales
from trueline.maturity.score import Core, Outcome, Result
from trueline.report.badge import headline, message
from trueline.report.card import card
from trueline.report.document import as_json
from trueline.report.ruleset import ruleset_version
from trueline.report.sections import sections, tally
from unit.report.results import HOSTILE, made

SCHEMA = json.loads(
    (Path(trueline.report.__file__).parent / "check.schema.json").read_text("utf-8")
)


def test_the_sections_beyond_the_core_stand_apart() -> None:
    core, beyond = Core(met=39, unmet=2), Core(met=6, unmet=6)
    assert message(core, "production", beyond) == "core 39/41 · advanced 6/12"
    assert message(core, "production", Core(na=14)) == "core 39/41"
    stale = Core(met=34, unmet=4, stale=3, unknown=2)
    assert (
        message(stale, "production", beyond) == "core 34/43 · 3 stale · 2 unknown · advanced 6/12"
    )


def test_the_card_tells_of_them(result: Result) -> None:
    text = " ".join(card(result, width=110).split())
    assert text.startswith(headline(result))
    assert f"beyond the core: {result.beyond.met} of {result.beyond.applicable} met" in text
    for scale in scales():
        assert f"{scale.name}'s MLOps level 0 of {len(scale.levels) - 1}" in text


def test_the_json_holds_them(result: Result) -> None:
    checker = jsonschema.Draft202012Validator(SCHEMA, format_checker=jsonschema.FormatChecker())
    for each in (result, *(made(text=text) for text in HOSTILE)):
        data = json.loads(as_json(each))
        assert [error.message for error in checker.iter_errors(data)] == []
        assert data["schema"] == 1
        assert data["ruleset_version"] == ruleset_version()
        assert set(data["beyond"]) == set(data["core"])
        sums = {
            key: sum(s["outcome"] == key for s in data["statements"].values())
            for key in [o.value for o in Outcome]
        }
        assert {key: data["core"][key] + data["beyond"][key] for key in sums} == sums
        assert {s.entry.id: s.entry.section for s in each.statements} == {
            name: s["section"] for name, s in data["statements"].items()
        }
        assert set(data["levels"]) == {"google", "microsoft"}


def test_sections_hold_every_statement_once(result: Result) -> None:
    found = sections(result)
    assert [s for section in found for s in section.statements] == list(result.statements)
    assert sum(section.counts.met for section in found) == result.core.met + result.beyond.met
    assert tally(Core()) == "none"
    assert tally(Core(met=2, na=1)) == "2 met, 1 not applicable"
