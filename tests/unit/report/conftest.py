"""The mature repository of the checker's tests, and results made without any repository."""

from __future__ import annotations

import pytest
from trueline.maturity.score import Result
from unit.checker.conftest import mature, project
from unit.report.results import made

__all__ = ["mature", "project"]


@pytest.fixture
def result() -> Result:
    """A result with every outcome, a waiver, an unreadable file and an assumption."""
    return made()
