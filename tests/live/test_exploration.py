"""A project explores, settles on a baseline and goes into production; T1 to T3 fall out of the work."""

from __future__ import annotations

import re
import sqlite3
import sys
from itertools import pairwise
from pathlib import Path

import yaml
from machine import Machine
from making import make_project, registered_versions

GOALS, DECISION = "docs/project/goals.md", "docs/adr/0001-baseline.md"


def test_from_a_problem_to_a_baseline_to_production(
    template_repo: Path, fresh_machine: Machine
) -> None:
    project = make_project(fresh_machine, template_repo, {"phase": "exploration"})
    problem = _commit(
        fresh_machine, project, GOALS, r"<!-- fill: Who decides.*-->", "Nurses call back."
    )

    # Three tries, the second of which cannot be trained.
    for rate, code in ((0.1, 0), (-1, 2), (0.3, 0)):
        if rate != 0.1:
            _commit(
                fresh_machine,
                project,
                "params.yaml",
                r"learning_rate: .*",
                f"learning_rate: {rate}",
            )
        done = fresh_machine.run(["uv", "run", "poe", "pipeline"], project, check=False)
        assert bool(done.returncode) == bool(code), done.stdout + done.stderr
    listed = fresh_machine.run(["uv", "run", "poe", "-q", "experiments"], project).stdout
    assert [line.split()[0] == "*" for line in listed.splitlines()[1:4]] == [True, False, False]

    runs = _runs(project)
    assert [status for _, status, _, _ in runs] == ["FINISHED", "FAILED", "FINISHED"]
    assert all(start <= end for _, _, start, end in runs)
    assert all(one[3] <= next_[2] for one, next_ in pairwise(runs))
    # One of three ended badly, and the next good one began after it.
    assert _share_that_failed(project) == 1 / 3
    assert 0 < _seconds_to_restore(project) < 600
    tracked = {commit for (commit,) in _sql(project, _COMMITS)}
    assert len(tracked) == 3
    assert tracked <= set(fresh_machine.git("log", "--format=%H", cwd=project).split())

    recorded = fresh_machine.run(
        ["uv", "run", "poe", "-q", "experiments", "--record", runs[2][0]], project
    )
    assert "filled in" in recorded.stdout
    _commit(fresh_machine, project, DECISION, r"^status:.*", "status: accepted")
    front = yaml.safe_load((project / DECISION).read_text().split("---")[1])
    for option in front["alternatives"][:2]:
        query = "select value from metrics where run_uuid = ? and key = ?"
        ((value,),) = _sql(project, query, option["run_id"], option["metric"])
        assert value == option["value"]

    # T1, T2 and T3, as anyone finds them who has the repository and the database.
    log = ["log", "--reverse", "--format=%H %at", "--diff-filter=M", "--", GOALS]
    first, t1 = fresh_machine.git(*log, cwd=project).splitlines()[0].split()
    assert first == problem
    t2 = [start / 1000 for _, _, start, _ in runs]
    accepted = ["log", "--format=%at", "-G", "^status: accepted", "--", DECISION]
    (t3,) = fresh_machine.git(*accepted, cwd=project).split()
    assert int(t1) <= t2[0] + 1 <= t2[2] + 1
    assert t2[2] <= int(t3) + 1

    _goes_into_production(fresh_machine, project)


def _goes_into_production(machine: Machine, project: Path) -> None:
    mine = [GOALS, DECISION, "params.yaml", "docs/project/project.yaml", "notebooks/explore.ipynb"]
    before = {path: (project / path).read_text() for path in mine}
    assert machine.git("status", "--porcelain", cwd=project) == "?? dvc.lock"
    machine.git("add", "dvc.lock", cwd=project)
    machine.git("commit", "-qm", "The data of the baseline", cwd=project)
    update = [sys.executable, "-m", "copier", "update", "-r", ":current:", "--skip-answered"]
    machine.run([*update, "--quiet", "--defaults", "-d", "phase=production"], project)
    assert {path: (project / path).read_text() for path in mine} == before
    assert (project / "docs/project/risk.yaml").is_file()
    machine.run(["uv", "sync", "-q"], project)
    machine.git("add", "-A", cwd=project)
    machine.git("commit", "-qm", "Into production", cwd=project)
    machine.run(["uv", "run", "poe", "pipeline"], project)
    assert registered_versions(project) == {"1": "challenger"}
    # The tries of before are still there.
    assert [status for _, status, _, _ in _runs(project)][:3] == ["FINISHED", "FAILED", "FINISHED"]
    notebooks = ["uv", "run", "pytest", "-q", "tests/pipeline/test_stages.py", "-k", "notebook"]
    assert "2 passed" in machine.run(notebooks, project).stdout


def _commit(machine: Machine, project: Path, path: str, old: str, new: str) -> str:
    """Replace one text in one file, commit it, and return the commit."""
    text = (project / path).read_text()
    changed, count = re.subn(old, new, text, count=1, flags=re.MULTILINE)
    assert count == 1, (path, old)
    (project / path).write_text(changed)
    machine.git("commit", "-qm", f"Change {path}", "--", path, cwd=project)
    return machine.git("rev-parse", "HEAD", cwd=project)


_COMMITS = "select distinct value from tags where key = 'git.commit'"
_FAILED = """select avg(status in ('FAILED', 'KILLED')) from runs
             where end_time is not null and lifecycle_stage = 'active'"""
_RESTORED = """select min(good.start_time) - bad.end_time from runs bad join runs good
               on good.experiment_id = bad.experiment_id and good.start_time >= bad.end_time
               where bad.status = 'FAILED' and good.status = 'FINISHED' group by bad.run_uuid"""


def _sql(project: Path, query: str, *values: str) -> list[tuple[object, ...]]:
    with sqlite3.connect(f"file:{project / 'mlflow.db'}?mode=ro", uri=True) as database:
        return database.execute(query, values).fetchall()


def _runs(project: Path) -> list[tuple[str, str, int, int]]:
    query = "select run_uuid, status, start_time, end_time from runs order by start_time"
    with sqlite3.connect(f"file:{project / 'mlflow.db'}?mode=ro", uri=True) as database:
        return database.execute(query).fetchall()


def _share_that_failed(project: Path) -> object:
    ((share,),) = _sql(project, _FAILED)
    return share


def _seconds_to_restore(project: Path) -> float:
    ((milliseconds,),) = _sql(project, _RESTORED)
    assert isinstance(milliseconds, int)
    return milliseconds / 1000
