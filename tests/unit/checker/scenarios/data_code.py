"""2.2.1: the code of the data stages is in git."""

from __future__ import annotations

import json

from unit.checker.building import Project

from . import Scenarios

PIPELINE, INGEST = "dvc.yaml", "src/churn/data/ingest.py"
CMD = "cmd: python -m churn ingest"
scenario = Scenarios("2.2.1")

scenario.simply(
    no_pipeline=lambda p: p.remove(PIPELINE),
    empty_pipeline=lambda p: p.write(PIPELINE, ""),
    commented_pipeline=lambda p: p.write(
        PIPELINE, "stages:\n" + "".join(f"# {x}\n" for x in p.read(PIPELINE).splitlines()[1:])
    ),
    outside_absolute=lambda p: p.edit(PIPELINE, CMD, "cmd: python /opt/scripts/ingest.py"),
    outside_relative=lambda p: p.edit(
        PIPELINE, CMD, "cmd: [python -m churn ingest, python ../shared/ingest.py]"
    ),
    notebook_stage=lambda p: p.edit(
        PIPELINE, CMD, "cmd: jupyter nbconvert --execute notebooks/ingest.ipynb"
    ),
    hollow_dep=lambda p: p.write(INGEST, ""),
    broken=lambda p: p.write(PIPELINE, "stages: {"),
)


@scenario("untracked-code")
def untracked(project: Project) -> None:
    project.write(".gitignore", project.read(".gitignore") + f"/{INGEST}\n")
    project.git("rm", "-q", "--cached", INGEST)


@scenario("no-deps")
def no_deps(project: Project) -> None:
    project.edit(PIPELINE, "    deps: [src/churn/data/ingest.py]\n", "")
    project.edit(PIPELINE, ", src/churn/data/schema.py", "")


@scenario("link-outside")
def link_outside(project: Project) -> None:
    outside = project.root.parent / "ingest.py"
    outside.write_text("rows = list\n")
    project.remove(INGEST)
    (project.root / INGEST).symlink_to(outside)


@scenario("outputs-kept")
def outputs_kept(project: Project) -> None:
    cell = {"cell_type": "code", "source": ["1"], "outputs": [{"output_type": "stream"}]}
    project.write("notebooks/explore.ipynb", json.dumps({"cells": [cell], "nbformat": 4}))
