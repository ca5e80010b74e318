"""The 28 tests as data."""

from __future__ import annotations

import json
import re
from collections import Counter
from pathlib import Path

import jsonschema
import pytest
import yaml
from trueline.maturity import catalogue as statements
from trueline.testscore import catalogue

HERE = Path(catalogue.__file__).parent
BODY = yaml.safe_load((HERE / "tests.yaml").read_text("utf-8"))


def test_it_obeys_its_schema() -> None:
    schema = json.loads((HERE / "tests.schema.json").read_text("utf-8"))
    jsonschema.Draft202012Validator.check_schema(schema)
    jsonschema.validate(BODY, schema)
    for broken in ({**BODY, "tests": BODY["tests"][:27]}, {**BODY, "edition": "2016"}):
        with pytest.raises(jsonschema.ValidationError):
            jsonschema.validate(broken, schema)


def test_four_sections_of_seven_in_their_order() -> None:
    known = catalogue.load()
    assert Counter(test.section for test in known.tests) == dict.fromkeys(known.sections, 7)
    prefixes = {"monitoring": "mon"}
    wanted = [f"{prefixes.get(s, s)}{n}" for s in known.sections for n in range(1, 8)]
    assert [test.id for test in known.tests] == wanted
    assert known.edition == "2017"


def test_only_two_tests_can_be_left_out() -> None:
    assert {t.id: t.batch for t in catalogue.load().tests if t.batch} == {
        "infra6": "optional",
        "mon3": "na",
    }


def test_monitoring_ages_by_the_clock_and_the_rest_by_the_code() -> None:
    assert all(test.proof.by_data is test.monitors for test in catalogue.load().tests)


def test_each_text_is_its_own_and_each_link_is_known() -> None:
    tests = catalogue.load().tests
    for texts in ([t.title for t in tests], [t.why for t in tests], [t.record for t in tests]):
        assert len(set(texts)) == 28
    linked = {link for test in tests for link in test.linked if "." in link}
    sections = set(statements.load().sections)
    assert {link.partition(".")[0] for link in linked} <= sections


def test_each_remedy_begins_somewhere_in_a_made_project() -> None:
    root = HERE.parents[2]
    template = [
        path.relative_to(root / "template").as_posix() for path in (root / "template").rglob("*")
    ]
    files = {re.sub(r"\.jinja$", "", path) for path in template}
    pyproject = (root / "template/pyproject.toml.jinja").read_text("utf-8")
    tasks = set(re.findall(r"\[tool\.poe\.tasks\.([a-z-]+)\]", pyproject))
    starters = root / "hooks/trueline/starters"
    for test in catalogue.load().tests:
        kind, _, name = test.remedy.start.rpartition(" ")
        if kind == "poe":
            assert name in tasks, test.id
        elif kind == "trueline start":
            assert (starters / name).is_file(), test.id
        else:
            assert kind == "", test.id
            assert name in files, test.id


@pytest.mark.parametrize(
    ("score", "band"),
    [
        (0, "research project"),
        (0.1, "serious holes possible"),
        (5, "strong"),
        (5.01, "exceptional"),
    ],
)
def test_bands(score: float, band: str) -> None:
    assert catalogue.load().band(score) == band
