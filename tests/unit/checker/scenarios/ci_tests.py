"""3.2.3: CI runs the tests."""

from __future__ import annotations

from unit.checker.building import Project, junit, passing

from . import Scenarios
from .features import side_commit

CI, RUN, JUNIT = ".github/workflows/ci.yml", "run: uv run poe test", "reports/junit.xml"
EVENTS = "on:\n  pull_request:\n  push:\n    branches: [main]\n"
STEP = "        run: uv run poe test"
scenario = Scenarios("3.2.3")


def runs(project: Project, script: str) -> None:
    project.edit(CI, RUN, f"run: {script}")


def block(*lines: str) -> str:
    return "|\n" + "".join(f"          {line}\n" for line in lines)


def moved(project: Project, name: str) -> None:
    (project.root / CI).rename(project.root / name)


def report(project: Project, content: str) -> None:
    project.evidence[JUNIT] = content


scenario.simply(
    no_workflow=lambda p: p.remove(CI),
    no_trigger=lambda p: p.edit(CI, "  pull_request:\n", ""),
    no_run=lambda p: p.evidence.pop(JUNIT),
    empty=lambda p: p.write(CI, ""),
    commented_step=lambda p: runs(p, block("# uv run poe test")),
    commented_trigger=lambda p: p.edit(CI, "  pull_request:\n", "  # pull_request:\n"),
    echo=lambda p: runs(p, "echo pytest"),
    collect_only=lambda p: runs(p, "pytest --collect-only"),
    hollow_task=lambda p: p.edit("pyproject.toml", "pytest --junitxml=reports/junit.xml", "true"),
    swallowed=lambda p: runs(p, "uv run poe test || true"),
    exit_zero=lambda p: runs(p, block("set +e", "uv run poe test", "exit 0")),
    ignored_step=lambda p: p.edit(CI, STEP, f"{STEP}\n        continue-on-error: true"),
    ignored_job=lambda p: p.edit(CI, "  test:\n", "  test:\n    continue-on-error: true\n"),
    never=lambda p: p.edit(CI, "  test:\n", "  test:\n    if: false\n"),
    never_step=lambda p: p.edit(CI, STEP, STEP + "\n        if: ${{ false }}"),
    by_hand=lambda p: p.edit(CI, EVENTS, "on: workflow_dispatch\n"),
    other_paths=lambda p: p.edit(
        CI, "  pull_request:\n", "  pull_request:\n    paths-ignore: [src/**, tests/**]\n"
    ),
    parked=lambda p: moved(p, f"{CI}.disabled"),
    yaml_suffix=lambda p: moved(p, ".github/workflows/ci.yaml"),
    local_report=lambda p: report(p, junit(passing(), source="local")),
    no_tests=lambda p: report(p, junit({})),
    all_skipped=lambda p: report(p, junit(dict.fromkeys(passing(), "skipped"))),
    broken=lambda p: p.write(CI, "jobs: {"),
    ci_report_only=lambda _: None,
    on_string=lambda p: p.edit(CI, EVENTS, "on: pull_request\n"),
    on_list=lambda p: p.edit(CI, EVENTS, "on: [push, pull_request]\n"),
    direct=lambda p: runs(p, "uv run pytest"),
)


@scenario("no-ancestor")
def no_ancestor(project: Project) -> None:
    report(project, junit(passing(), commit=side_commit(project)))


@scenario("elsewhere")
def elsewhere(project: Project) -> None:
    called = f"acme/shared/.github/workflows/test.yml@{'b' * 40}"
    project.write(CI, f"on: pull_request\njobs:\n  test:\n    uses: {called}\n")
