"""The 28 tests as data: what each asks, why, what proves it, and what to do about it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path

from ..evidence import yamltext
from ..evidence.document import mapping, sequence, text
from ..maturity.catalogue import Remedy

FILE = Path(__file__).with_name("tests.yaml")


@dataclass(frozen=True)
class Proof:
    """What a full point asks for beyond a marked test that passed in CI (see tests.yaml)."""

    by_data: bool  # its report grows old with time; else with each change of the code
    period: tuple[str, ...] = ()  # keys of conf/operations.yaml
    days: float = 0.0  # the period where none of them is set
    report: tuple[str, ...] = ()
    holds: tuple[str, ...] = ()
    covers: bool = False  # the report has to name every feature
    event: tuple[str, ...] = ()
    stage: tuple[str, ...] = ()
    file: tuple[str, ...] = ()
    practice: str = ""


@dataclass(frozen=True)
class MlTest:
    """One test of the score. `batch` says what becomes of it where nothing is served in real
    time: `na`, `optional` (it counts where it is done) or nothing.
    """

    id: str
    section: str
    title: str
    why: str
    proof: Proof
    record: str  # what a run by hand has to write down
    max_age_days: float  # and for how long that holds at most
    linked: tuple[str, ...]
    remedy: Remedy
    batch: str = ""

    @property
    def monitors(self) -> bool:
        """True when it is worth nothing without somebody who hears of it."""
        return self.section == "monitoring"


@dataclass(frozen=True)
class Catalogue:
    """All tests in their order, the sections' titles, and the bands from the lowest up."""

    edition: str
    sections: dict[str, str]
    bands: tuple[tuple[float, str], ...]  # (a score above this, its name)
    tests: tuple[MlTest, ...]

    def __getitem__(self, name: str) -> MlTest:
        return next(test for test in self.tests if test.id == name)

    def band(self, score: float) -> str:
        """Return the name of the band that a final score lies in."""
        return [name for above, name in self.bands if score > above][-1]


@cache
def load() -> Catalogue:
    """Read the catalogue that travels with this release."""
    body = mapping(yamltext.load(FILE.read_text("utf-8")))
    bands = [mapping(item) for item in sequence(body["bands"])]
    return Catalogue(
        text(body["edition"]),
        {name: text(title) for name, title in mapping(body["sections"]).items()},
        tuple((_number(band["above"]), text(band["name"])) for band in bands),
        tuple(_test(mapping(item)) for item in sequence(body["tests"])),
    )


def _test(body: dict[str, object]) -> MlTest:
    manual, remedy = mapping(body["manual"]), mapping(body["remedy"])
    words = {key: text(body[key]) for key in ("id", "section", "title", "why")}
    return MlTest(
        **words,
        proof=_proof(mapping(body["proof"])),
        record=text(manual["record"]),
        max_age_days=_number(manual["max_age_days"]),
        linked=_texts(body["linked"]),
        remedy=Remedy(*(text(remedy[key]) for key in ("text", "effort", "start"))),
        batch=text(body.get("batch")),
    )


def _proof(body: dict[str, object]) -> Proof:
    listed = ("period", "report", "holds", "event", "stage", "file")
    return Proof(
        by_data=body["age"] == "data",
        days=_number(body.get("days", 0)),
        covers=body.get("covers") is True,
        practice=text(body.get("practice")),
        **{key: _texts(body.get(key)) for key in listed},
    )


def _texts(value: object) -> tuple[str, ...]:
    return tuple(map(text, sequence(value)))


def _number(value: object) -> float:
    if not isinstance(value, (int, float)):
        raise TypeError(f"{FILE.name}: {value!r} is no number")
    return float(value)
