"""4.4.2: what the model does not know, and who looks at it."""

from __future__ import annotations

import json

from unit.checker.building import Project, ago

from . import Scenarios
from .operating_changes import sign, unsign

REPORT, APP, SETTINGS = "reports/uncertain_cases.json", "src/churn/serving/app.py", "conf/operations.yaml"  # fmt: skip
SCORE = "src/churn/batch/score.py"
CALL = "        flags = Guard(6.0, 30.0).flags(rows)\n"
scenario = Scenarios("4.4.2")


def named(project: Project) -> None:
    ids = json.loads(project.evidence[REPORT])["sampled"]
    cases = [{"id": one, "features": {"email": "a@b.io"}} for one in ids]
    project.report(REPORT, sampled=cases)


@scenario("not-called")
def not_called(project: Project) -> None:
    project.edit(APP, CALL, "        flags = None\n")
    project.edit(SCORE, CALL.removeprefix("    "), "    flags = []\n")


scenario.simply(
    no_record=lambda p: unsign(p, "4.4.2"),
    no_report=lambda p: p.evidence.pop(REPORT),
    no_threshold=lambda p: p.edit(SETTINGS, "guard: {", "# guard: {"),
    expired=lambda p: sign(p, "4.4.2", reviewed_on="2026-05-26"),
    names=named,
    old_cases=lambda p: p.report(REPORT, created_at=ago(days=8)),
    last_day=lambda p: sign(p, "4.4.2", reviewed_on="2026-05-27"),
)


@scenario("no-cases")
def no_cases(project: Project) -> None:
    project.report(REPORT, counts={"rows": 900, "low_certainty": 0, "out_of_range": 0}, sampled=[])
    sign(project, "4.4.2", statement="No case of 900 was doubtful in this week.")
