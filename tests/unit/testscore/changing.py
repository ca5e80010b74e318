"""Ways to change what speaks for one test of the score: its code, its runs, its records."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import yaml
from unit.checker.building import Project, junit, operated, passing
from unit.checker.reported import IDS
from unit.checker.score_evidence import MARKED, Node

CI, OPERATE = ".github/workflows/ci.yml", ".github/workflows/operate.yml"
JUNIT, ML_TESTS = "reports/junit.xml", "reports/ml_test.xml"
RECORD = {
    "ran_on": "2026-06-01",
    "by": "@acme/churn",
    "model_version": "17",
    "result": "passed",
    "report": "https://wiki.acme.io/r/1",
    "distributed_to": ["@acme/model-risk"],
    "max_age_days": 90,
}


def source(test: str) -> str:
    """Return the file of a test's code."""
    return MARKED[test][0].replace(".", "/") + ".py"


def rewrite(project: Project, test: str, change: Callable[[str], str]) -> None:
    """Change the code of one test, which is one block of its file."""
    marker = f'@pytest.mark.ml_test("{test}")'
    blocks = project.read(source(test)).rstrip("\n").split("\n\n\n")
    assert sum(marker in block for block in blocks) == 1
    kept = [change(block) if marker in block else block for block in blocks]
    project.write(source(test), "\n\n\n".join(filter(None, kept)) + "\n")


def body(project: Project, test: str, *lines: str) -> None:
    """Replace what a test does."""

    def change(block: str) -> str:
        head = block[: block.index("):\n") + 3]
        return head + "\n".join(f"    {line}" for line in lines)

    rewrite(project, test, change)


def decorated(project: Project, test: str, decorator: str) -> None:
    """Put one more decorator on a test."""
    rewrite(project, test, lambda block: f"{decorator}\n{block}")


def unmarked(project: Project, test: str) -> None:
    """Take a test's marker away, and leave the test."""
    rewrite(project, test, lambda block: block.partition("\n")[2])


def second(project: Project, test: str) -> Node:
    """Add one more marked test of the same id; return its node."""
    group, name = MARKED[test]
    again = f"{name}_again"

    def change(block: str) -> str:
        return f"{block}\n\n\n{block.replace(f'def {name}(', f'def {again}(')}"

    rewrite(project, test, change)
    return group, again


def reported(project: Project, test: str, outcomes: Mapping[Node, str], **how: Any) -> None:
    """Let the report that holds a test say these outcomes too (see `building.junit`)."""
    path, nodes = (ML_TESTS, operated()) if test.startswith("mon") else (JUNIT, passing())
    ids = {**IDS, **dict.fromkeys(outcomes, test)}
    project.evidence[path] = junit({**nodes, **outcomes}, **{"ids": ids, **how})


def outcome(project: Project, test: str, said: str) -> None:
    """Let the only case of a test end so."""
    reported(project, test, {MARKED[test]: said})


def everywhere(project: Project, **how: Any) -> None:
    """Write both reports of CI anew, with these properties."""
    project.evidence[JUNIT] = junit(passing(), **how)
    project.evidence[ML_TESTS] = junit(operated(), **how)


def local(project: Project) -> None:
    """Let the tests have run on a laptop alone, at HEAD."""
    del project.evidence[JUNIT], project.evidence[ML_TESTS]
    if project.git("status", "--porcelain"):
        project.commit()
    head = project.git("rev-parse", "HEAD")
    project.write(JUNIT, junit(passing(), source="local", commit=head))
    project.write(ML_TESTS, junit(operated(), source="local", commit=head))


def never_ran(project: Project) -> None:
    """Let no report be left."""
    del project.evidence[JUNIT], project.evidence[ML_TESTS]


def behind(project: Project) -> None:
    """Let CI's newest run be of HEAD's parent, and let the code have changed since."""
    project.frozen = project.git("rev-parse", "HEAD")
    project.edit("src/churn/model/train.py", "return rows", "return rows + 1")


def by_hand(project: Project) -> None:
    """Let the workflows start by a person's hand alone."""
    for path in (CI, OPERATE):
        _, _, jobs = project.read(path).partition("jobs:\n")
        project.write(path, f"on: workflow_dispatch\njobs:\n{jobs}")


def swallowed(project: Project) -> None:
    """Let a failure of the jobs that test pass unnoticed."""
    project.edit(CI, "  test:\n", "  test:\n    continue-on-error: true\n")
    project.edit(OPERATE, "  monitor:\n", "  monitor:\n    continue-on-error: true\n")


def no_route(project: Project) -> None:
    """Let the receiver of alerts have no way to anybody."""
    project.write(
        "monitoring/alertmanager.yml", "route: {receiver: oncall}\nreceivers:\n  - name: oncall\n"
    )


def recorded(project: Project, test: str, **fields: Any) -> None:
    """Write a record of a run by hand; `...` takes a field out."""
    said = {"id": test, **RECORD, **fields}
    kept = {key: value for key, value in said.items() if value is not ...}
    project.edit_yaml("maturity.yaml", lambda all_: all_.update(manual_runs=[kept]))


def only_recorded(project: Project, test: str, **fields: Any) -> None:
    """Leave a test nothing but a record."""
    unmarked(project, test)
    recorded(project, test, **fields)


def serving(project: Project, how: str) -> None:
    """Change the answer on serving."""
    answers = yaml.safe_load(project.read(".copier-answers.yml"))
    project.write(".copier-answers.yml", yaml.safe_dump({**answers, "serving": how}))
