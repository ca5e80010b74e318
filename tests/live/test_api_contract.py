"""The served API keeps its own OpenAPI document; test_demo asks a few hundred times, this is long."""

from __future__ import annotations

from pathlib import Path

import pytest
from api_contract import Asked, keeps_its_contract
from machine import Machine
from making import make_project


@pytest.mark.long
def test_every_answer_is_as_the_document_says(template_repo: Path, fresh_machine: Machine) -> None:
    project = make_project(fresh_machine, template_repo, {})
    fresh_machine.run(["uv", "run", "poe", "pipeline"], project)
    fresh_machine.run(["uv", "run", "poe", "promote"], project)
    keeps_its_contract(fresh_machine, project, Asked(gets=250, good=2600, bad=1400))
