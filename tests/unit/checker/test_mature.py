"""The mature project meets every statement: what the other tests start from."""

from __future__ import annotations

import pytest
from trueline.maturity.catalogue import load
from trueline.maturity.score import Outcome
from unit.checker.building import Project, outcome

IDS = [entry.id for entry in load().entries]


@pytest.mark.usefixtures("github")
@pytest.mark.parametrize("statement", IDS)
def test_every_statement_can_be_met(project: Project, statement: str) -> None:
    result = project.result()
    found = next(s for s in result.statements if s.entry.id == statement)
    assert (found.outcome, found.reason) == (Outcome.MET, found.reason)
    assert found.evidence
    assert outcome(result, statement) is Outcome.MET
