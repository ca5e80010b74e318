"""The statements as data: what each asks, why, to whom it applies, and what to do about it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path

from ..evidence import yamltext
from ..evidence.document import mapping, sequence, text

FOLDER = Path(__file__).with_name("statements")  # one file a section
TOTAL = 56  # statements of the whole assessment
CORE = ("1", "2", "3", "4")  # the sections that make a project mature; the others go beyond


@dataclass(frozen=True)
class Remedy:
    """What to do next, its effort (minutes, hours, days), the command or file to begin with."""

    text: str
    effort: str
    start: str = ""


@dataclass(frozen=True)
class Entry:
    """One statement of the catalogue; `limits` holds its further figures by name."""

    id: str
    title: str
    why: str
    applies: str
    evidence: str
    since: str
    exploration: bool  # one of the dozen that an exploration is held to
    remedy: Remedy
    limits: dict[str, object]

    @property
    def section(self) -> str:
        """Return the section's number."""
        return self.id.partition(".")[0]

    @property
    def core(self) -> bool:
        """True when maturity asks for it; the other sections go beyond."""
        return self.section in CORE

    def number(self, name: str) -> float:
        """Return one of the entry's figures."""
        value = self.limits[name]
        if not isinstance(value, (int, float)):
            raise TypeError(f"{self.id}.{name} is no number")
        return float(value)


@dataclass(frozen=True)
class Catalogue:
    """All statements that this release scores, in order, and how many the assessment has."""

    entries: tuple[Entry, ...]
    sections: dict[str, str]
    total: int

    def __getitem__(self, statement: str) -> Entry:
        return next(entry for entry in self.entries if entry.id == statement)


@cache
def load() -> Catalogue:
    """Read the catalogue that travels with this release."""
    texts = [path.read_text("utf-8") for path in sorted(FOLDER.glob("*.yaml"))]
    bodies = [mapping(yamltext.load(content)) for content in texts]
    entries = [_entry(mapping(item)) for body in bodies for item in sequence(body["statements"])]
    sections = {text(body["section"]): text(body["title"]) for body in bodies}
    return Catalogue(tuple(sorted(entries, key=lambda entry: _order(entry.id))), sections, TOTAL)


def _order(statement: str) -> tuple[int, ...]:
    return tuple(int(part) for part in statement.split("."))


_KNOWN = ("id", "title", "why", "applies", "evidence", "since")


def _entry(body: dict[str, object]) -> Entry:
    remedy = mapping(body["remedy"])
    rest = {k: v for k, v in body.items() if k not in (*_KNOWN, "exploration", "remedy")}
    words = {key: text(body[key]) for key in _KNOWN}
    advice = Remedy(*(text(remedy[key]) for key in ("text", "effort", "start")))
    return Entry(**words, exploration=body.get("exploration") is True, remedy=advice, limits=rest)
