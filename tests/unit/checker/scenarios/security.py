"""3.2.6: who may call the API, and from where."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from unit.checker.building import Project

from . import Scenarios
from .operating_changes import sign, unsign

API, DOCKER, TESTS = "docs/openapi.json", "Dockerfile", "tests/serving/test_guard.py"
OPEN = ("/healthz", "/readyz", "/metrics")
scenario = Scenarios("3.2.6")


def api(project: Project, change: Callable[[dict[str, Any]], object]) -> None:
    body = json.loads(project.read(API))
    change(body)
    project.write(API, json.dumps(body, indent=1))


def for_all(body: dict[str, Any]) -> None:
    body["security"] = [{"key": []}]
    for path, methods in body["paths"].items():
        for operation in methods.values():
            operation.pop("security", None)
            if path in OPEN:
                operation["security"] = []


scenario.simply(
    no_record=lambda p: unsign(p, "3.2.6"),
    no_scheme=lambda p: api(p, lambda b: b["paths"]["/predict"]["post"].update(security=[{}])),
    root=lambda p: p.edit(DOCKER, "CMD [", "USER root\nCMD ["),
    expired=lambda p: sign(p, "3.2.6", reviewed_on="2025-06-30"),
    security_for_all=lambda p: api(p, for_all),
    last_day=lambda p: sign(p, "3.2.6", reviewed_on="2025-07-01"),
    batch=lambda p: p.edit(".copier-answers.yml", "serving: both", "serving: batch"),
)


@scenario("no-test")
def no_test(project: Project) -> None:
    content = project.read(TESTS)
    project.write(TESTS, content[: content.index("def test_only_a_known_key")].rstrip() + "\n")


@scenario("open-network")
def open_network(project: Project) -> None:
    path = "infra/modules/service/main.tf"
    before = project.read(path) if (project.root / path).exists() else ""
    group = 'resource "aws_security_group" "api" {\n  ingress {\n    from_port   = 443\n'
    group += '    cidr_blocks = ["0.0.0.0/0"]\n  }\n}\n'
    project.write(path, before + group)
    # Reviewed as it is: what is wrong is the network, not that it changed.
    sign(project, "3.2.6", reviewed_commit=project.commit("An open network"))


@scenario("changed-since")
def changed_since(project: Project) -> None:
    project.edit("src/churn/serving/access.py", '"""Who may ask."""', '"""Who may call."""')
