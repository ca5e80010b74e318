"""SARIF: rules for all statements, results for what is lacking, places that code scanning finds."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import jsonschema
import pytest
from trueline.maturity.score import Outcome, Result
from trueline.report.sarif import as_sarif
from unit.report.results import HOSTILE, made

SHAPE = json.loads(Path(__file__).with_name("sarif.shape.json").read_text("utf-8"))


def run(result: Result) -> dict[str, Any]:
    """Return the one run of a log that obeys the shape."""
    log = json.loads(as_sarif(result))
    jsonschema.Draft202012Validator.check_schema(SHAPE)
    assert [
        error.message for error in jsonschema.Draft202012Validator(SHAPE).iter_errors(log)
    ] == []
    found: dict[str, Any] = log["runs"][0]
    return found


def test_one_rule_a_statement_and_one_result_a_finding(result: Result) -> None:
    found = run(result)
    rules = found["tool"]["driver"]["rules"]
    assert [rule["id"] for rule in rules] == [s.entry.id for s in result.statements]
    assert all(
        s.entry.why in rule["help"]["text"]
        for s, rule in zip(result.statements, rules, strict=True)
    )
    lacking = (Outcome.UNMET, Outcome.PARTIAL, Outcome.STALE)
    assert [r["ruleId"] for r in found["results"]] == [
        s.entry.id for s in result.statements if s.outcome in lacking
    ]
    for one in found["results"]:
        assert rules[one["ruleIndex"]]["id"] == one["ruleId"]


@pytest.mark.parametrize(
    ("outcome", "core", "beyond"),
    [(Outcome.UNMET, "error", "warning"), (Outcome.PARTIAL, "warning", "note"), (Outcome.STALE, "warning", "note")],
)  # fmt: skip
def test_the_level_says_how_grave_it_is(outcome: Outcome, core: str, beyond: str) -> None:
    every = made({s.entry.id: outcome for s in made().statements})
    levels = {s.entry.id: core if s.entry.core else beyond for s in every.statements}
    assert {one["ruleId"]: one["level"] for one in run(every)["results"]} == levels


def test_what_nobody_saw_is_no_alert() -> None:
    every = made().statements
    for outcome in (Outcome.UNKNOWN, Outcome.NA, Outcome.MET):
        assert run(made({s.entry.id: outcome for s in every}))["results"] == []


def test_evidence_outside_the_tree_points_at_maturity_yaml() -> None:
    for text in ("evidence:reports/ci.json", "https://x.example/a", "/etc/passwd", "../outside"):
        result = made(text=text)
        places = [p for r in run(result)["results"] for p in r["locations"]]
        assert {p["physicalLocation"]["artifactLocation"]["uri"] for p in places} == {"Dockerfile"}
    (bare,) = (s for s in made().statements[:1])
    from dataclasses import replace

    lone = replace(bare, outcome=Outcome.UNMET, evidence=())
    location = run(replace(made(), statements=(lone,)))["results"][0]["locations"][0]
    assert location["physicalLocation"]["artifactLocation"]["uri"] == "maturity.yaml"


def test_a_waiver_suppresses(result: Result) -> None:
    (waived,) = [s for s in result.statements if s.waiver]
    found = {one["ruleId"]: one for one in run(result)["results"]}
    assert [name for name, one in found.items() if "suppressions" in one] == [waived.entry.id]


@pytest.mark.parametrize("text", HOSTILE)
def test_texts_of_a_repository_are_plain(text: str) -> None:
    for one in run(made(text=text))["results"]:
        message = one["message"]["text"]
        bare = (
            message.replace("\\\\", "")
            .replace("\\[", "")
            .replace("\\]", "")
            .replace("{{", "")
            .replace("}}", "")
        )
        assert not set("[]{}") & set(bare), "a link or a placeholder"
        assert message.isprintable()
        uri = unquote(one["locations"][0]["physicalLocation"]["artifactLocation"]["uri"])
        assert uri == "Dockerfile" or uri.split()[0] in " ".join(text.split())


def test_the_log_is_the_same_each_time(result: Result) -> None:
    assert as_sarif(result) == as_sarif(result)
