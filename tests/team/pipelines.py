"""CI as ci.yml has it, on a clone of the origin: the commands of its steps, in their order.

Nothing of GitHub's own runs here (tests/live/test_workflows.py does that through act); what a job's
commands leave is handed on as the artifacts would be.
"""

from __future__ import annotations

import json
import shutil
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import yaml
from team.company import Company, asking

RUN_ID = "31"
ARTIFACTS = ("reports/junit.xml", "reports/coverage.xml")


def publish(company: Company) -> dict[str, str]:
    """Run ci.yml for the newest commit of main and publish its evidence; give what failed."""
    clone = _runner(company, "card")
    jobs = yaml.safe_load((clone / ".github" / "workflows" / "ci.yml").read_text())["jobs"]
    env = {"CI": "true", "GITHUB_ACTIONS": "true", "GITHUB_RUN_ID": RUN_ID}
    # Each job has a machine of its own; two at a time, the longest first.
    with ThreadPoolExecutor(2) as pool:
        running = {
            job: pool.submit(_steps, company, _runner(company, job), jobs[job], env)
            for job in ("test", "lint", "pipeline")
        }
        failures = {job: said for job, future in running.items() if (said := future.result())}
    folder = clone / "evidence"
    for artifact in ARTIFACTS:
        left = company.machine.root / "runner-test" / artifact
        if left.is_file():
            (folder / artifact).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(left, folder / artifact)
    needs = {
        job: {"result": "failure" if job in failures else "success"}
        for job in jobs["card"]["needs"]
    }
    with company.forge() as server:
        summary = clone / "summary.md"
        card = {
            **env,
            **asking(server),
            "JOBS": json.dumps(needs),
            "GITHUB_STEP_SUMMARY": str(summary),
        }
        said = _steps(company, clone, jobs["card"], card)
    if said:
        failures["card"] = said
    said = _steps(company, clone, jobs["publish"], env)
    if said:
        failures["publish"] = said
    return failures


def _runner(company: Company, job: str) -> Path:
    """Clone the origin for one job, as checkout does on a new runner."""
    clone = company.machine.root / f"runner-{job}"
    shutil.rmtree(clone, ignore_errors=True)
    company.machine.run(["git", "clone", "-q", f"file://{company.origin}", str(clone)])
    return clone


def _steps(company: Company, clone: Path, job: dict[str, object], env: dict[str, str]) -> str:
    """Run a job's commands as a runner's shell does; give the end of what the first red one said."""
    steps = job["steps"]
    assert isinstance(steps, list)
    for step in steps:
        # Here main was pushed to; what is for a pull request alone is no part of that.
        if "run" in step and "pull_request" not in str(step.get("if", "")):
            shell = ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", step["run"]]
            done = company.machine.run(shell, clone, check=False, timeout=1800, **env)
            if done.returncode:
                return f"{step.get('name')}\n{done.stdout[-3000:]}\n{done.stderr[-3000:]}"
    return ""
