"""How each fake is made: changes of a mature project that leave it looking well."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from functools import partial
from typing import Any

import yaml
from trueline.maturity.prose import STARTERS
from unit.checker.building import RELEASED, TEMPLATE, Project, ago
from unit.checker.relies import EVENTS, JUNIT, ML_TESTS, RECORD, TASKS

ELSEWHERE = "0123456789abcdef0123456789abcdef01234567"  # a commit of some other repository
Change = Callable[[Project], object]


def removed(path: str) -> Change:
    """Delete a file, a folder, what CI left, or (report#test) that a test ran."""

    def change(project: Project) -> None:
        if "#" in path:
            unseen(path.partition("#")[2])(project)
        elif project.evidence.pop(path, None) is None:
            project.remove(path.rstrip("/"))

    return change


def content(path: str, text: str) -> Change:
    """Put a text in a file's place, or in that of a report."""

    def change(project: Project) -> None:
        if path in project.evidence:
            project.evidence[path] = text
        else:
            project.write(path, text)

    return change


def commented(path: str) -> Change:
    """Leave a file its lines, each as a comment."""
    marks = {"md": ("<!-- ", " -->"), "json": ("// ", "")}
    start, end = marks.get(path.rpartition(".")[2], ("# ", ""))

    def change(project: Project) -> None:
        lines = project.read(path).splitlines()
        project.write(path, "".join(f"{start}{line.replace('--', '- -')}{end}\n" for line in lines))

    return change


def each_file(folder: str, how: Callable[[str], Change]) -> Change:
    """Do the same to each Python file below a folder."""

    def change(project: Project) -> None:
        found = sorted((project.root / folder).rglob("*.py"))
        assert found, folder
        for path in found:
            how(path.relative_to(project.root).as_posix())(project)

    return change


def unedited(path: str) -> Change:
    """Put back the page as it was handed out."""
    places = (folder / path for folder in (RELEASED, TEMPLATE, STARTERS))
    page = next(place for place in places if place.is_file())
    return content(path, page.read_text("utf-8"))


def _case(test: str) -> re.Pattern[str]:
    path, name = test.split("::")
    group = path.removesuffix(".py").replace("/", ".")
    inner = r"((?:<properties>.*?</properties>)?)"
    named = rf"{name}(?:\[[^']*\])?"
    return re.compile(rf"(<testcase classname='{re.escape(group)}' name='{named}'[^>]*>){inner}")


def ended(test: str, how: str) -> Change:
    """Let a test have ended so, where it ran."""
    pattern = _case(test)

    def change(project: Project) -> None:
        ran = [path for path in (JUNIT, ML_TESTS) if pattern.search(project.evidence.get(path, ""))]
        assert ran, f"{test} did not run"
        for path in ran:
            project.evidence[path] = pattern.sub(rf"\1\2{how}", project.evidence[path])

    return change


def unseen(test: str) -> Change:
    """Let a test have run nowhere."""
    pattern = re.compile(_case(test).pattern + "</testcase>")

    def change(project: Project) -> None:
        reports = {path: project.evidence.get(path, "") for path in (JUNIT, ML_TESTS)}
        assert any(pattern.search(report) for report in reports.values()), f"{test} did not run"
        project.evidence |= {path: pattern.sub("", text) for path, text in reports.items() if text}

    return change


def skipped(test: str) -> Change:
    """Skip a test, in its code and in what CI reports."""
    path, name = test.split("::")

    def change(project: Project) -> None:
        source = project.read(path)
        marked = re.sub(
            rf"(?m)^(\s*)def {name}\(",
            rf"\1@pytest.mark.skip(reason='later')\n\1def {name}(",
            source,
        )
        assert marked != source, f"{path} has no {name}"
        project.write(path, f"import pytest\n{marked}" if "import pytest" not in marked else marked)
        ended(test, "<skipped message='later'/>")(project)

    return change


def without_assertion(test: str) -> Change:
    """Let a test call what it tests, and ask nothing of it."""
    path, name = test.split("::")

    def change(project: Project) -> None:
        source = project.read(path)
        blocks = re.split(r"(?m)(?=^(?:@|def ))", source)
        kept = [_calm(block) if f"def {name}(" in block else block for block in blocks]
        assert kept != blocks, f"{test} asserts nothing"
        project.write(path, "".join(kept))

    return change


def _calm(block: str) -> str:
    block = re.sub(r"(?ms)^( +)assert .*\Z", r"\1print('fine')\n\n\n", block)
    return re.sub(r"(?m)^( +)with pytest\.raises\(.*\):$", r"\1if True:", block)


def in_job(workflow: str, job: str, key: str, value: object) -> Change:
    """Set a key of a job."""
    return lambda project: edited(
        project, workflow, lambda body: body["jobs"][job].update({key: value})
    )


def edited(project: Project, workflow: str, change: Callable[[dict[Any, Any]], object]) -> None:
    """Change a workflow as data; YAML 1.1 took its `on` for a truth value."""
    body = yaml.safe_load(project.read(workflow))
    change(body)
    body = {"on" if key is True else key: value for key, value in body.items()}
    project.write(workflow, yaml.safe_dump(body, sort_keys=False))


def swallowed(workflow: str, job: str) -> Change:
    """Let every command of a job be fine whatever it finds."""

    def change(body: dict[str, Any]) -> None:
        steps = [step for step in body["jobs"][job]["steps"] if "run" in step]
        assert steps, f"{workflow} {job} runs nothing"
        for step in steps:
            lines = [line for line in step["run"].splitlines() if line.strip()]
            step["run"] = "\n".join(f"{line} || true" for line in lines)

    return lambda project: edited(project, workflow, change)


def swallowed_task(task: str) -> Change:
    """Let a task of pyproject.toml be fine whatever its command finds."""

    def change(project: Project) -> None:
        source = project.read(TASKS)
        pattern = rf'(\[tool\.poe\.tasks\.{task}\]\n)cmd = "(.*)"'
        found = re.sub(pattern, r'\1shell = "\2 || true"', source)
        assert found != source, task
        project.write(TASKS, found)

    return change


def by_hand_only(workflow: str) -> Change:
    """Let a workflow start by a person's hand alone."""

    def change(body: dict[Any, Any]) -> None:
        body.pop(True, None)
        body["on"] = {"workflow_dispatch": None}

    return lambda project: edited(project, workflow, change)


def failed_job(job: str) -> Change:
    """Let CI have noted that a job failed."""

    def change(project: Project) -> None:
        body = json.loads(project.evidence[RECORD])
        body["jobs"][job] = "failure"
        project.evidence[RECORD] = json.dumps(body)

    return change


def foreign(path: str) -> Change:
    """Let a report be of some other repository's commit."""

    def change(project: Project) -> None:
        before = project.evidence[path]
        project.evidence[path] = before.replace("@HEAD@", ELSEWHERE)
        assert project.evidence[path] != before, f"{path} names no commit"

    return change


def local(path: str) -> Change:
    """Move what CI pushed into the work tree, where anybody can write `source: ci`."""

    def change(project: Project) -> None:
        head = project.git("rev-parse", "HEAD")
        project.write(path, project.evidence.pop(path).replace("@HEAD@", head))

    return change


_MOMENT = re.compile(r"\b20\d\d-\d\d-\d\dT[\d:.]+(?:Z|\+00:00)")


def dated(path: str, moment: str) -> Change:
    """Let all that a report dates be of one moment."""

    def change(project: Project) -> None:
        assert _MOMENT.search(project.evidence[path]), f"{path} has no date"
        project.evidence[path] = _MOMENT.sub(moment, project.evidence[path])

    return change


def events(kind: str, fields: dict[str, Any] | None) -> Change:
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


def local_events(kind: str) -> Change:
    """Move the events of a kind into the work tree, with the runs that they say they are of."""

    def change(project: Project) -> None:
        head = project.git("rev-parse", "HEAD")
        lines = project.evidence[EVENTS].replace("@HEAD@", head).splitlines(keepends=True)
        events(kind, None)(project)
        place = project.root / "reports" / EVENTS
        before = place.read_text("utf-8") if place.is_file() else ""
        mine = (line for line in lines if json.loads(line)["type"] == kind)
        project.write(f"reports/{EVENTS}", before + "".join(mine))

    return change


OLD, FUTURE = partial(ago, days=400), partial(ago, days=-2)
