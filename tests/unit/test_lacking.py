"""The page on what a made project lacks says what team.yaml says."""

from __future__ import annotations

from team import lacking


def test_the_page_is_that_of_the_expected_outcomes() -> None:
    assert lacking.PAGE.read_text("utf-8") == lacking.page(), "run tests/team/lacking.py"
