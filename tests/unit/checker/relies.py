"""What each statement, and each test of the ML Test Score, rests on in the mature project."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import yaml
from unit.checker.score_evidence import MARKED

JUNIT, ML_TESTS, RECORD = "reports/junit.xml", "reports/ml_test.xml", "reports/ci.json"
EVENTS, ANSWERS, TASKS = "events.jsonl", "maturity.yaml", "pyproject.toml"
WRITTEN = Path(__file__).with_name("relies.yaml")


@dataclass(frozen=True)
class Exempt:
    """A fake that cannot be told from honest work; no target stands for all of them."""

    fake: str
    target: str
    because: str

    def covers(self, fake: str, target: str) -> bool:
        """True when it speaks of that fake."""
        return self.fake == fake and self.target in ("", target)


@dataclass(frozen=True)
class Relies:
    """What one tick rests on: without any of it, it is not met. The keys of relies.yaml."""

    subject: str  # the id of a statement or of a test
    files: tuple[str, ...] = ()
    folders: tuple[str, ...] = ()
    prose: tuple[str, ...] = ()
    tests: tuple[str, ...] = ()
    jobs: tuple[tuple[str, str], ...] = ()  # (workflow's path, job)
    tasks: tuple[str, ...] = ()
    records: tuple[str, ...] = ()
    reports: tuple[str, ...] = ()
    events: tuple[str, ...] = ()
    ages: tuple[str, ...] = ()
    forge: tuple[str, ...] = ()
    attested: bool = False
    besides: tuple[str, ...] = ()  # what it also reads: no fake of it, but no other's either
    exempt: tuple[Exempt, ...] = ()

    @property
    def scored(self) -> bool:
        """True for a test of the ML Test Score."""
        return self.subject in MARKED

    @property
    def junit(self) -> str:
        """The report that its tests pass in."""
        return ML_TESTS if self.subject.startswith("mon") else JUNIT

    @cached_property
    def things(self) -> frozenset[str]:
        """Return all it rests on; `path#part` is a part of a file."""
        parts = {
            *self.files,
            *self.reports,
            *self.besides,
            *(f"{folder}/" for folder in self.folders),
            *(test.replace("::", "#") for test in self.tests),
            *(f"{self.junit}#{test}" for test in self.tests),
            *(f"{path}#{job}" for path, job in self.jobs),
            *(f"{TASKS}#{task}" for task in self.tasks),
            *(f"{RECORD}#{job}" for job in self.records),
            *(f"{EVENTS}#{kind}" for kind in self.events),
            *(f"forge#{part}" for part in self.forge),
        }
        return frozenset(parts | ({f"{ANSWERS}#{self.subject}"} if self.attested else set()))

    def lets_pass(self, fake: str, target: str) -> bool:
        """True when a fake stands among its exemptions."""
        return any(one.covers(fake, target) for one in self.exempt)


def touches(claim: str, thing: str) -> bool:
    """Tell whether a change of one thing changes another: the same, its whole, or its part."""
    if thing.endswith("/"):
        return claim.startswith(thing) or claim == thing
    if claim.endswith("/"):
        return thing.startswith(claim)
    return claim == thing or claim == thing.partition("#")[0] or claim.partition("#")[0] == thing


def read() -> list[Relies]:
    """Return what relies.yaml says, the statements first."""
    written = yaml.safe_load(WRITTEN.read_text("utf-8"))
    statements = [_one(subject, body) for subject, body in written["statements"].items()]
    return [
        *statements,
        *(_one(test, _marked(test, body)) for test, body in written["tests"].items()),
    ]


def _marked(test: str, body: dict[str, Any]) -> dict[str, Any]:
    """Add what each test of the ML Test Score rests on: its own test and what runs it."""
    group, name = MARKED[test]
    monitors = test.startswith("mon")
    routes = ["monitoring/rules.yml", "monitoring/alertmanager.yml"] if monitors else []
    return {
        **body,
        "files": [*body.get("files", []), *routes],
        "tests": [f"{group.replace('.', '/')}.py::{name}"],
        "jobs": ["operate.yml:monitor" if monitors else "ci.yml:test"],
        "tasks": ["ml-tests" if monitors else "test"],
    }


def _one(subject: str, body: dict[str, Any]) -> Relies:
    jobs = tuple(_job(*job.split(":")) for job in body.pop("jobs", ()))
    exempt = tuple(
        Exempt(fake, one.get("target", ""), one["because"])
        for one in body.pop("exempt", ())
        for fake in one["fake"]
    )
    rest = {key: tuple(value) if isinstance(value, list) else value for key, value in body.items()}
    return Relies(subject, jobs=jobs, exempt=exempt, **rest)


def _job(workflow: str, job: str) -> tuple[str, str]:
    return f".github/workflows/{workflow}", job


def evidence(relies: Relies) -> Iterator[str]:
    """Yield the pieces a fake may take away for good, the most telling first."""
    yield from relies.files
    yield from (test.partition("::")[0] for test in relies.tests)
    yield from (f"{folder}/" for folder in relies.folders)
    yield from (path for path, _ in relies.jobs)
