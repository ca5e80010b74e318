"""4.2.1: the API, watched."""

from __future__ import annotations

from unit.checker.building import Project, junit, passing

from . import Scenarios
from .features import side_commit

APP, RULES, JUNIT = "src/churn/serving/app.py", "monitoring/rules.yml", "reports/junit.xml"
NODE = ("tests.serving.test_app", "test_a_request_moves_the_metric")
scenario = Scenarios("4.2.1")

scenario.simply(
    no_rules=lambda p: p.remove(RULES),
    no_metrics=lambda p: p.edit(APP, '    app.mount("/metrics", make_asgi_app())\n', ""),
    no_junit=lambda p: p.evidence.pop(JUNIT),
    hollow_app=lambda p: p.write(APP, ""),
    not_mounted=lambda p: p.edit(APP, '    @app.middleware("http")\n', ""),
    commented=lambda p: p.edit(APP, "SECONDS = Histogram", "# SECONDS = Histogram"),
    empty_rules=lambda p: p.write(RULES, "groups: []\n"),
    other_metric=lambda p: p.edit_yaml(
        RULES,
        lambda body: [r.update(expr="vector(0) > 1") for g in body["groups"] for r in g["rules"]],
    ),
    skipped=lambda p: p.evidence.update({JUNIT: junit({**passing(), NODE: "skipped"})}),
    local=lambda p: p.evidence.update({JUNIT: junit(passing(), source="local")}),
    batch=lambda p: p.edit(".copier-answers.yml", "serving: both", "serving: batch"),
    bad_answer=lambda p: p.edit(".copier-answers.yml", "serving: both", "serving: banana"),
)


@scenario("no-ancestor")
def no_ancestor(project: Project) -> None:
    project.evidence[JUNIT] = junit(passing(), commit=side_commit(project))
