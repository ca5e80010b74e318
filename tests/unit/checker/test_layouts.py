"""Honest projects that are laid out in other ways lose nothing: what counts is what was done."""

from __future__ import annotations

from pathlib import Path

import pytest
from unit.checker.building import Project
from unit.checker.fakes import Fake
from unit.checker.layouts import LAYOUTS, laid_out
from unit.checker.trying import RELIES, Bench, Case


@pytest.mark.parametrize("name", LAYOUTS)
def test_another_layout_meets_as_much(bench: Bench, tmp_path: Path, name: str) -> None:
    def change(project: Project) -> None:
        laid_out(project, name)

    found = bench.tried([Case(Fake("none", "", frozenset(), change=change))], tmp_path / "churn")
    assert {subject: worth.reason for subject, worth in found.items() if worth.points < 1} == {}
    assert found.keys() == RELIES.keys()
