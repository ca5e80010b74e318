"""4.1.2: alerts on machines, jobs and the API."""

from __future__ import annotations

from typing import Any

from unit.checker.building import Project, ago

from . import Scenarios
from .operating_changes import drop, of_type, update

RULES, ROUTES = "monitoring/rules.yml", "monitoring/alertmanager.yml"
scenario = Scenarios("4.1.2")
drill = of_type("alert_test")


def rule(project: Project, name: str, **fields: Any) -> None:
    """Change a rule; `gone` deletes it."""

    def change(body: dict[str, Any]) -> None:
        for group in body["groups"]:
            for one in [one for one in group["rules"] if one["alert"] == name]:
                one.update(fields)
                if "gone" in fields:
                    group["rules"].remove(one)

    project.edit_yaml(RULES, change)


def runbook(project: Project, url: str) -> None:
    rule(project, "DiskFull", annotations={"runbook_url": url})


scenario.simply(
    no_saturation=lambda p: rule(p, "DiskFull", gone=True),
    no_drill=lambda p: drop(p, drill),
    nobody=lambda p: p.edit_yaml(ROUTES, lambda body: body.update(receivers=[{"name": "oncall"}])),
    constant=lambda p: rule(p, "DiskFull", expr="vector(0) > 1"),
    dead_runbook=lambda p: runbook(p, "docs/runbooks/disk.md"),
    old_drill=lambda p: update(p, drill, ts=ago(days=181)),
    local_drill=lambda p: update(p, drill, source="local"),
)


@scenario("full-address")
def full_address(project: Project) -> None:
    project.git("remote", "add", "origin", "https://github.com/acme/churn.git")
    project.edit(
        RULES,
        "runbook_url: docs/runbooks/api-errors.md",
        "runbook_url: 'https://github.com/acme/churn/blob/main/docs/runbooks/api-errors.md'",
        every=True,
    )


@scenario("edge")
def edge(project: Project) -> None:
    update(project, drill, ts=ago(days=180))
    webhook = [{"name": "oncall", "webhook_configs": [{"url": "https://pager.acme.io/churn"}]}]
    project.edit_yaml(ROUTES, lambda body: body.update(receivers=webhook))
