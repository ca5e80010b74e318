"""What decoys put in the place of evidence: reports, tests, jobs and records that claim a statement.

Each is as tempting as it can be made: the name of what a probe would look for, and in it what was
taken away. None hides what it is, which is what has to be noticed.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import yaml
from unit.checker import faking as do
from unit.checker.building import MATURE, Project, ago
from unit.checker.relies import JUNIT, ML_TESTS, RECORD

WORKFLOWS = ".github/workflows"
STEPS = [{"uses": "actions/checkout@3d3c42e5aac5ba805825da76410c181273ba90b1"}]
DAILY = {"push": {"branches": ["main"]}, "pull_request": None, "schedule": [{"cron": "0 5 * * *"}]}


@dataclass(frozen=True)
class Claim:
    """What a decoy claims: that a statement holds, though a piece of its evidence is gone."""

    subject: str
    title: str
    piece: str
    probe: str  # the name of its probe's module, as good a name for a report or a job as any
    names: tuple[str, ...]  # the same with those of the real evidence
    start: str  # what its remedy starts with

    @property
    def tests(self) -> list[tuple[str, str]]:
        """(path, name) of a test that is skipped, and of one that asks nothing."""
        name = re.sub(r"\W+", "_", self.title.lower()).strip("_")
        # The test of src/churn/model/train.py is tests/model/test_train.py.
        inner = re.match(r"src/churn/(.+?)/", self.piece)
        path = f"tests/{inner[1] if inner else 'statements'}/test_{self.probe}.py"
        return [(path, f"test_{name}"), (path, f"test_{self.probe}")]

    @property
    def body(self) -> dict[str, Any]:
        """What it says, with what the piece said."""
        verdict = {"status": "passed", "outcome": "met", "met": True, "result": "success"}
        own = {"statement": self.subject, "title": self.title, "path": self.piece, **verdict}
        source = _source(self.piece)
        try:
            held = yaml.safe_load(source)
        except yaml.YAMLError:
            held = None
        return {**(held if isinstance(held, dict) else {"content": source}), **own}


def ran(piece: str) -> bool:
    """True for a piece that is a test's run, as a report has it."""
    return "::" in piece


def _source(piece: str) -> str:
    path = MATURE / "files" / piece.removeprefix(".")
    return path.read_text("utf-8") if path.is_file() else ""


def _report(claim: Claim, commit: str, at: str) -> str:
    seal = {"schema": 1, "source": "ci", "run_id": "7", "commit": commit, "created_at": at}
    return json.dumps({**claim.body, **seal}, default=str)


def _left(project: Project, claim: Claim, names: tuple[str, ...], commit: str, at: str) -> None:
    """Leave reports as CI does, and an event of each name; what is there already stays."""
    for name in names:
        project.evidence.setdefault(f"reports/{name}.json", _report(claim, commit, at))


def old(claim: Claim) -> do.Change:
    """Leave reports of long ago, of a commit of that time."""

    def change(project: Project) -> None:
        first = project.commits["copy"]
        if ran(claim.piece):
            _ran_once(project, claim, first)
        else:
            _left(project, claim, claim.names[::2], first, do.OLD())

    return change


def _ran_once(project: Project, claim: Claim, commit: str) -> None:
    """Leave a report in the work tree in which the test of a claim passed long ago."""
    path, _, name = claim.piece.partition("#")[2].partition("::")
    group = path.removesuffix(".py").replace("/", ".")
    marked = f"<property name='ml_test' value='{claim.subject}'/>"
    case = (
        f"<testcase classname='{group}' name='{name}'><properties>{marked}</properties></testcase>"
    )
    seal = {"source": "ci", "commit": commit, "created_at": do.OLD(), "data_version": "md5:ab"}
    inner = "".join(f"<property name='{key}' value='{value}'/>" for key, value in seal.items())
    empty = f"<testsuites><testsuite><properties>{inner}</properties></testsuite></testsuites>"
    before = project.read(ML_TESTS) if (project.root / ML_TESTS).is_file() else empty
    project.write(ML_TESTS, before.replace("</testsuite>", f"{case}</testsuite>"))


def foreign(claim: Claim) -> do.Change:
    """Leave reports of another repository's commit, of today."""
    names = claim.names[1::2]
    return lambda project: _left(project, claim, names, do.ELSEWHERE, ago(hours=12))


def local(claim: Claim) -> do.Change:
    """Leave reports in the work tree alone, of the very commit, that say that CI made them."""

    def change(project: Project) -> None:
        head = project.git("rev-parse", "HEAD")
        for name in claim.names:
            path = f"reports/{name}.json"
            if not (project.root / path).is_file():
                project.write(path, _report(claim, head, ago(hours=12)))

    return change


def comments(claim: Claim) -> do.Change:
    """Write down what the forge would say, as comments."""
    rules = {
        "target": "branch",
        "enforcement": "active",
        "rules": [
            {"type": "pull_request", "parameters": {"required_approving_review_count": 2}},
            {"type": "required_status_checks"},
        ],
    }

    def change(project: Project) -> None:
        lines = yaml.safe_dump(rules).splitlines()
        commented = "".join(f"# {line}\n" for line in [claim.title, *lines])
        for name in ("settings.yml", f"{claim.probe}.yml", "rulesets/main.yml"):
            project.write(f".github/{name}", commented)
        project.write(
            ".github/rulesets/main.json", f"// {json.dumps(rules)}\n// {json.dumps(claim.title)}\n"
        )

    return change


def idle_tests(claim: Claim) -> do.Change:
    """Write a skipped test of the statement and one that asks nothing, and let both have run."""
    (path, skipped), (_, idle) = claim.tests
    source = f"""import pytest
from pathlib import Path

PIECE = {claim.piece!r}
HELD = {_source(claim.piece)!r}


@pytest.mark.skip(reason="later")
def {skipped}():
    assert Path(PIECE).read_text() == HELD


def {idle}():
    print(Path(PIECE), HELD)
"""

    def change(project: Project) -> None:
        project.write(path, source)
        group = path.removesuffix(".py").replace("/", ".")
        cases = (
            f"<testcase classname='{group}' name='{skipped}'><skipped message='later'/></testcase>"
            f"<testcase classname='{group}' name='{idle}' time='0.1'></testcase>"
        )
        before = project.evidence.get(JUNIT)
        if before:  # where it was taken away, no test of CI's is reported at all
            project.evidence[JUNIT] = before.replace("</testsuite>", f"{cases}</testsuite>")

    return change


def _job(claim: Claim) -> dict[str, Any]:
    """A job that would fail without the piece."""
    runs = [f"test -s {claim.piece}", f"uv run pytest {claim.tests[0][0]}"]
    if claim.start.startswith("poe "):
        runs.append(f"uv run {claim.start}")
    if claim.piece.endswith(".py"):
        module = claim.piece.removeprefix("src/").removesuffix(".py").replace("/", ".")
        runs.append(f"uv run python -m {module}")
    runs.append(f"uv run poe {claim.probe.replace('_', '-')}")
    return {"runs-on": "ubuntu-latest", "steps": [*STEPS, *({"run": line} for line in runs)]}


Body = dict[Any, Any]


def _workflow(claim: Claim, kind: str, cripple: Callable[[Body], object]) -> do.Change:
    """Write a workflow in which nothing can fail, or which nothing starts.

    Where a workflow was taken away, it is that one.
    """

    def change(project: Project) -> None:
        if claim.piece.startswith(WORKFLOWS):
            body = _inlined(yaml.safe_load(_source(claim.piece)))
        else:
            body = {"name": claim.probe, "on": dict(DAILY), "jobs": {claim.probe: _job(claim)}}
        cripple(body)
        text = yaml.safe_dump(body, sort_keys=False)
        project.write(f"{WORKFLOWS}/{claim.probe.replace('_', '-')}-{kind}.yml", text)

    return change


def _inlined(body: Body) -> Body:
    """Put the steps of called workflows where they are called: the caller cannot cripple those."""
    body["on"] = body.pop(True)
    jobs = body["jobs"]
    for job in jobs.values():
        if "uses" in job:
            called = yaml.safe_load(_source(job.pop("uses").removeprefix("./")))["jobs"]
            given = job.pop("with")["environment"]
            text = json.dumps(*called.values()).replace("${{ inputs.environment }}", given)
            job.update(json.loads(text))
    return body


def _in_each_job(key: str, value: object) -> Callable[[Body], None]:
    def cripple(body: Body) -> None:
        for job in body["jobs"].values():
            job[key] = value

    return cripple


def _passing(claim: Claim, workflow: do.Change) -> do.Change:
    """Let CI have noted that the job passed: such a job always does."""

    def change(project: Project) -> None:
        workflow(project)
        record = json.loads(project.evidence[RECORD])
        record["jobs"].setdefault(claim.probe, "success")
        project.evidence[RECORD] = json.dumps(record)

    return change


def swallowing(claim: Claim) -> do.Change:
    """Write a job whose commands are fine whatever they find."""

    def cripple(body: Body) -> None:
        for job in body["jobs"].values():
            for step in job.get("steps", ()):
                if "run" in step:
                    lines = step["run"].splitlines()
                    step["run"] = "\n".join(f"{line} || true" for line in lines)

    return _passing(claim, _workflow(claim, "check", cripple))


def tolerating(claim: Claim) -> do.Change:
    """Write a job that may fail."""
    return _passing(claim, _workflow(claim, "gate", _in_each_job("continue-on-error", True)))


def switched_off(claim: Claim) -> do.Change:
    """Write a job that never runs."""
    return _workflow(claim, "verify", _in_each_job("if", False))


def by_hand(claim: Claim) -> do.Change:
    """Write a workflow that only a person starts."""

    def cripple(body: Body) -> None:
        body["on"] = {"workflow_dispatch": None}

    return _workflow(claim, "by-hand", cripple)
