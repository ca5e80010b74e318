"""From what was observed to what it is worth: six outcomes, counted honestly."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import Enum

from ..evidence.snapshot import Snapshot
from .catalogue import Catalogue, Entry, Remedy, load
from .finding import Finding, Place, Strength
from .probe import observe
from .waiver import Waiver, waived


class Outcome(Enum):
    """What a statement came to. Only `met` counts as met."""

    MET = "met"
    PARTIAL = "partial"  # configured, never seen at work
    UNMET = "unmet"
    STALE = "stale"  # was met; the evidence is too old
    UNKNOWN = "unknown"  # could not look
    NA = "na"  # out of scope by a typed answer of the project


_WORTH = {
    Strength.PROVED: Outcome.MET,
    Strength.WEAK: Outcome.PARTIAL,
    Strength.MISSING: Outcome.UNMET,
    Strength.OLD: Outcome.STALE,
    Strength.UNSEEN: Outcome.UNKNOWN,
}


@dataclass(frozen=True)
class Statement:
    """One statement's outcome, with the reason and what to do next (nothing when met or na)."""

    entry: Entry
    outcome: Outcome
    reason: str
    evidence: tuple[Place, ...] = ()
    remedy: Remedy | None = None
    waiver: Waiver | None = None


@dataclass(frozen=True)
class Core:
    """Counts over a group of statements.

    `applicable` leaves out `na` alone: what is unknown still counts.
    """

    met: int = 0
    partial: int = 0
    unmet: int = 0
    stale: int = 0
    unknown: int = 0
    na: int = 0

    @property
    def applicable(self) -> int:
        """How many statements the project must meet."""
        return self.met + self.partial + self.unmet + self.stale + self.unknown

    @property
    def share(self) -> float:
        """The share of them that it meets, 0 when none applies."""
        return self.met / self.applicable if self.applicable else 0.0

    @property
    def unclear(self) -> bool:
        """True when more than a fifth could not be looked at: the share then says little."""
        return self.unknown * 5 > self.applicable


@dataclass(frozen=True)
class Result:
    """The score of one snapshot."""

    statements: tuple[Statement, ...]
    core: Core  # sections 1 to 4
    beyond: Core  # sections 5 to 7
    phase: str
    commit: str
    now: datetime
    assumed: tuple[str, ...]
    unreadable: tuple[tuple[str, str], ...]
    total: int
    target: int | None = None


def score(snapshot: Snapshot) -> Result:
    """Score a snapshot. Pure: the clock and all evidence are in the snapshot."""
    catalogue: Catalogue = load()
    statements = tuple(judge(entry, snapshot) for entry in catalogue.entries)
    return Result(
        statements,
        count(s.outcome for s in statements if s.entry.core),
        count(s.outcome for s in statements if not s.entry.core),
        snapshot.project.phase,
        snapshot.head,
        snapshot.now,
        snapshot.project.assumed,
        tuple(sorted(snapshot.unreadable.items())),
        catalogue.total,
        snapshot.vouched.target,
    )


def count(outcomes: Iterable[Outcome]) -> Core:
    """Count outcomes."""
    listed = [outcome.value for outcome in outcomes]
    return Core(**{outcome.value: listed.count(outcome.value) for outcome in Outcome})


def judge(entry: Entry, snapshot: Snapshot) -> Statement:
    """Say what one statement comes to."""
    applies = _applies(entry, snapshot)
    if applies is None:
        return Statement(
            entry,
            Outcome.UNKNOWN,
            "`serving` in .copier-answers.yml is none of realtime, batch, both",
            (Place(".copier-answers.yml"),),
            entry.remedy,
        )
    if isinstance(applies, str):
        return Statement(entry, Outcome.NA, applies)
    finding = observe(entry.id, snapshot)
    outcome = _WORTH[finding.strength]
    remedy = None if outcome is Outcome.MET else _remedy(entry, finding, snapshot)
    waiver = None if outcome is Outcome.MET else waived(entry.id, snapshot)
    return Statement(entry, outcome, finding.reason, finding.evidence, remedy, waiver)


def _remedy(entry: Entry, finding: Finding, snapshot: Snapshot) -> Remedy:
    known = entry.remedy
    start = finding.start or known.start
    begun = start.removeprefix(_START)
    # What stands already is not begun a second time, but gone on with.
    if begun != start and snapshot.has(begun):
        start = begun
    return Remedy(finding.remedy or known.text, known.effort, start)


_START = "trueline start "
_PRACTICES = {"feature_store": "feature_store", "ab": "ab_testing"}


def _applies(entry: Entry, snapshot: Snapshot) -> bool | str | None:
    """Return True, the reason why it does not apply, or None when the answers do not say."""
    project = snapshot.project
    if project.phase == "exploration" and not entry.exploration:
        return "phase is exploration: it is not among the statements asked of one"
    if entry.applies in ("realtime", "batch"):
        wanted = project.realtime if entry.applies == "realtime" else project.batch
        if wanted is None:
            return None
        return wanted or f"serving is {'batch' if entry.applies == 'realtime' else 'realtime'}"
    practice = _PRACTICES.get(entry.applies)
    if practice and practice not in project.practices:
        return f"practices do not name {practice}"
    return True
