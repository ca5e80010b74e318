"""The project's own typed answers: what decides which statements apply."""

from __future__ import annotations

from dataclasses import dataclass

from . import codeowners
from .document import Document, mapping, sequence, text
from .files import WorkTree

PHASES = ("production", "exploration")
MOST_RUNS = 200  # by hand; each may name a commit that git has to look up
SERVINGS = ("realtime", "batch", "both")


@dataclass(frozen=True)
class Project:
    """Answers of .copier-answers.yml.

    `assumed` says in words what was taken for granted without them.
    """

    phase: str
    realtime: bool | None  # None: the answer is none of the choices
    batch: bool | None
    practices: frozenset[str] = frozenset()
    assumed: tuple[str, ...] = ()


def read(tree: WorkTree) -> Project:
    """Return the answers; without them the widest reading, so that deleting them makes nothing
    easier.
    """
    document = tree.yaml(".copier-answers.yml")
    answers = mapping(document.value)
    assumed: list[str] = []
    if not answers:
        why = (
            f"(.copier-answers.yml: {document.problem})"
            if document.problem
            else "(no .copier-answers.yml)"
        )
        said = (f"phase production {why}", f"serving both {why}", f"practices none {why}")
        return Project("production", True, True, assumed=said)
    phase = text(answers.get("phase"))
    if phase not in PHASES:
        assumed.append(f"phase production (.copier-answers.yml says {phase or 'nothing'})"[:120])
        phase = "production"
    serving = text(answers.get("serving"))
    practices = frozenset(text(name) for name in sequence(answers.get("practices")))
    if phase == "exploration":
        return Project(phase, False, False, practices, tuple(assumed))
    if "serving" not in answers:
        assumed.append("serving both (.copier-answers.yml says nothing)")
        return Project(phase, True, True, practices, tuple(assumed))
    if serving not in SERVINGS:
        return Project(phase, None, None, practices, tuple(assumed))
    return Project(
        phase,
        serving in ("realtime", "both"),
        serving in ("batch", "both"),
        practices,
        tuple(assumed),
    )


@dataclass(frozen=True)
class Attestation:
    """One record of maturity.yaml, as it stands there."""

    id: str
    fields: dict[str, object]
    line: int = 0


@dataclass(frozen=True)
class Vouched:
    """maturity.yaml and who may sign: the owners of CODEOWNERS and the people of team.yaml."""

    records: Document[tuple[Attestation, ...]]
    owners: frozenset[str]
    bots: frozenset[str]
    bypass: frozenset[str] = frozenset()  # who may bypass the forge's rules, with a reason beside
    waivers: tuple[dict[str, object], ...] = ()
    target: int | None = None  # how many statements of the core the project wants to meet
    manual: tuple[Attestation, ...] = ()  # tests of the ML Test Score that were run by hand

    def latest(self, statement: str) -> Attestation | None:
        """Return the last record of a statement; a later one replaces an earlier one."""
        found = [record for record in self.records.value or () if record.id == statement]
        return found[-1] if found else None


def vouched(tree: WorkTree) -> Vouched:
    """Read maturity.yaml, CODEOWNERS and docs/project/team.yaml."""
    document = tree.yaml("maturity.yaml")
    body = mapping(document.value)
    records = _records(body.get("attestations"))
    bots = frozenset(text(bot) for bot in sequence(body.get("bots")))
    known = Document(document.path, None if document.value is None else records, document.problem)
    waivers = tuple(mapping(item) for item in sequence(body.get("waivers")))
    target = mapping(body.get("targets")).get("core")
    wanted = target if isinstance(target, int) and not isinstance(target, bool) else None
    bypass = frozenset(
        text(mapping(item).get("actor"))
        for item in sequence(body.get("bypass"))
        if text(mapping(item).get("reason"))
    )
    manual = _records(body.get("manual_runs"))[-MOST_RUNS:]
    owners = _owners(tree)
    return Vouched(known, owners, bots - {""}, bypass - {""}, waivers, wanted, manual)


def _records(content: object) -> tuple[Attestation, ...]:
    return tuple(
        Attestation(text(mapping(item).get("id")), mapping(item), getattr(item, "line", 0))
        for item in sequence(content)
    )


def _owners(tree: WorkTree) -> frozenset[str]:
    owners: set[str] = set()
    known = codeowners.read(tree).value
    owners |= known.owners if known else frozenset()
    waiting: list[object] = [tree.yaml("docs/project/team.yaml").value]
    while waiting:
        item = waiting.pop()
        waiting += (
            item.values() if isinstance(item, dict) else item if isinstance(item, list) else []
        )
        if isinstance(item, str):
            owners.add(item.strip())
    return frozenset(owners)
