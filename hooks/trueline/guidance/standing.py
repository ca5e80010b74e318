"""How the project that one is in stands on one statement or test, in the checker's own words."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from ..evidence.snapshot import collect
from ..maturity.catalogue import Remedy
from ..maturity.finding import Place
from ..report.plain import cleaned

_PLACES = 4  # of the evidence; `check` and `score` name all


@dataclass(frozen=True)
class Standing:
    """The outcome with its reason, where that was seen, and what is left to do."""

    outcome: str
    points: float | None  # of a test; None for a statement, and for what does not apply
    reason: str
    places: tuple[str, ...]
    remedy: Remedy | None

    @property
    def told(self) -> str:
        """Return outcome and reason in one line."""
        word = self.outcome if self.points is None else f"{self.points:g} of 1"
        return f"{word}: {self.reason}"


def standing(name: str, path: Path, now: datetime | None) -> Standing:
    """Return how the repository at `path` stands on `name`. Raises BadInput without one."""
    snapshot = collect(path, now=now)
    if "." in name:
        from ..maturity.score import score as statements

        result = cleaned(statements(snapshot))
        met = next(one for one in result.statements if one.entry.id == name)
        return Standing(met.outcome.value, None, met.reason, _places(met.evidence), met.remedy)
    from ..report.score_document import cleaned as clean
    from ..testscore.scoring import Outcome, score

    scored = clean(score(snapshot))
    test = next(one for one in scored.tests if one.test.id == name)
    points = None if test.outcome is Outcome.NA else test.points
    return Standing(test.outcome.value, points, test.reason, _places(test.evidence), test.remedy)


def _places(evidence: tuple[Place, ...]) -> tuple[str, ...]:
    told = [f"{place.path}:{place.line}" if place.line else place.path for place in evidence]
    return tuple(dict.fromkeys(told))[:_PLACES]
