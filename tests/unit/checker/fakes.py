"""Generic ways to look better than one is, made from what a statement says it relies on (relies.yaml).

A fake starts from the mature project, where every statement is met, and changes one thing. Whoever adds a
statement writes down what it relies on; the fakes follow from that.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

from unit.checker.building import RELEASED, Project, ago

JUNIT, EVENTS, ANSWERS = "reports/junit.xml", "events.jsonl", "maturity.yaml"
ELSEWHERE = "0123456789abcdef0123456789abcdef01234567"  # a commit of some other repository
Change = Callable[[Project], object]

NAMES = (
    "evidence removed",
    "empty file",
    "comment only",
    "unedited prose",
    "skipped test",
    "failed test",
    "test without assertion",
    "swallowed failure",
    "continue on error",
    "job switched off",
    "trigger switched off",
    "old report",
    "future report",
    "report of another repository",
    "local report posing as CI",
    "edited badge",
    "attestation of a stranger",
    "expired attestation",
)


@dataclass(frozen=True)
class Relies:
    """What one statement's tick rests on in the mature project."""

    statement: str
    files: tuple[str, ...] = ()  # without any of them it is not met
    prose: tuple[str, ...] = ()  # those of them that ship with prompts
    tests: tuple[str, ...] = ()  # path::name; each must have passed
    jobs: tuple[tuple[str, str], ...] = ()  # (workflow, job) whose success it needs
    reports: tuple[str, ...] = ()  # paths on branch `evidence`
    ages: tuple[str, ...] = ()  # those of the reports that grow too old
    events: tuple[str, ...] = ()  # types of events it needs, lately
    by_ci: bool = False  # a local report is not enough
    attested: bool = False
    exempt: dict[str, str] = field(
        default_factory=dict
    )  # fake -> why it cannot be told from honest work


def fakes(relies: Relies) -> Iterator[tuple[str, str, Change]]:
    """Yield (fake, its target, change) for all that apply."""
    for path in relies.files:
        yield "evidence removed", path, _removed(path)
        yield "empty file", path, _content(path, "")
        yield "comment only", path, _commented(path)
        yield "edited badge", path, _badge(path)
    for path in relies.prose:
        yield "unedited prose", path, _content(path, (RELEASED / path).read_text("utf-8"))
    for test in relies.tests:
        yield "skipped test", test, _skipped(test)
        yield "failed test", test, _ended(test, "<failure message='no'/>")
        yield "test without assertion", test, _without_assertion(test)
    for workflow, job in relies.jobs:
        yield "swallowed failure", f"{workflow} {job}", _swallowed(workflow, job)
        yield (
            "continue on error",
            f"{workflow} {job}",
            _in_job(workflow, job, "continue-on-error", True),
        )
        yield "job switched off", f"{workflow} {job}", _in_job(workflow, job, "if", "false")
        yield "trigger switched off", workflow, _manual_only(workflow)
    for path in relies.reports:
        yield "evidence removed", f"evidence:{path}", lambda p, path=path: p.evidence.pop(path)
        yield "empty file", f"evidence:{path}", lambda p, path=path: p.evidence.update({path: ""})
        yield "report of another repository", path, _foreign(path)
        if relies.by_ci:
            yield "local report posing as CI", path, _local(path)
    for path in relies.ages:
        yield "old report", path, _dated(path, ago(days=400))
        yield "future report", path, _dated(path, ago(days=-2))
    for kind in relies.events:
        yield "evidence removed", f"event {kind}", _events(kind, None)
        yield "old report", f"event {kind}", _events(kind, {"ts": ago(days=400)})
        yield "future report", f"event {kind}", _events(kind, {"ts": ago(days=-2)})
        yield "report of another repository", f"event {kind}", _events(kind, {"git_sha": ELSEWHERE})
    if relies.attested:
        yield "attestation of a stranger", relies.statement, _attested(relies, owner="@acme/nobody")
        yield "expired attestation", relies.statement, _attested(relies, reviewed_on="2024-01-02")


def _removed(path: str) -> Change:
    return lambda project: project.remove(path)


def _content(path: str, content: str) -> Change:
    return lambda project: project.write(path, content)


def _commented(path: str) -> Change:
    start, end = {"md": ("<!-- ", " -->"), "json": ("// ", ""), "tf": ("# ", "")}.get(
        path.rpartition(".")[2], ("# ", "")
    )

    def change(project: Project) -> None:
        lines = project.read(path).splitlines()
        project.write(path, "".join(f"{start}{line.replace('--', '- -')}{end}\n" for line in lines))

    return change


def _badge(path: str) -> Change:
    """Take the evidence away and paint the badge and the published result green."""

    def change(project: Project) -> None:
        project.remove(path)
        project.write("badge.svg", "<svg xmlns='http://www.w3.org/2000/svg'>core 42/42</svg>")
        painted = {"schema": 1, "core": {"met": 42, "applicable": 42}}
        project.evidence["check.json"] = json.dumps(painted)
        project.evidence["badge.svg"] = project.read("badge.svg")

    return change


def _test(test: str) -> tuple[str, str, re.Pattern[str]]:
    path, name = test.split("::")
    group = path.removesuffix(".py").replace("/", ".")
    return (
        path,
        name,
        re.compile(rf"(<testcase classname='{re.escape(group)}' name='{name}'[^>]*>)"),
    )


def _ended(test: str, inner: str) -> Change:
    pattern = _test(test)[2]

    def change(project: Project) -> None:
        assert pattern.search(project.evidence[JUNIT]), f"{test} did not run"
        project.evidence[JUNIT] = pattern.sub(rf"\1{inner}", project.evidence[JUNIT], count=1)

    return change


def _skipped(test: str) -> Change:
    path, name, _ = _test(test)

    def change(project: Project) -> None:
        source = project.read(path)
        marked = re.sub(
            rf"(?m)^(\s*)def {name}\(",
            rf"\1@pytest.mark.skip(reason='later')\n\1def {name}(",
            source,
        )
        assert marked != source, f"{path} has no {name}"
        project.write(path, f"import pytest\n{marked}" if "import pytest" not in marked else marked)
        _ended(test, "<skipped message='later'/>")(project)

    return change


def _without_assertion(test: str) -> Change:
    path, name, _ = _test(test)

    def change(project: Project) -> None:
        kept, inside = [], False
        for line in project.read(path).splitlines():
            inside = line.lstrip().startswith(f"def {name}(") or (inside and line[:1] in (" ", ""))
            held = inside and re.match(r"\s*(assert|with pytest\.raises)", line)
            kept.append(
                re.sub(r"\S.*", "print('fine')" if "with" not in line else "if True:", line)
                if held
                else line
            )
        project.write(path, "\n".join(kept) + "\n")

    return change


def _in_job(workflow: str, job: str, key: str, value: object) -> Change:
    return lambda project: project.edit_yaml(
        workflow, lambda body: body["jobs"][job].update({key: value})
    )


def _swallowed(workflow: str, job: str) -> Change:
    def change(body: dict[str, Any]) -> None:
        for step in body["jobs"][job].get("steps", []):
            if "run" in step:
                step["run"] = "\n".join(
                    f"{line} || true" for line in step["run"].splitlines() if line.strip()
                )

    return lambda project: project.edit_yaml(workflow, change)


def _manual_only(workflow: str) -> Change:
    def change(body: dict[Any, Any]) -> None:
        body.pop(True, None)
        body["on"] = {"workflow_dispatch": None}

    return lambda project: project.edit_yaml(workflow, change)


def _foreign(path: str) -> Change:
    return lambda project: project.evidence.update(
        {path: project.evidence[path].replace("@HEAD@", ELSEWHERE)}
    )


def _local(path: str) -> Change:
    """Move what CI pushed into the work tree, where anybody can write `source: ci`."""

    def change(project: Project) -> None:
        head = project.git("rev-parse", "HEAD")
        project.write(path, project.evidence.pop(path).replace("@HEAD@", head))

    return change


_MOMENT = re.compile(r"\b20\d\d-\d\d-\d\dT[\d:.]+(?:Z|\+00:00)")


def _dated(path: str, moment: str) -> Change:
    return lambda project: project.evidence.update(
        {path: _MOMENT.sub(moment, project.evidence[path])}
    )


def _events(kind: str, fields: dict[str, Any] | None) -> Change:
    """Change all events of a kind; None removes them."""

    def change(project: Project) -> None:
        rows = [json.loads(line) for line in project.evidence[EVENTS].splitlines()]
        assert any(row["type"] == kind for row in rows), f"no event {kind}"
        kept = [
            {**row, **(fields or {})} if row["type"] == kind else row
            for row in rows
            if fields is not None or row["type"] != kind
        ]
        project.evidence[EVENTS] = "".join(json.dumps(row) + "\n" for row in kept)

    return change


def _attested(relies: Relies, **fields: str) -> Change:
    def change(body: dict[str, Any]) -> None:
        record = next(r for r in body["attestations"] if r["id"] == relies.statement)
        record.update(fields)

    return lambda project: project.edit_yaml(ANSWERS, change)
