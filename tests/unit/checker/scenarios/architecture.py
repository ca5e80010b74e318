"""1.3.2: the parts as listed, as drawn, and as they are."""

from __future__ import annotations

import re

import yaml
from unit.checker.building import Project

from . import Scenarios
from .signing import record, review, unsign

LIST, DRAWING = "docs/architecture/components.yaml", "docs/architecture/README.md"
MERMAID = re.compile(r"```mermaid\n.*?```\n", re.DOTALL)
STATEMENT = "1.3.2"
scenario = Scenarios(STATEMENT)


def named(project: Project) -> list[str]:
    return [item["name"] for item in yaml.safe_load(project.read(LIST))["components"]]


scenario.simply(
    no_record=lambda p: unsign(p, STATEMENT),
    new_package=lambda p: p.write("src/churn/advice/__init__.py", '"""Advice."""\n'),
    unknown_commit=lambda p: record(
        p, STATEMENT, reviewed_commit="0123456789abcdef" * 2 + "01234567"
    ),
    no_package=lambda p: p.write("src/churn/templates/page.html", "<p>Hello</p>\n"),
)


@scenario("no-diagram")
def no_diagram(project: Project) -> None:
    words = ", ".join(named(project)) + " are the parts.\n"
    project.write(DRAWING, MERMAID.sub(words, project.read(DRAWING)))


@scenario("hidden-diagram")
def hidden_diagram(project: Project) -> None:
    hidden = MERMAID.sub(lambda match: f"<!--\n{match[0]}-->\n", project.read(DRAWING))
    project.write(DRAWING, hidden)


@scenario("ghost-component")
def ghost_component(project: Project) -> None:
    queue = {"name": "queue", "kind": "service", "runtime": True, "purpose": "Holds what waits"}
    project.edit_yaml(LIST, lambda body: body["components"].append(queue))
    project.edit(DRAWING, "  model --> batch\n", "  model --> batch --> queue\n")


@scenario("new-service")
def new_service(project: Project) -> None:
    image = {"image": "grafana/grafana@sha256:" + "e" * 64}
    project.edit_yaml("compose.yaml", lambda body: body["services"].update(grafana=image))
    review(project)


@scenario("infra-moved")
def infra_moved(project: Project) -> None:
    path = "infra/modules/service/main.tf"
    project.write(path, project.read(path) + '\nlocals {\n  moved = "yes"\n}\n')


@scenario("redrawn")
def redrawn(project: Project) -> None:
    block = "```mermaid\nflowchart TD\n  " + " --- ".join(named(project)) + "\n```\n"
    project.write(DRAWING, MERMAID.sub(lambda _: block, project.read(DRAWING)))
