"""From a Snapshot to the ML Test Score: 28 tests, four sums, and the least of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import Enum

from ..evidence.snapshot import Snapshot
from ..maturity.catalogue import Remedy
from ..maturity.finding import Place
from .automatic import FULL, HALF, NOTHING, automatic
from .catalogue import MlTest, load
from .manual import FILE, manual

SECTION = 7  # tests of a section, and so its highest sum


class Outcome(Enum):
    """What one test came to."""

    FULL = "full"  # runs by itself, and again and again
    HALF = "half"  # run by hand, or by a machine in a way that proves less
    NONE = "none"
    UNKNOWN = "unknown"  # nothing was found, and something could not be read; worth nothing
    NA = "na"  # does not apply; left out of the section's sum


@dataclass(frozen=True)
class Scored:
    """One test with its points, the reason, and what to do next (nothing when full or na)."""

    test: MlTest
    outcome: Outcome
    points: float
    reason: str
    evidence: tuple[Place, ...] = ()
    remedy: Remedy | None = None


@dataclass(frozen=True)
class Totals:
    """The sums of the sections and what follows from them."""

    sums: dict[str, float]
    final: float  # the least of the sums
    limiting: tuple[str, ...]  # all sections that have it
    band: str
    starred: bool  # a test was left out of a section


@dataclass(frozen=True)
class TestScore:
    """The score of one snapshot."""

    __test__ = False

    tests: tuple[Scored, ...]
    totals: Totals
    edition: str
    commit: str
    now: datetime
    assumed: tuple[str, ...]
    unreadable: tuple[tuple[str, str], ...]


def score(snapshot: Snapshot) -> TestScore:
    """Score a snapshot. Pure: the clock and all evidence are in the snapshot."""
    catalogue = load()
    tests = tuple(_tested(test, snapshot) for test in catalogue.tests)
    points: dict[str, list[float | None]] = {section: [] for section in catalogue.sections}
    for tested in tests:
        na = tested.outcome is Outcome.NA
        points[tested.test.section].append(None if na else tested.points)
    return TestScore(
        tests,
        totals(points),
        catalogue.edition,
        snapshot.head,
        snapshot.now,
        snapshot.project.assumed,
        tuple(sorted(snapshot.unreadable.items())),
    )


def totals(points: Mapping[str, Sequence[float | None]]) -> Totals:
    """Add up the points of each section (None: does not apply).

    A section with tests left out is scaled to its full height: 7 x sum / applicable.
    """
    sums: dict[str, float] = {}
    for section, values in points.items():
        applicable = [value for value in values if value is not None]
        sums[section] = SECTION * sum(applicable) / max(1, len(applicable))
    final = min(sums.values())
    limiting = tuple(section for section, total in sums.items() if total == final)
    starred = any(value is None for values in points.values() for value in values)
    return Totals(sums, final, limiting, load().band(final), starred)


def _tested(test: MlTest, snapshot: Snapshot) -> Scored:
    by_machine = automatic(test, snapshot)
    reason, places = by_machine.reason, by_machine.evidence
    only_batch = snapshot.project.batch is True and snapshot.project.realtime is False
    left_out = test.batch == "na" or (test.batch == "optional" and by_machine.points < FULL)
    if only_batch and left_out:
        why = "serving is batch: " + _BATCH[test.batch]
        return Scored(test, Outcome.NA, NOTHING, why, (Place(".copier-answers.yml"),))
    points = by_machine.points
    if points < HALF:
        record, gap = manual(test, snapshot)
        if record is not None:
            points, reason = HALF, f"{record.detail}; {reason}"
            places = (record, *places)
        elif gap:
            reason, places = f"{reason}; {gap}", (*places, Place(FILE))
    return Scored(
        test,
        _outcome(points, snapshot, unseen=by_machine.unseen),
        points,
        reason,
        places,
        None if points == FULL else test.remedy,
    )


_BATCH = {
    "na": "one job computes the features for both sides",
    "optional": "nobody waits for an answer, and no trial before a delivery was seen",
}


def _outcome(points: float, snapshot: Snapshot, *, unseen: bool) -> Outcome:
    if points:
        return Outcome.FULL if points == FULL else Outcome.HALF
    return Outcome.UNKNOWN if unseen or snapshot.vouched.records.problem else Outcome.NONE
