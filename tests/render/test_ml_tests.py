"""The 28 tests of the ML Test Score: each project carries them all, and each has its mutants."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest
from covering import DEFAULT
from rendering import render

from tests.mutants import TITLES, load

SERVING = ["realtime", "batch", "both"]


def marked(project: Path) -> set[str]:
    """Return the ids in the marks `ml_test` of a project's tests."""
    found = set()
    for path in sorted((project / "tests").rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text())):
            match node:
                case ast.Call(func=ast.Attribute(attr="ml_test"), args=[ast.Constant(value=name)]):
                    found.add(str(name))
    return found


def test_there_are_four_sections_of_seven() -> None:
    sections = [name.rstrip("1234567") for name in TITLES]
    assert {section: sections.count(section) for section in sections} == {
        "data": 7,
        "model": 7,
        "infra": 7,
        "mon": 7,
    }


@pytest.mark.parametrize("serving", SERVING)
def test_a_project_carries_all_28(template_repo: Path, tmp_path: Path, serving: str) -> None:
    found = marked(render(template_repo, tmp_path / "made", {"serving": serving}))
    assert not found - set(TITLES)
    missing = [name for name in TITLES if name not in found]
    assert not missing, f"no test is marked with {', '.join(missing)}"


def test_the_text_of_each_mutant_occurs_once(template_repo: Path, tmp_path: Path) -> None:
    project = render(template_repo, tmp_path / "made", DEFAULT)
    for mutant in load():
        place = mutant.path(project)
        text = place.read_text()
        mutant.apply(project)  # raises if the text does not occur exactly once
        assert place.read_text() != text
        ast.parse(place.read_text())
        place.write_text(text)
        assert bool(mutant.also) == bool(mutant.why), f"{mutant.id}: also needs a why"
        assert set(mutant.also) < set(TITLES)


def test_each_id_has_a_mutant() -> None:
    missing = [name for name in TITLES if name not in {mutant.id for mutant in load()}]
    assert not missing, f"no mutant for {', '.join(missing)}"
