"""What a signature says, the defaults it begins with, and why one would not count."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from ..errors import BadInput
from ..evidence.document import sequence, text
from ..evidence.git import Repository, run
from ..evidence.moment import day
from ..evidence.snapshot import Snapshot
from ..maturity.attestation import gap
from ..maturity.catalogue import Entry
from ..maturity.score import Outcome, Statement, score
from .record import FILE

CLAIMS = ("met", "unmet")


@dataclass(frozen=True)
class Signature:
    """The fields of one record."""

    owner: str
    evidence: tuple[str, ...]
    statement: str
    claim: str
    commit: str
    on: str
    days: int

    def record(self, entry: Entry) -> dict[str, object]:
        """Return the record as maturity.yaml holds it."""
        return {
            "id": entry.id,
            "claim": self.claim,
            "owner": self.owner,
            "evidence": list(self.evidence),
            "statement": self.statement,
            "reviewed_on": day(self.on) or self.on,
            "reviewed_commit": self.commit,
            "review_days": self.days,
        }


@dataclass(frozen=True)
class Defaults:
    """What is proposed to who signs."""

    owner: str
    owners: tuple[str, ...]
    sure: bool  # it can be nobody else: who signed last, or the only one there is
    evidence: tuple[str, ...]
    commit: str
    on: date
    days: int


def defaults(entry: Entry, snapshot: Snapshot) -> Defaults:
    """Return what a signature begins with: the last one of the statement, else what is known.

    Raises BadInput for a statement that nobody can sign for in this project.
    """
    if entry.evidence != "attest":
        raise BadInput(f"{entry.id} takes no signature: evidence decides it, see trueline explain")
    found = next(s for s in score(snapshot).statements if s.entry.id == entry.id)
    if found.outcome is Outcome.NA:
        raise BadInput(f"{entry.id} does not apply to this project: {found.reason}")
    last = snapshot.vouched.latest(entry.id)
    fields = last.fields if last else {}
    owners = tuple(sorted(o for o in snapshot.vouched.owners if "@" in o))
    before = text(fields.get("owner"))
    again = before in snapshot.vouched.owners
    return Defaults(
        before if again else next(iter(owners), ""),
        owners,
        again or len(owners) == 1,
        _places(entry, found, [text(item) for item in sequence(fields.get("evidence"))], snapshot),
        snapshot.head,
        snapshot.now.date(),
        int(entry.number("review_days")),
    )


def _places(
    entry: Entry, found: Statement, before: list[str], snapshot: Snapshot
) -> tuple[str, ...]:
    seen = [place.path for place in found.evidence]
    for candidates in (before, seen, [entry.remedy.start]):
        good = [p for p in candidates if p != FILE and p and snapshot.has(p)]
        if good:
            return tuple(dict.fromkeys(good))[:3]
    return ()


def committed(repository: Repository) -> None:
    """Raise BadInput unless what lies in the work tree is what HEAD holds, maturity.yaml aside."""
    if not repository.head:
        raise BadInput("there is no commit yet; commit first, so that a signature can name one")
    status = run(repository.root, "status", "--porcelain", "-z", "--untracked-files=no")
    if status.returncode:
        raise BadInput(f"git status fails in {repository.root}")
    changed = [part[3:] for part in status.stdout.decode(errors="replace").split("\0") if part]
    others = [path for path in changed if path != FILE]
    if others:
        raise BadInput(
            f"{others[0]} differs from the last commit; commit first, "
            "so that the signature names what was looked at"
        )


def checked(entry: Entry, signature: Signature, snapshot: Snapshot, repository: Repository) -> None:
    """Raise BadInput for a signature that would not count."""
    if signature.claim not in CLAIMS:
        raise BadInput(f"claim {signature.claim!r} is none of {', '.join(CLAIMS)}")
    if not signature.statement:
        raise BadInput("say in a sentence what was looked at and found (--statement)")
    most = int(entry.number("review_days"))
    if not 1 <= signature.days <= most:
        raise BadInput(f"a review of {entry.id} holds for 1 to {most} days, not {signature.days}")
    lack = gap({**signature.record(entry), "claim": "met"}, snapshot)
    if lack:
        raise BadInput(f"that would not count: {lack}")
    commit = repository.commits([signature.commit]).get(signature.commit)
    if commit is None or not commit.known:
        raise BadInput(f"there is no commit {signature.commit!r}")
    if not commit.ancestor:
        raise BadInput(f"commit {signature.commit} is no ancestor of HEAD")
