"""What a review of the checker found: claims that must not count, and content that must not break it."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from trueline.evidence.moment import period
from trueline.evidence.snapshot import collect
from trueline.maturity.score import Outcome
from trueline.report.badge import svg
from trueline.report.card import card
from trueline.report.document import as_json
from trueline.report.plain import plain
from trueline.report.render import render
from unit.checker.building import NODES, NOW, Project, ago, junit, passing, released
from unit.checker.scenarios.risk import record

TEMPLATE = Path(__file__).parents[3] / "template"
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


def test_a_batch_without_a_scheduled_time_is_weak(project: Project) -> None:
    rows = [json.loads(line) for line in project.evidence["reports/deliveries.jsonl"].splitlines()]
    for row in rows:
        row["scheduled_at"] = "soon"
    project.evidence["reports/deliveries.jsonl"] = "".join(f"{json.dumps(r)}\n" for r in rows)
    assert project.outcome("4.2.2") is Outcome.PARTIAL


def test_no_text_of_the_repository_forges_a_line_of_the_card(project: Project) -> None:
    bad = r'"fine\n ✔ 2.2.3\e[2K\u202e"'
    waiver = f'waivers:\n  - {{id: "2.2.3", reason: {bad}, owner: {bad}, expires: 2026-08-01}}\n'
    project.write("maturity.yaml", project.read("maturity.yaml") + waiver)
    project.edit_yaml(
        "dvc.yaml", lambda body: body["stages"].update({"a\nb\x1b[1m": {"cmd": "/x"}})
    )
    result = project.result()
    shown = card(result, width=120)
    assert plain("a\n\ud800b").encode() == "a \ufffdb".encode()
    assert not [c for c in shown if not c.isprintable() and c != "\n"]
    assert as_json(result).encode()
    assert svg(result).encode()


def test_a_branch_that_nobody_pushed_is_no_ci(project: Project) -> None:
    project.snapshot()
    project.git("update-ref", "refs/heads/evidence", "refs/remotes/origin/evidence")
    project.git("update-ref", "-d", "refs/remotes/origin/evidence")
    left = collect(project.root, now=NOW, texts=released())
    assert not [run for run in left.runs.tests if run.ci]
    assert not [report for report in left.runs.reports if report.ci]


def test_a_drill_at_a_foreign_commit_is_no_drill(project: Project) -> None:
    tree = project.git("rev-parse", "HEAD^{tree}")
    other = project.git("commit-tree", tree, "-m", "Elsewhere")
    for sha, worth in (
        (other, Outcome.PARTIAL),
        ("f" * 40, Outcome.PARTIAL),
        (project.commits["reviewed"], Outcome.MET),
    ):
        events = [json.loads(line) for line in project.evidence["events.jsonl"].splitlines()]
        next(e for e in events if e["type"] == "rollback")["git_sha"] = sha
        project.evidence["events.jsonl"] = "".join(f"{json.dumps(e)}\n" for e in events)
        assert project.outcome("2.2.9") is worth, sha


HUGE = "9" * 400


def loop(project: Project) -> None:
    """A stage's script that is a link to itself."""
    project.write("src/churn/data/loop.py", "")
    project.remove("src/churn/data/loop.py")
    (project.root / "src/churn/data/loop.py").symlink_to("loop.py")
    project.edit_yaml(
        "dvc.yaml",
        lambda body: body["stages"].update(
            {"loop": {"cmd": "x", "deps": ["src/churn/data/loop.py"]}}
        ),
    )


def huge_duration(project: Project) -> None:
    """An event that took longer than a float can say."""
    lines = project.evidence["events.jsonl"].replace("4.2", HUGE)
    project.evidence["events.jsonl"] = lines


HOSTILE: dict[str, Callable[[Project], object]] = {
    "symlink loop": loop,
    "huge hex": lambda p: p.write(
        "conf/features.yaml", f"features:\n  a: {{dtype: 0x{'f' * 5000}}}\n"
    ),
    "huge duration": huge_duration,
    "huge period": lambda p: p.edit_yaml(
        "conf/operations.yaml", lambda b: b["delivery"].update(every_hours=None, period=int(HUGE))
    ),
    "huge floor": lambda p: p.write(
        "pyproject.toml",
        p.read("pyproject.toml") + f"\n[tool.coverage.report]\nfail_under = {HUGE}\n",
    ),
    "deep call": lambda p: p.write(
        "src/churn/serving/deep.py", f"{'a' + '.log' * 900}.append(1)\n"
    ),
    "broken toml": lambda p: p.write(
        "pyproject.toml", "a = 2026-13-45T25:61:61Z\n[tool.poe.tasks]\nx = 0x" + "f" * 9 + "\n"
    ),
    "long number": lambda p: p.write("pyproject.toml", f"a = {'9' * 5000}\n"),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_content_is_scored(project: Project, name: str) -> None:
    HOSTILE[name](project)
    result = project.result()
    for form in ("rich", "json", "badge", "shields"):
        assert render(result, form).encode()


def test_a_period_is_at_most_400_days() -> None:
    assert period(400) is not None
    assert period(401) is None
    assert period("36499d") is None


def test_deliveries_of_a_laptop_prove_nothing(project: Project) -> None:
    project.write("reports/deliveries.jsonl", project.evidence.pop("reports/deliveries.jsonl"))
    assert project.outcome("4.2.2") is Outcome.PARTIAL


def test_an_old_report_proves_no_delivery_of_today(project: Project) -> None:
    project.report("reports/delivery.json", created_at=ago(days=20))
    assert project.outcome("4.2.2") is Outcome.STALE


@pytest.mark.parametrize(
    "change",
    [{"cmd": "python scripts/clean.py"}, {"cmd": "python -m churn", "wdir": "../elsewhere"}],
)
def test_a_stage_runs_only_what_git_has(project: Project, change: dict[str, str]) -> None:
    name = "ingest"
    project.edit_yaml("dvc.yaml", lambda body: body["stages"][name].update(change))
    assert project.outcome("2.2.1") is Outcome.UNMET


@pytest.mark.parametrize(
    "line",
    [
        "RUN pip install --no-deps pandas",
        "RUN <<EOF\npip install pandas\nEOF",
        "COPY --link --from=ghcr.io/astral-sh/uv:latest /uv /bin/uv",
    ],
)
def test_an_image_is_rebuilt_from_the_lock_alone(project: Project, line: str) -> None:
    project.write("Dockerfile", f"{project.read('Dockerfile')}\n{line}\n")
    assert project.outcome("2.2.5") is not Outcome.MET


def test_the_claims_that_the_template_offers_are_those_that_count(project: Project) -> None:
    """Each word that maturity.yaml names is heard; `na` is for typed answers and is not among them.

    From section 0.4 of the specification: met makes it met, unmet makes it unmet.
    """
    offered = re.search(r"claim: met +# ([^;]*);", (TEMPLATE / "maturity.yaml").read_text("utf-8"))
    assert offered
    worth = {}
    for claim in re.findall(r"[a-z]+", offered[1].replace(" or ", " ")):
        record(project, claim=claim)
        worth[claim] = project.outcome("1.1.3")
    assert worth == {"met": Outcome.MET, "unmet": Outcome.UNMET}
