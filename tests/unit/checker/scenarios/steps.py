"""1.2.1: the steps of the data, their motives and their code."""

from __future__ import annotations

from typing import Any

from unit.checker.building import Project

from . import Scenarios

STEPS, PIPELINE, INGEST = "docs/data/steps.yaml", "dvc.yaml", "src/churn/data/ingest.py"
scenario = Scenarios("1.2.1")


def steps(project: Project, change: Any) -> None:
    project.edit_yaml(STEPS, lambda body: change(body["steps"]))


def refer(project: Project, reference: str) -> None:
    steps(project, lambda entries: entries["ingest"].update(code_ref=reference))


scenario.simply(
    no_file=lambda p: p.remove(STEPS),
    no_validate=lambda p: steps(p, lambda entries: entries.pop("validate")),
    no_code_ref=lambda p: steps(p, lambda entries: [e.pop("code_ref") for e in entries.values()]),
    commented_why=lambda p: p.edit(STEPS, "    why: The hospital", "    why: # The hospital"),
    ghost_stage=lambda p: steps(p, lambda entries: entries.update(dedupe=entries["ingest"])),
    blank_inputs=lambda p: steps(p, lambda entries: entries["validate"].update(inputs=[""])),
    idle_function=lambda p: refer(p, f"{INGEST}:summary"),
)


@scenario("dead-ref")
def dead_ref(project: Project) -> None:
    project.edit(INGEST, '"""Ingest."""', '"""Ingest: load, then keep."""')
    refer(project, f"{INGEST}:load")


@scenario("direct-module")
def direct_module(project: Project) -> None:
    project.edit(PIPELINE, "python -m churn ingest", "python -m churn.data.ingest")
    main = '\n\nif __name__ == "__main__":\n    print(run())\n'
    project.write(INGEST, project.read(INGEST) + main)


@scenario("model-stage")
def model_stage(project: Project) -> None:
    stage = (
        "  evaluate:\n    cmd: python -m churn evaluate\n    deps: [src/churn/model/evaluate.py]\n"
    )
    project.write(PIPELINE, project.read(PIPELINE) + stage)
