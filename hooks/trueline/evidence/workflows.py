"""GitHub workflows, normalised: triggers, jobs that can run, steps, and the commands
behind them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import PurePosixPath

from . import grants
from .document import Document, mapping, sequence, text
from .shell import Command, commands
from .triggers import Trigger, triggers

FOLDER = ".github/workflows/"
_EXPRESSION = re.compile(r"\$\{\{(.*?)\}\}")
_NEVER = {"false", "0", "''", "null", '""'}
_EVENT = re.compile(r"github\.event_name\s*(==|!=)\s*'([a-z_]+)'")


@dataclass(frozen=True)
class Step:
    """One step: the commands it runs (tasks resolved), and what becomes of their failure."""

    path: str
    line: int
    commands: tuple[Command, ...] = ()
    uses: str = ""
    condition: str = ""
    ignored: str | None = None
    python: str = ""  # the version that a set-up step asks for, as major.minor
    secrets: tuple[tuple[str, str], ...] = ()  # (handed over as, name of the secret)

    @property
    def location(self) -> tuple[str, int]:
        """Where it stands: path and line."""
        return self.path, self.line


@dataclass(frozen=True)
class Job:
    """One job of a workflow with its steps; `opaque` names a foreign workflow that it calls."""

    id: str
    path: str
    line: int
    steps: tuple[Step, ...] = ()
    needs: tuple[str, ...] = ()
    condition: str = ""
    ignored: str | None = None
    opaque: str | None = None
    name: str = ""  # as checks show it
    environments: tuple[str, ...] = ()
    mints: bool | None = None  # may it ask for a token of its own identity; None: nothing is said
    secrets: tuple[tuple[str, str], ...] = ()
    called: str = ""  # the workflow of this repository that it was resolved from
    inputs: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    @property
    def environment(self) -> str:
        """The deployment environment that it names; '' for none, the first of several."""
        return self.environments[0] if self.environments else ""

    def running(self, *names: str) -> Iterator[tuple[Step, Command]]:
        """Yield the commands of one of the names, with their step, failures ignored or not."""
        for step in self.steps:
            for command in step.commands:
                if command.name in names:
                    yield step, command.ignoring(step.ignored or self.ignored)

    @property
    def own(self) -> bool:
        """True when all that it runs is Trueline itself: the checker is no evidence for itself."""
        said = [c.words for step in self.steps for c in step.commands if c.name not in _SETUP]
        return bool(said) and all(
            words[0] == "trueline" or "trueline" in words[:3] for words in said
        )


_SETUP = frozenset(
    {
        "echo",
        "cd",
        "mkdir",
        "export",
        "cat",
        "cp",
        "test",
        "set",
        "pip",
        "uv",
        "git",
        "printf",
        "tee",
    }
)


@dataclass(frozen=True)
class Workflow:
    """One workflow file."""

    path: str
    triggers: dict[str, Trigger] = field(default_factory=dict)
    jobs: tuple[Job, ...] = ()

    def runnable(self, event: str) -> Iterator[Job]:
        """Yield the jobs that can run on `event`: not switched off, nor needing one that is."""
        off = {job.id for job in self.jobs if never(job.condition, event)}
        for _ in self.jobs:
            off |= {
                job.id
                for job in self.jobs
                if set(job.needs) & off and "always()" not in job.condition
            }
        for job in self.jobs:
            if job.id not in off and not job.own:
                kept = tuple(step for step in job.steps if not never(step.condition, event))
                yield replace(job, steps=kept)


@dataclass(frozen=True)
class Workflows:
    """All workflows of a repository."""

    files: tuple[Document[Workflow], ...] = ()
    elsewhere: str = ""  # without any: the path of another system's CI, which nobody reads here

    @property
    def readable(self) -> list[Workflow]:
        """The workflows that parsed, without the one in which Trueline checks the alignment."""
        return [d.value for d in self.files if d.value and PurePosixPath(d.path).stem != "align"]

    @property
    def pythons(self) -> frozenset[str]:
        """The versions of Python that set-up steps ask for by name."""
        return frozenset(
            step.python
            for workflow in self.readable
            for job in workflow.jobs
            for step in job.steps
            if step.python
        )

    @property
    def broken(self) -> list[Document[Workflow]]:
        """The files that did not parse."""
        return [d for d in self.files if d.problem]


def parse(path: str, content: object) -> Workflow:
    """Return a workflow from its YAML; tasks and called workflows are resolved afterwards."""
    body = mapping(content)
    jobs = mapping(body.get("jobs"))
    mints, shared = grants.may_mint(body.get("permissions")), grants.secrets(body, "env")
    parsed = [_job(path, name, job) for name, job in jobs.items()]
    return Workflow(
        path,
        triggers(body.get("on")),
        tuple(
            replace(
                job,
                mints=mints if job.mints is None else job.mints,
                secrets=(*shared, *job.secrets),
            )
            for job in parsed
        ),
    )


def _job(path: str, name: str, content: object) -> Job:
    body = mapping(content)
    # A called workflow waits for the second pass, which knows the other files.
    steps = tuple(step(path, item) for item in sequence(body.get("steps")))
    return Job(
        name,
        path,
        getattr(content, "line", 0),
        steps,
        tuple(map(text, sequence(body.get("needs")))),
        _condition(body),
        _ignored(body, "the job's"),
        text(body.get("uses")) or None,
        text(body.get("name")) or name,
        grants.environments(body),
        grants.may_mint(body.get("permissions")),
        grants.secrets(body, "env", "with", "secrets"),
        inputs=grants.handed(body),
    )


def step(path: str, content: object) -> Step:
    """Return one step of a job or of a composite action."""
    body = mapping(content)
    shell = text(body.get("shell"))
    script = text(body.get("run")) if not shell or shell.startswith(("bash", "sh")) else ""
    version = re.match(r"\d+\.\d+", text(mapping(body.get("with")).get("python-version")))
    return Step(
        path,
        getattr(content, "line", 0),
        commands(_EXPRESSION.sub(_word, script), pipefail=shell.startswith("bash")),
        text(body.get("uses")),
        _condition(body),
        _ignored(body, "its"),
        version[0] if version else "",
        grants.secrets(body, "env", "with", "run"),
    )


def _word(expression: re.Match[str]) -> str:
    """Return an expression as one word of the shell: GitHub puts its value there before it runs."""
    return "${{" + re.sub(r"[^\w.-]", "", expression[1])[:80] + "}}"


def _condition(body: dict[str, object]) -> str:
    if "if" not in body:
        return ""
    return str(body["if"]).strip().removeprefix("${{").removesuffix("}}").strip() or "false"


def _ignored(body: dict[str, object], whose: str) -> str | None:
    value = str(body.get("continue-on-error", "false")).strip().lower()
    return None if value in ("false", "") else f"{whose} continue-on-error ignores its failure"


def never(condition: str, event: str) -> bool:
    """True when a condition surely stops a job or step on `event`; what cannot be told may run."""
    said = condition.lower()
    if said in _NEVER:
        return True
    parts = [part.strip().strip("()").strip() for part in said.split("&&")]
    if "||" in said:
        return all(never(part, event) for part in said.split("||"))
    for part in parts:
        if part in _NEVER or part in ("failure", "cancelled", "!success", "!always"):
            return True
        match = _EVENT.fullmatch(part)
        if match and (match[1] == "==") != (match[2] == event):
            return True
    return False


def surely(condition: str, event: str) -> bool:
    """True when a condition surely lets a step run on `event` while all before it went well."""
    said = condition.lower()
    if "||" in said:
        return any(surely(part, event) for part in said.split("||"))
    for part in said.split("&&"):
        bare = part.strip().removeprefix("${{").removesuffix("}}").strip()
        match = _EVENT.fullmatch(bare)
        if match and (match[1] == "==") == (match[2] == event):
            continue
        if bare not in ("", "true", "always()", "success()", "!cancelled()", "!failure()"):
            return False
    return True
