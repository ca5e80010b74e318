"""What a review of the checker found: claims that must not count, and content that must not break it."""

from __future__ import annotations

import pytest
from trueline.maturity.score import Outcome
from unit.checker.building import NODES, Project, junit, passing

CI = ".github/workflows/ci.yml"
HOOKS = "        run: uv run pre-commit run --all-files\n"


def in_the_tests_job(project: Project, *, after: bool) -> None:
    """Let the job that runs pytest run the hooks too, and nothing say how it ended."""
    project.edit(CI, "      - name: Hooks\n" + HOOKS, "")
    step, tests = "      - name: Hooks\n" + HOOKS, "      - name: Tests\n"
    run = "        run: uv run poe test\n"
    project.edit(CI, tests + run, tests + run + step if after else step + tests + run)
    project.report("reports/ci.json", jobs={})


def test_a_job_that_ci_calls_failed_is_not_proved_by_its_tests(project: Project) -> None:
    project.edit(CI, "  test:\n", "  test:\n    needs: lint\n")
    project.report("reports/ci.json", jobs={"lint": {"result": "failure"}, "test": "success"})
    result = project.result()
    worth = {s.entry.id: s.outcome for s in result.statements}
    assert worth["3.2.1"] is Outcome.PARTIAL
    assert worth["2.2.5"] is Outcome.PARTIAL


@pytest.mark.parametrize("after", [True, False])
def test_the_tests_prove_only_what_ran_before_them(project: Project, after: bool) -> None:
    in_the_tests_job(project, after=after)
    assert project.outcome("3.2.1") is (Outcome.PARTIAL if after else Outcome.MET)


def test_failed_tests_prove_no_job(project: Project) -> None:
    in_the_tests_job(project, after=False)
    project.evidence["reports/junit.xml"] = junit({**passing(), NODES[2]: "failed"})
    assert project.outcome("3.2.1") is Outcome.PARTIAL


@pytest.mark.parametrize(
    ("condition", "worth"),
    [
        ("github.actor == 'nobody'", Outcome.PARTIAL),
        ("${{ !cancelled() && hashFiles('x') != '' }}", Outcome.PARTIAL),
        ("${{ !cancelled() }}", Outcome.MET),
        ("github.event_name == 'pull_request' || github.event_name == 'push'", Outcome.MET),
    ],
)
def test_a_step_that_may_be_skipped_is_not_run(
    project: Project, condition: str, worth: Outcome
) -> None:
    project.edit(CI, HOOKS, f'        if: "{condition}"\n{HOOKS}')
    assert project.outcome("3.2.1") is worth
