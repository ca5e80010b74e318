"""Documents that a project starts later: each has a text, a place, and a prompt where words are due."""

from __future__ import annotations

import re
from fnmatch import fnmatch
from pathlib import Path
from typing import Any

import pytest
import yaml
from trueline.evidence.released import Released, asked, prompted, sections, unwritten
from trueline.maturity.catalogue import load
from trueline.maturity.prose import STARTERS, digests

ROOT = Path(__file__).parents[2]
TEMPLATE = ROOT / "template"
INDEX: list[dict[str, Any]] = yaml.safe_load((STARTERS / "index.yaml").read_text())["starters"]
TEXTS = sorted(f for f in (STARTERS / "docs").rglob("*") if f.is_file())
STATEMENTS = [entry.id for entry in load().entries]
# What section 3.7 of the list of items asks for, as patterns of paths in a project.
DOCUMENTS = {
    "DO1": "docs/data/sources.yaml",
    "DO2": "docs/adr/*data*",
    "DO3": "docs/data/labelling.md",
    "DO4": "docs/adr/*model-choice*",
    "DO5": "docs/model/experiments.md",
    "DO6": "docs/model/pseudocode.md",
    "DO7": "docs/runbooks/deploy.md",
    "DO8": "README.md",
}
LONGEST = 45
QUALITIES = [
    "explainability", "transparency", "interpretability", "fairness", "generalizability",
    "ethicality", "reproducibility", "collaboration", "inclusivity",
]  # fmt: skip


def name(path: Path) -> str:
    return path.relative_to(STARTERS).as_posix()


def test_index_and_folder_agree() -> None:
    paths = [entry["path"] for entry in INDEX]
    assert sorted(paths) == [name(text) for text in TEXTS]
    questions = yaml.safe_load((ROOT / "copier.yml").read_text())
    assert len(set(STATEMENTS)) == 56
    items = yaml.safe_load((ROOT / "tests/catalogue/items.yaml").read_text())["items"]
    for entry in INDEX:
        assert entry["title"]
        assert set(entry["statements"]) <= set(STATEMENTS)
        assert set(entry["items"]) <= {item["id"] for item in items}
        assert entry["phase"]
        assert set(entry["phase"]) <= {"exploration", "production"}
        assert set(entry["practices"]) <= set(questions["practices"]["choices"])
        assert set(entry["serving"]) <= set(questions["serving"]["choices"].values())


@pytest.mark.parametrize("item", DOCUMENTS)
def test_every_document_is_born_or_can_be_started(item: str) -> None:
    born = [f.relative_to(TEMPLATE).as_posix().removesuffix(".jinja") for f in TEMPLATE.rglob("*")]
    started = [entry["path"] for entry in INDEX if item in entry["items"]]
    assert any(fnmatch(path, DOCUMENTS[item]) for path in born + started)


def test_nothing_is_both_born_and_started() -> None:
    assert [entry["path"] for entry in INDEX if (TEMPLATE / entry["path"]).exists()] == []


@pytest.mark.parametrize("path", TEXTS, ids=name)
def test_a_text_asks_in_every_section(path: Path) -> None:
    text = path.read_text("utf-8")
    assert prompted(text)
    if path.suffix == ".md":
        assert len(text.splitlines()) <= LONGEST
        titles = set(sections(text)) - {""}
        assert len(titles) >= 1
        assert titles <= set(asked(text)), "a section without a prompt"
        if text.startswith("---\n"):
            assert yaml.safe_load(text.split("---\n")[1])["status"] is None
    else:
        values = list(_leaves(yaml.safe_load(text)))
        assert values.count(None) == len(re.findall(r"# fill: \S", text)) > 0
    assert all(
        len(prompt.strip()) > 10 for prompt in re.findall(r"fill: ?(.*?)(?:-->|$)", text, re.M)
    )


@pytest.mark.parametrize("path", TEXTS, ids=name)
def test_a_text_as_it_comes_earns_nothing(path: Path) -> None:
    released = digests(STARTERS)
    text = path.read_text("utf-8")
    bare = text.replace("<!-- fill:", "").replace("-->", "").replace("# fill:", "")
    assert unwritten(name(path), text, Released()) is not None
    assert unwritten(name(path), bare, released) is not None


def test_each_quality_has_a_scenario_to_fill() -> None:
    body = yaml.safe_load((STARTERS / "docs/architecture/quality_attributes.yaml").read_text())
    assert [entry["attribute"] for entry in body["attributes"]] == QUALITIES
    for entry in body["attributes"]:
        assert set(entry) == {"attribute", "priority", "scenario", "threshold", "test"}
        assert set(entry["scenario"]) == {"stimulus", "response", "measure"}


def test_pages_born_with_a_project_are_short() -> None:
    pages = [f for f in (TEMPLATE / "docs").rglob("*") if f.is_file()]
    assert len(pages) >= 6
    assert {f.name: n for f in pages if (n := len(f.read_text().splitlines())) > LONGEST} == {}


def _leaves(tree: object) -> list[object]:
    if isinstance(tree, dict):
        return [leaf for value in tree.values() for leaf in _leaves(value)]
    if isinstance(tree, list):
        return [leaf for value in tree for leaf in _leaves(value)]
    return [tree]
