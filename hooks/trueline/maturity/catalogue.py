"""The statements as data: what each asks, why, to whom it applies, and what to do about it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path

from ..evidence import yamltext
from ..evidence.document import mapping, sequence, text

PATH = Path(__file__).with_name("catalogue.yaml")


@dataclass(frozen=True)
class Remedy:
    """What to do next, and how long it takes: minutes, hours or days."""

    text: str
    effort: str


@dataclass(frozen=True)
class Entry:
    """One statement of the catalogue; `limits` holds its further figures by name."""

    id: str
    title: str
    why: str
    applies: str
    evidence: str
    since: str
    remedy: Remedy
    limits: dict[str, object]

    @property
    def section(self) -> str:
        """Return the section's number."""
        return self.id.partition(".")[0]

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
    body = mapping(yamltext.load(PATH.read_text("utf-8")))
    entries = tuple(_entry(mapping(item)) for item in sequence(body["statements"]))
    sections = {number: text(title) for number, title in mapping(body["sections"]).items()}
    return Catalogue(entries, sections, int(text(body["total"])))


_KNOWN = ("id", "title", "why", "applies", "evidence", "since")


def _entry(body: dict[str, object]) -> Entry:
    remedy = mapping(body["remedy"])
    rest = {key: value for key, value in body.items() if key not in (*_KNOWN, "remedy")}
    words = {key: text(body[key]) for key in _KNOWN}
    advice = Remedy(text(remedy["text"]), text(remedy["effort"]))
    return Entry(**words, remedy=advice, limits=rest)
