"""Further ways to look better than one is, beside those of expected.yaml."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from trueline.maturity.score import Outcome
from unit.checker.building import Project, ago, coverage, junit, passing
from unit.checker.scenarios.environment import undigested
from unit.checker.scenarios.risk import record

CI, JUNIT = ".github/workflows/ci.yml", "reports/junit.xml"
RUN = "        run: uv run poe test\n"
MET, PARTIAL, UNMET, UNKNOWN = Outcome.MET, Outcome.PARTIAL, Outcome.UNMET, Outcome.UNKNOWN


def posing_as_ci(project: Project) -> None:
    """Put a report into the work tree that says `ci` of HEAD itself."""
    del project.evidence[JUNIT]
    project.write(JUNIT, junit(passing(), commit=project.git("rev-parse", "HEAD")))


def code_moved_on(project: Project) -> None:
    project.frozen = project.git("rev-parse", "HEAD")
    project.edit("src/churn/model/train.py", "return rows", "return rows + 1")


def docs_moved_on(project: Project) -> None:
    project.frozen = project.git("rev-parse", "HEAD")
    project.write("README.md", "# Churn, explained\n")


def test_job(project: Project, *lines: str) -> None:
    """Write a workflow with one job whose steps are these lines."""
    project.write(
        CI,
        "on: pull_request\njobs:\n  test:\n    steps:\n" + "".join(f"      {x}\n" for x in lines),
    )


def needs_a_dead_job(project: Project) -> None:
    project.edit(CI, "  lint:\n", "  lint:\n    if: ${{ false }}\n")
    project.edit(CI, "  test:\n", "  test:\n    needs: lint\n")


def only_on_push(project: Project) -> None:
    project.edit(CI, "  test:\n", "  test:\n    if: github.event_name == 'push'\n")


def called_workflow(project: Project) -> None:
    project.write(
        ".github/workflows/tests.yml",
        "on: workflow_call\njobs:\n  t:\n    steps:\n      - run: pytest\n",
    )
    project.write(CI, "on: pull_request\njobs:\n  test:\n    uses: ./.github/workflows/tests.yml\n")


def composite_action(project: Project) -> None:
    project.write(
        ".github/actions/t/action.yml",
        "runs:\n  using: composite\n  steps:\n    - {run: pytest, shell: bash}\n",
    )
    test_job(project, "- uses: ./.github/actions/t")


def in_align(project: Project) -> None:
    (project.root / CI).rename(project.root / ".github/workflows/align.yml")


def through(name: str, path: str, content: str) -> Callable[[Project], None]:
    def change(project: Project) -> None:
        project.write(path, content)
        test_job(project, f"- run: uv run {name}")

    return change


def poe_ignores(project: Project) -> None:
    project.edit("pyproject.toml", 'cmd = "pytest', 'ignore_fail = true\ncmd = "pytest')


CASES: list[tuple[str, Outcome, Callable[[Project], object]]] = [
    ("1.1.3", PARTIAL, lambda p: record(p, owner=...)),
    ("1.1.3", PARTIAL, lambda p: record(p, claim=True)),
    ("2.2.5", PARTIAL, lambda p: undigested(p, "@sha256:abc123")),
    ("3.2.3", PARTIAL, posing_as_ci),
    ("4.2.1", PARTIAL, posing_as_ci),
    ("3.2.2", PARTIAL, code_moved_on),
    ("3.2.3", PARTIAL, code_moved_on),
    ("3.2.2", MET, docs_moved_on),
    ("3.2.3", MET, docs_moved_on),
    ("3.2.3", UNMET, needs_a_dead_job),
    ("3.2.3", UNMET, only_on_push),
    ("3.2.3", UNMET, in_align),
    ("3.2.3", MET, called_workflow),
    ("3.2.3", MET, composite_action),
    ("3.2.3", PARTIAL, poe_ignores),
    ("3.2.3", UNMET, lambda p: p.edit(CI, "pull_request:", "pull_request: {branches: [none]}")),
    ("3.2.3", UNMET, lambda p: p.edit(CI, "pull_request:", "pull_request: {types: [closed]}")),
    ("3.2.3", UNMET, lambda p: p.edit(CI, "pull_request:", "pull_request: {paths: [docs/**]}")),
    ("3.2.3", MET, lambda p: p.edit(CI, "pull_request:", "pull_request: {paths: ['**.py']}")),
    ("3.2.3", UNMET, lambda p: test_job(p, "- run: |", "    cat <<EOF", "    pytest", "    EOF")),
    ("3.2.3", UNMET, lambda p: test_job(p, "- run: |", "    if false; then", "      pytest", "    fi")),
    ("3.2.3", UNMET, lambda p: test_job(p, "- run: |", "    exit 0", "    pytest")),
    ("3.2.3", UNMET, lambda p: test_job(p, "- run: false && pytest")),
    ("3.2.3", PARTIAL, lambda p: test_job(p, "- run: pytest | tee log")),
    ("3.2.3", MET, lambda p: test_job(p, "- run: pytest | tee log", "  shell: bash")),
    ("3.2.3", PARTIAL, lambda p: test_job(p, "- run: pytest &")),
    ("3.2.3", MET, through("make test", "Makefile", "test: lint\n\t@python -m pytest\n\nlint:\n\truff check\n")),
    ("3.2.3", PARTIAL, through("make test", "Makefile", "test:\n\t-pytest\n")),
    ("3.2.3", MET, through("nox -s tests", "noxfile.py", "def tests(session):\n    session.run('pytest')\n")),
    ("3.2.3", MET, through("tox", "tox.ini", "[testenv]\ncommands = pytest {posargs}\n")),
    ("2.2.1", UNMET, lambda p: p.edit("dvc.yaml", "  ingest:\n    cmd:", "  fetch:\n    cmd:") or p.edit("dvc.yaml", "src/churn/data/ingest.py", "/opt/ingest.py")),
    ("3.2.1", PARTIAL, lambda p: p.report("reports/ci.json", jobs={"lint": "failure", "test": "success"})),
    ("3.2.2", PARTIAL, lambda p: p.edit("pyproject.toml", "[tool.poe", "[tool.coverage.report]\nfail_under = 95\n\n[tool.poe")),
    ("3.2.2", MET, lambda p: p.evidence.update({"reports/coverage.xml": coverage(data=0.61)})),
]  # fmt: skip


@pytest.mark.parametrize(("statement", "expected", "change"), CASES)
def test_a_change_from_met(
    project: Project, statement: str, expected: Outcome, change: Callable[[Project], object]
) -> None:
    project.holds(statement, expected, change)


def test_an_older_ci_record_never_hides_behind_a_newer_local_one(project: Project) -> None:
    project.evidence[JUNIT] = junit(dict.fromkeys(passing(), "failed"))
    head = project.git("rev-parse", "HEAD")
    late = junit(passing(), source="local", commit=head).replace(ago(hours=6), ago(hours=1))
    project.write(JUNIT, late)
    assert project.outcome("4.2.1") is PARTIAL


def test_what_git_does_not_track_is_no_evidence(project: Project) -> None:
    project.git("rm", "-q", "--cached", "conf/features.yaml", ".pre-commit-config.yaml")
    project.git("commit", "-q", "-m", "Untracked")
    project.write(".git/info/exclude", "conf/features.yaml\n.pre-commit-config.yaml\n")
    assert project.outcome("1.2.2") is UNMET
    assert project.outcome("3.2.1") is UNMET


def test_a_drill_counts_once_though_it_is_logged_twice(project: Project) -> None:
    project.write("reports/events.jsonl", project.evidence["events.jsonl"])
    events = project.snapshot().runs.events
    ids = [event.fields["event_id"] for event in events]
    assert sorted(ids) == sorted(set(ids))
    assert len(ids) == project.evidence["events.jsonl"].count("\n")
    assert all(event.ci for event in events)
