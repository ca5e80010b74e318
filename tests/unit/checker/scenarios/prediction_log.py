"""7.1: what was asked and answered, stored."""

from __future__ import annotations

from typing import Any

from unit.checker.building import Project, ago

from . import Scenarios

APP, SCORE = "src/churn/serving/app.py", "src/churn/batch/score.py"
SETTINGS, REPORT = "conf/operations.yaml", "reports/prediction_log.json"
IN_APP = (
    "        prediction_log.append(request, answer)\n",
    "        prediction_log.append(rows, 0.5, flags)\n",
)
IN_SCORE = "    prediction_log.append(rows, scored)\n"
scenario = Scenarios("7.1")


def settings(project: Project, section: str, **fields: Any) -> None:
    project.edit_yaml(SETTINGS, lambda body: body[section].update(fields))


@scenario("no-writer")
def no_writer(project: Project) -> None:
    for call in IN_APP:
        project.edit(APP, call, "")
    project.edit(SCORE, IN_SCORE, "")


@scenario("sampled")
def sampled(project: Project) -> None:
    settings(project, "api", log_share=0.1)
    project.report(REPORT, log_share=0.1, rows_stored=99)


scenario.simply(
    no_report=lambda p: p.evidence.pop(REPORT),
    batch_forgotten=lambda p: p.edit(SCORE, IN_SCORE, ""),
    no_retention=lambda p: settings(p, "predictions", keep_days=None),
    lost=lambda p: p.report(REPORT, rows_stored=989),
    nothing_served=lambda p: p.report(REPORT, rows_served=0, rows_stored=0),
    old=lambda p: p.report(REPORT, newest_at=ago(hours=37), created_at=ago(hours=1)),
    edge=lambda p: p.report(REPORT, newest_at=ago(hours=36), rows_stored=990),
)
