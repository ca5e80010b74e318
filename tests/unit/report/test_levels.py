"""Google's and Microsoft's levels, derived from the statements that are met."""

from __future__ import annotations

from dataclasses import replace

import pytest
from trueline.maturity.catalogue import Entry, Remedy, load
from trueline.maturity.levels import Standing, scales, standings
from trueline.maturity.score import Core, Outcome, Result, Statement
from unit.report.results import made

ASKED = sorted({name for scale in scales() for level in scale.levels for name in level.asks})


def test_the_scales_ask_what_the_assessment_has() -> None:
    all_of_them = {entry.id for entry in load().entries}
    assert len(all_of_them) == 56
    assert set(ASKED) <= all_of_them
    assert [(scale.key, len(scale.levels)) for scale in scales()] == [
        ("google", 3),
        ("microsoft", 5),
    ]
    for scale in scales():
        assert scale.source.startswith("https://")
        assert not scale.levels[0].asks
        listed = [name for level in scale.levels for name in level.asks]
        assert len(listed) == len(set(listed)), "a statement is asked once in a scale"
        assert all(level.asks and all(level.asks.values()) for level in scale.levels[1:])


def whole(outcomes: dict[str, Outcome], phase: str = "production") -> dict[str, Standing]:
    """Let every statement that a scale asks be scored, as it is once the catalogue is complete."""
    known = {entry.id: entry for entry in load().entries}
    remedy = Remedy("do it", "hours", "here")
    words = ("A title", "A reason", "all", "repo", "0.4.0")
    statements = tuple(
        Statement(known.get(name) or Entry(name, *words, False, remedy, {}), outcome, "so it is")
        for name in ASKED
        for outcome in [outcomes.get(name, Outcome.MET)]
    )
    result = Result(statements, Core(), Core(), phase, "", made().now, (), (), 56)
    return {standing.scale.key: standing for standing in standings(result)}


def test_with_everything_met_the_top_is_reached() -> None:
    found = whole({})
    assert (found["google"].reached, found["microsoft"].reached) == (2, 4)
    assert found["google"].following is None
    assert found["google"].left == ()


@pytest.mark.parametrize("outcome", [o for o in Outcome if o not in (Outcome.MET, Outcome.NA)])
def test_only_met_counts(outcome: Outcome) -> None:
    found = whole({"2.2.4": outcome})
    assert (found["google"].reached, found["google"].left) == (1, ("2.2.4",))
    assert (found["microsoft"].reached, found["microsoft"].left) == (2, ("2.2.4",))


def test_a_gap_below_holds_back_what_is_above() -> None:
    found = whole({"2.2.5": Outcome.UNMET})
    assert (found["google"].reached, found["microsoft"].reached) == (0, 0)


def test_what_practices_rule_out_is_not_asked() -> None:
    found = whole({"4.2.1": Outcome.NA, "3.2.5": Outcome.NA, "7.2": Outcome.NA})
    assert (found["google"].reached, found["microsoft"].reached) == (2, 4)


def test_an_exploration_reaches_no_level_by_what_it_is_spared() -> None:
    asked = {entry.id for entry in load().entries if entry.exploration}
    spared = {name: Outcome.NA for name in ASKED if name not in asked}
    for standing in whole(spared, "exploration").values():
        assert standing.following
        wanted = set(standing.following.asks)
        assert set(standing.left) == wanted & set(spared)
        assert standing.left


def test_what_this_release_does_not_score_is_left() -> None:
    result = made({entry.id: Outcome.MET for entry in load().entries})
    cut = replace(result, statements=tuple(s for s in result.statements if s.entry.id != "2.2.5"))
    for standing in standings(cut):
        assert standing.reached == 0
        assert "2.2.5" in standing.left
