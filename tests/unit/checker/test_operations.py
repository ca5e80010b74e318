"""Statements on operation: further ways to look better than one is, and honest variants."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from trueline.maturity.score import Outcome
from unit.checker.building import Project, ago, junit, passing
from unit.checker.scenarios.alerts import rule
from unit.checker.scenarios.operating_changes import events, of_type, update

MET, PARTIAL, UNMET, UNKNOWN = Outcome.MET, Outcome.PARTIAL, Outcome.UNMET, Outcome.UNKNOWN
OPERATE, LOAD = ".github/workflows/operate.yml", ".github/workflows/load.yml"
SETTINGS, RULES, TESTS = "conf/operations.yaml", "monitoring/rules.yml", "tests/serving/test_guard.py"  # fmt: skip
GUARD = ("tests.serving.test_guard", "test_each_doubt_is_flagged")


def with_k6(project: Project) -> None:
    project.remove("tests/load/locustfile.py")
    project.write("tests/load/api.js", "http.post(`${__ENV.API}/predict`, body);\n")
    project.edit(LOAD, 'uv run poe load-test --host "$API_URL"', "k6 run tests/load/api.js")


def by_module(project: Project) -> None:
    project.edit(OPERATE, "uv run poe monitor", "uv run python -m churn.monitoring.trend")


def by_make(project: Project) -> None:
    project.write("Makefile", "monitor:\n\tuv run python -m churn monitor\n")
    project.edit(OPERATE, "uv run poe monitor", "make monitor")


def own_command(project: Project) -> None:
    """The command computes the cost itself."""
    project.remove("src/churn/monitoring/trend.py")
    command = '@main.command()\ndef cost() -> None:\n    """Say what a month costs."""\n\n\n@main.command("rollback")'
    project.edit("src/churn/cli.py", '@main.command("rollback")', command)
    project.edit(OPERATE, "uv run poe monitor", "uv run python -m churn cost")


def computed_by_functions(project: Project) -> None:
    """Each KPI is a function of its own, in a module that a command of the schedule runs."""
    code = "def recall():\n    return 0.9\n\n\ndef letters():\n    return 4\n"
    project.write("src/churn/monitoring/kpi.py", code)
    names = ("recall", "letters")

    def change(body: dict[str, Any]) -> None:
        for name, entry in zip(names, body["kpi"], strict=True):
            entry["source"] = f"churn.monitoring.kpi:{name}"

    project.edit_yaml(SETTINGS, change)
    project.edit("src/churn/monitoring/trend.py", "def kpi(", "def share(")
    project.edit(OPERATE, "uv run poe monitor", "uv run python -m churn.monitoring.kpi")


def renamed_rules(project: Project) -> None:
    (project.root / RULES).rename(project.root / "monitoring/rules.yaml")
    project.edit("monitoring/rules_test.yml", "[rules.yml]", "[rules.yaml]")


def in_a_container(project: Project) -> None:
    """Runners of GitHub bring no promtool."""
    run = (
        "docker run --rm -v ./monitoring:/m --entrypoint promtool prom/prometheus:v3.5.0 test rules"
    )
    project.edit(
        ".github/workflows/ci.yml",
        "promtool test rules monitoring/rules_test.yml",
        f"{run} /m/rules_test.yml",
    )


def only_by_hand(project: Project) -> None:
    def change(body: dict[str, Any]) -> None:
        body["triggers"] = [{**body["triggers"][0], "kind": "manual"}]

    project.edit_yaml(SETTINGS, change)
    project.edit(
        ".github/workflows/retrain.yml", "  schedule:", "  workflow_dispatch:\n  schedule:"
    )
    update(project, lambda e: e.get("trigger") == "schedule", trigger="manual")


def routed_to(project: Project, name: str) -> None:
    receivers = [
        {"name": "oncall", "email_configs": [{"to": "oncall@acme.io"}]},
        {"name": "none"},
    ]
    routes = [{"receiver": name, "match": {"alertname": "DiskFull"}}]
    body = {"route": {"receiver": "oncall", "routes": routes}, "receivers": receivers}
    project.write("monitoring/alertmanager.yml", json.dumps(body))


def newer_version(project: Project, *, hours: float) -> None:
    added = {"type": "gate_decision", "ts": ago(hours=hours), "status": "success"}
    added |= {"source": "github:run/8", "event_id": "new", "model_version": "18"}
    events(project, lambda found: [*found, added])


def no_files(project: Project) -> None:
    """In CI there is neither models/ nor mlflow.db: the event of the newest version stands in."""
    project.remove("models")


def other_repository(project: Project) -> None:
    project.git("remote", "add", "origin", "git@github.com:acme/churn.git")
    url = "https://github.com/acme/wiki/blob/main/docs/runbooks/machines.md"
    rule(project, "DiskFull", annotations={"runbook_url": url})


def unwritten_runbook(project: Project) -> None:
    project.write("docs/runbooks/machines.md", "# Runbook\n\n<!-- fill: what to do -->\n")


CASES: list[tuple[str, Outcome, Callable[[Project], object]]] = [
    ("2.2.7", MET, no_files),
    ("2.2.7", PARTIAL, lambda p: update(p, of_type("model_deployed"), git_sha=None)),
    ("2.2.7", UNMET, lambda p: p.edit("src/churn/tracking.py", '"data.version"', '"data"')),
    ("2.2.7", UNMET, lambda p: p.edit("tests/pipeline/test_tracking.py", '"image.digest",\n', "")),
    ("2.2.8", MET, only_by_hand),
    ("2.2.8", UNMET, lambda p: p.edit(SETTINGS, "reports/staleness.json", "docs/why.md", every=True) or p.write("docs/why.md", "# Why\n")),
    ("2.2.8", MET, lambda p: p.edit(SETTINGS, "reports/staleness.json", "docs/model/retraining.md", every=True)),
    ("2.2.8", UNMET, lambda p: p.edit(".github/workflows/retrain.yml", "  train:\n", "  train:\n    if: false\n")),
    ("2.2.8", PARTIAL, lambda p: p.edit(".github/workflows/retrain.yml", "poe pipeline", "poe pipeline || true")),
    ("2.2.8", UNMET, lambda p: p.edit(".github/workflows/retrain.yml", "uv run poe pipeline", "echo poe pipeline")),
    ("2.2.8", PARTIAL, lambda p: p.write("docs/model/retraining.md", "# Again\n\n<!-- fill: why -->\n")),
    ("3.2.5", MET, with_k6),
    ("3.2.5", PARTIAL, lambda p: p.report("reports/load.json", stress={"users": 80, "breaking_point": None})),
    ("3.2.5", PARTIAL, lambda p: p.report("reports/load.json", rps=20)),
    ("3.2.5", UNMET, lambda p: p.edit(LOAD, "uv run poe", "echo poe")),
    ("3.2.5", UNMET, lambda p: p.edit("tests/load/locustfile.py", "    @task\n", "")),
    ("3.2.5", UNKNOWN, lambda p: p.evidence.update({"reports/load.json": "{"})),
    ("3.2.6", UNMET, lambda p: p.write("conf/environments/production.yaml", "api_key: correct-horse-battery\n")),
    ("3.2.6", MET, lambda p: p.write("conf/environments/production.yaml", "api_key_required: true\napi_keys_file: /run/secrets/keys\n")),
    ("3.2.6", UNMET, lambda p: p.edit("docs/openapi.json", '"/predict"', '"/metrics/predict"') or p.edit("docs/openapi.json", '[{"key": []}]', "[]")),
    ("3.2.6", UNMET, lambda p: p.write(".env", "A=1\n")),
    ("3.2.6", PARTIAL, lambda p: p.write("docs/runbooks/security.md", "# Security\n")),
    ("3.2.6", PARTIAL, lambda p: p.evidence.update({"reports/junit.xml": junit({**passing(), ("tests.serving.test_guard", "test_only_a_known_key_opens_the_api"): "failed"})})),
    ("4.1.1", MET, by_module),
    ("4.1.1", MET, by_make),
    ("4.1.1", MET, own_command),
    ("4.1.1", UNMET, lambda p: p.edit(OPERATE, "uv run poe monitor", "echo uv run poe monitor")),
    ("4.1.1", PARTIAL, lambda p: p.edit(OPERATE, "uv run poe monitor", "uv run poe monitor || true")),
    ("4.1.1", PARTIAL, lambda p: p.report("reports/cost.json", month={"training": 4, "serving": 365, "total": 20})),
    ("4.1.2", MET, renamed_rules),
    ("4.1.2", MET, lambda p: routed_to(p, "oncall")),
    ("4.1.2", UNMET, lambda p: routed_to(p, "none")),
    ("4.1.2", UNMET, other_repository),
    ("4.1.2", UNMET, unwritten_runbook),
    ("4.1.2", PARTIAL, lambda p: p.report("reports/ci.json", jobs={"lint": "success", "alerts": "failure"})),
    ("4.1.2", PARTIAL, lambda p: p.edit("monitoring/rules_test.yml", "alertname: DiskFull", "alertname: Other")),
    ("4.1.2", PARTIAL, lambda p: p.edit("monitoring/rules_test.yml", "rule_files: [rules.yml]", "rule_files: [other.yml]")),
    ("4.1.2", MET, in_a_container),
    ("4.1.2", PARTIAL, lambda p: p.edit(".github/workflows/ci.yml", "run: promtool", "run: echo promtool")),
    ("4.1.2", UNKNOWN, lambda p: p.write("monitoring/alertmanager.yml", "route: [")),
    ("4.3.1", MET, lambda p: newer_version(p, hours=1)),
    ("4.3.1", MET, lambda p: p.edit("params.yaml", "metric: roc_auc", "metric: [roc_auc]")),
    ("4.3.1", PARTIAL, lambda p: p.edit("params.yaml", "metric: roc_auc", "metric: [roc_auc, f1]")),
    ("4.3.1", PARTIAL, lambda p: newer_version(p, hours=30)),
    ("4.3.2", MET, computed_by_functions),
    ("4.3.2", UNMET, lambda p: p.edit("src/churn/monitoring/trend.py", "def kpi(", "def share(")),
    ("4.3.2", UNMET, lambda p: p.edit("docs/project/project.yaml", "name: referrals", "name: letters")),
    ("4.4.2", PARTIAL, lambda p: p.evidence.update({"reports/junit.xml": junit({**passing(), GUARD: "skipped"})})),
    ("4.4.2", PARTIAL, lambda p: p.evidence.update({"reports/junit.xml": junit(passing(), source="local")})),
    ("4.4.2", UNMET, lambda p: p.edit("src/churn/monitoring/prediction_log.py", '"flags": flags or []', '"n": 0')
        or p.edit("src/churn/monitoring/prediction_log.py", "flags: list[list[str]] | None = None", "found: object")),
    ("4.4.2", UNMET, lambda p: p.edit("src/churn/serving/app.py", "        prediction_log.append(rows, 0.5, flags)\n", "")
        or p.edit("src/churn/serving/app.py", "        prediction_log.append(request, answer)\n", "        print(request)\n")
        or p.edit("src/churn/serving/app.py", "from ..monitoring import prediction_log\n", "")
        or p.remove("src/churn/batch")),
    ("4.4.2", PARTIAL, lambda p: p.edit(SETTINGS, "cases: {every_days: 7}", "cases: {every_days: 0}")),
]  # fmt: skip


@pytest.mark.parametrize(("statement", "expected", "change"), CASES)
def test_a_change_from_met(
    project: Project, statement: str, expected: Outcome, change: Callable[[Project], object]
) -> None:
    project.holds(statement, expected, change)
