"""Alerts, images and services of a made project, each read by its own tool."""

from __future__ import annotations

import re
from pathlib import Path

import yaml
from machine import Machine
from making import make_project

# These come with `make tools`; their absence is an error, never a reason to pass.
PROMTOOL, HADOLINT, SCHEMA = "promtool", "hadolint", "check-jsonschema"

# Time starts at 0, which is also what the gauge says without a model: 31 days on, that must not
# pass for a model of 31 days.
NO_MODEL = """\
rule_files: [rules.yml]
evaluation_interval: 10m
tests:
  - name: no model is loaded
    interval: 1m
    input_series:
      - series: model_trained_timestamp_seconds
        values: "_x44000 0x700"
    alert_rule_test:
      - alertname: ModelTooOld
        eval_time: 31d
        exp_alerts: []
"""


def test_alerts_fire_and_stay_silent_as_they_should(
    template_repo: Path, fresh_machine: Machine
) -> None:
    monitoring = make_project(fresh_machine, template_repo, {}, sync=False) / "monitoring"
    done = fresh_machine.run([PROMTOOL, "test", "rules", "rules_test.yml"], monitoring)
    assert "SUCCESS" in done.stdout
    fresh_machine.run([PROMTOOL, "check", "rules", "rules.yml"], monitoring)
    fresh_machine.run([PROMTOOL, "check", "config", "prometheus.yml"], monitoring)

    # A month of minutes takes promtool 10 s; in steps of 10 minutes it is no part of the project.
    (monitoring / "no_model.yml").write_text(NO_MODEL)
    fresh_machine.run([PROMTOOL, "test", "rules", "no_model.yml"], monitoring)

    # The tests are worth something only if they notice a rule that never fires.
    rules = monitoring / "rules.yml"
    for limit, mutant in (
        ("> 0.05", "> 0.5"),
        ("> 30 * 86400", "> 31 * 86400"),
        ("_seconds != 0)", "_seconds)"),
    ):
        kept = rules.read_text()
        assert limit in kept
        rules.write_text(kept.replace(limit, mutant))
        assert fresh_machine.run(
            [PROMTOOL, "test", "rules", "rules_test.yml"], monitoring, check=False
        ).returncode
        if "!=" in limit:
            command = [PROMTOOL, "test", "rules", "no_model.yml"]
            assert fresh_machine.run(command, monitoring, check=False).returncode
        rules.write_text(kept)


def test_alerts_agree_with_the_rest_of_the_project(
    template_repo: Path, fresh_machine: Machine
) -> None:
    project = make_project(fresh_machine, template_repo, {}, sync=False)
    groups = yaml.safe_load((project / "monitoring/rules.yml").read_text())["groups"]
    rules = {rule["alert"]: rule for group in groups for rule in group["rules"]}
    assert set(rules) == {
        "ApiDown",
        "ApiErrors",
        "ApiSlow",
        "ModelTooOld",
        "PredictionsNotLogged",
    }
    for rule in rules.values():
        assert (project / rule["annotations"]["runbook_url"]).is_file()
    operations = yaml.safe_load((project / "conf/operations.yaml").read_text())
    (days,) = re.findall(r"> (\d+) \* 86400", rules["ModelTooOld"]["expr"])
    assert int(days) == operations["model"]["max_age_days"]
    code = "".join(f.read_text() for f in (project / "src").rglob("*.py"))
    for metric in (
        "http_requests_total",
        "http_request_duration_seconds",
        "model_trained_timestamp_seconds",
        "prediction_log_failures_total",
    ):
        # prometheus-client appends `_total` to a counter's name itself.
        assert metric.removesuffix("_total") in code


def test_image_and_services_are_clean(template_repo: Path, fresh_machine: Machine) -> None:
    for serving in ("realtime", "batch"):
        machine = Machine(fresh_machine.root / serving, fresh_machine.env)
        machine.root.mkdir()
        project = make_project(machine, template_repo, {"serving": serving}, sync=False)
        fresh_machine.run([HADOLINT, "Dockerfile"], project)
        fresh_machine.run(
            [SCHEMA, "--builtin-schema", "vendor.compose-spec", "compose.yaml"], project
        )
        dockerfile = (project / "Dockerfile").read_text()
        images = set(re.findall(r"^FROM (\S+)", dockerfile, re.MULTILINE))
        (lowest,) = re.findall(
            r'requires-python = ">=(\d+\.\d+)"', (project / "pyproject.toml").read_text()
        )
        assert all(image.startswith(f"python:{lowest}.") for image in images)
        assert "sha256:" not in dockerfile, "a digest that nobody has looked up"
        services = yaml.safe_load((project / "compose.yaml").read_text())["services"]
        assert ("api" in services) == (serving == "realtime")
        for service in services.values():
            for port in service.get("ports", []):
                assert port.startswith("127.0.0.1:"), port
