"""What the seeds ask for, item by item: which file of a project carries it, and which test holds it."""

from __future__ import annotations

import ast
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
import yaml
from covering import MAXIMUM
from rendering import render

HERE = Path(__file__).parent
STARTERS = Path(__file__).parents[2] / "hooks/trueline/starters"
CATALOGUE: dict[str, list[dict[str, Any]]] = yaml.safe_load((HERE / "items.yaml").read_text())
ENTRIES = [entry for part in CATALOGUE.values() for entry in part]
# A test that everything leans on shows little about any of it.
MOST_ITEMS_OF_A_TEST = 6
# How many say by `missing` what no test shows. Lower it with each that is shown; it never rises.
MISSING = 15


@pytest.fixture(scope="session")
def everything(template_repo: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project with every practice and both ways of serving."""
    return render(template_repo, tmp_path_factory.mktemp("everything") / "made", MAXIMUM)


def test_nothing_is_missing_or_twice() -> None:
    assert {name: len(part) for name, part in CATALOGUE.items()} == {
        "items": 94,
        "attributes": 9,
        "components": 11,
    }
    ids = [entry["id"] for entry in ENTRIES]
    assert len(set(ids)) == len(ids)
    assert len({entry["title"] for entry in ENTRIES}) == len(ENTRIES)
    # The sections of the seed's list, by the letters of their ids.
    letters = Counter(entry["id"].rstrip("0123456789") for entry in CATALOGUE["items"])
    assert letters == {
        "TD": 8, "TM": 9, "TI": 12, "MO": 16, "RP": 18, "PS": 10, "DO": 8, "V": 10, "D": 3,
    }  # fmt: skip
    fields = {"id", "title", "file", "test"}
    assert all(set(e) - {"starter", "missing"} == fields for e in ENTRIES)


def test_what_is_not_shown_says_why() -> None:
    shown = [entry["id"] for entry in ENTRIES if entry["test"]]
    begun_later = [entry["id"] for entry in ENTRIES if not entry["test"] and "starter" in entry]
    missing = {entry["id"]: entry["missing"] for entry in ENTRIES if "missing" in entry}
    # Each entry is one of the three: nothing is left open in silence, no reason outlives its test.
    assert sorted([*shown, *begun_later, *missing]) == sorted(entry["id"] for entry in ENTRIES)
    assert [key for key, reason in missing.items() if len(reason.split()) < 5] == []
    assert len(missing) == MISSING
    # A test is about something: the file that carries the item.
    assert [entry["id"] for entry in ENTRIES if entry["test"] and not entry["file"]] == []


def test_what_carries_an_item_is_in_a_project(everything: Path) -> None:
    package = MAXIMUM["package_name"]
    named = {e["id"]: e["file"].replace("<pkg>", package) for e in ENTRIES if e["file"]}
    assert len(named) > 90
    assert {key: path for key, path in named.items() if not (everything / path).is_file()} == {}


def test_what_holds_an_item_is_a_test(everything: Path) -> None:
    nodes = {e["id"]: e["test"] for e in ENTRIES if e["test"]}
    assert len(nodes) > 85
    lost = {key: node for key, node in nodes.items() if not _is_test(everything, node)}
    assert lost == {}
    leaned_on = Counter(nodes.values())
    assert {node: n for node, n in leaned_on.items() if n > MOST_ITEMS_OF_A_TEST} == {}


def test_a_document_that_is_begun_later_has_its_text() -> None:
    index = yaml.safe_load((STARTERS / "index.yaml").read_text())["starters"]
    known = {entry["path"]: entry["items"] for entry in index}
    named = {entry["id"]: entry["starter"] for entry in ENTRIES if "starter" in entry}
    assert len(named) >= 8
    assert set(named.values()) <= set(known)
    # The index says so, too, for items; tests/unit/test_starters.py reads the texts themselves.
    items = [entry["id"] for entry in CATALOGUE["items"] if "starter" in entry]
    assert [key for key in items if key not in known[named[key]]] == []


def _is_test(project: Path, node: str) -> bool:
    """Tell whether a node id names a function of a test file, which asserts or expects an error."""
    path, _, name = node.partition("::")
    if not (project / path).is_file() or not name.startswith("test_"):
        return False
    tree = ast.parse((project / path).read_text())
    functions = [n for n in tree.body if isinstance(n, ast.FunctionDef) and n.name == name]
    return bool(functions) and any(map(_asserts, ast.walk(functions[-1])))


def _asserts(part: ast.AST) -> bool:
    match part:
        case ast.Assert():
            return True
        case ast.Attribute(attr=name) | ast.Name(id=name):
            return name == "raises" or name.startswith("assert_")
    return False
