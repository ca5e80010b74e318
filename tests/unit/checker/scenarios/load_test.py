"""3.2.5: the API under load."""

from __future__ import annotations

from unit.checker.building import Project, ago
from unit.checker.operating import BEFORE, OLDER

from . import Scenarios

REPORT, WORKFLOW = "reports/load.json", ".github/workflows/load.yml"
RUN = 'uv run poe load-test --host "$API_URL"'
scenario = Scenarios("3.2.5")

scenario.simply(
    no_scenario=lambda p: p.remove("tests/load/locustfile.py"),
    no_report=lambda p: p.evidence.pop(REPORT),
    old=lambda p: p.report(REPORT, created_at=ago(days=36)),
    other_version=lambda p: p.report(REPORT, model_version=OLDER),
    local=lambda p: p.report(REPORT, source="local"),
    swallowed=lambda p: p.edit(WORKFLOW, RUN, f"{RUN} || true"),
    edge=lambda p: p.report(REPORT, created_at=ago(days=35), model_version=BEFORE),
    batch=lambda p: p.edit(".copier-answers.yml", "serving: both", "serving: batch"),
)


@scenario("own-limits")
def own_limits(project: Project) -> None:
    limits = {"p95_ms": 1000, "error_rate": 0.01, "rps": 100}
    project.report(REPORT, p95_ms=400, limits=limits, missed=[])


@scenario("before-deploy")
def before_deploy(project: Project) -> None:
    project.remove(WORKFLOW)
    project.write(
        ".github/workflows/cd.yml",
        "on:\n  push:\n    branches: [main]\njobs:\n"
        f"  load:\n    steps:\n      - run: {RUN}\n"
        "  deploy:\n    needs: load\n    environment: production\n    steps:\n"
        "      - run: uv run poe promote\n",
    )
