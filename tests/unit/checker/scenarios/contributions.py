"""6.1: answers explained, and the sum tested."""

from __future__ import annotations

from unit.checker.building import Project, junit, passing

from . import Scenarios

APP, LOCAL, SCORE = (
    "src/churn/serving/app.py",
    "src/churn/explain/local.py",
    "src/churn/batch/score.py",
)
TEST, JUNIT = "tests/model/test_explain.py", "reports/junit.xml"
NODE = ("tests.model.test_explain", "test_contributions_add_up_to_the_margin")
ROUTE = (
    '    @app.post("/explain")\n'
    '    def explain(rows: list[dict], x_api_key: str = Header("")) -> list[dict]:\n'
    '        known(x_api_key, ["correct-horse-battery"])\n'
)
ANSWER = "        return local.explain(rows)\n"
scenario = Scenarios("6.1")


@scenario("batch")
def batch(project: Project) -> None:
    """Let the batch file explain instead."""
    project.edit(".copier-answers.yml", "serving: both", "serving: batch")
    project.remove(APP)
    project.edit(SCORE, "from ..features", "from ..explain.local import explain\nfrom ..features")
    columns = (
        "    for row, told in zip(scored, explain(rows), strict=True):\n"
        '        row |= {f"contribution_{k}": v for k, v in told["contributions"].items()}\n'
        '        row |= {f"reference_{k}": v for k, v in told["reference"].items()}\n'
        '        row["base"] = told["base"]\n'
    )
    project.edit(SCORE, "    prediction_log.append", f"{columns}    prediction_log.append")


@scenario("other-place")
def other_place(project: Project) -> None:
    (project.root / LOCAL).rename(project.root / "src/churn/model/explain.py")
    project.edit(APP, "from ..explain import local", "from ..model import explain as local")
    project.edit(
        TEST, "from churn.explain import local", "from churn.model import explain as local"
    )
    project.edit("src/churn/explain/fidelity.py", "from .local", "from ..model.explain")


@scenario("no-sum")
def no_sum(project: Project) -> None:
    lines = project.read(TEST).splitlines()
    project.write(TEST, "\n".join([*lines[:-2], "    assert local.explain(ROWS)", ""]))


scenario.simply(
    no_route=lambda p: p.edit(APP, ROUTE + ANSWER, ""),
    no_junit=lambda p: p.evidence.pop(JUNIT),
    hollow_route=lambda p: p.edit(APP, ANSWER, '        return {"detail": "not implemented"}\n'),
    no_reference=lambda p: p.edit(LOCAL, ', "base": BASE, "reference": MEDIAN', ""),
    skipped=lambda p: p.evidence.update({JUNIT: junit({**passing(), NODE: "skipped"})}),
    forged=lambda p: p.remove(TEST),
)
