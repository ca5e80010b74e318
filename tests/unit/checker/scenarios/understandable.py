"""6.2: what users are told, and whether somebody tried it on them."""

from __future__ import annotations

from unit.checker.building import Project

from . import Scenarios, shipped
from .signing import record, review, unsign

PAGE, FEATURES, LOCAL = (
    "docs/model/explanations.md",
    "conf/features.yaml",
    "src/churn/explain/local.py",
)
STATEMENT = "6.2"
scenario = Scenarios(STATEMENT)


scenario.simply(
    no_page=lambda p: p.remove(PAGE),
    no_record=lambda p: unsign(p, STATEMENT),
    shipped=lambda p: p.write(PAGE, shipped(PAGE)),
    expired=lambda p: record(p, STATEMENT, reviewed_on="2025-06-30"),
    last_day=lambda p: record(p, STATEMENT, reviewed_on="2025-07-01", review_days=365),
    file_link=lambda p: record(p, STATEMENT, evidence=["docs/model/user_test.md#results"]),
)


@scenario("one-text-missing")
def one_text_missing(project: Project) -> None:
    project.edit_yaml(FEATURES, lambda body: body["features"]["mean_texture"].pop("text"))
    review(project)


@scenario("changed")
def changed(project: Project) -> None:
    there = (project.root / LOCAL).is_file()
    before = project.read(LOCAL) if there else '"""Why."""\n'
    project.write(LOCAL, before + "\nSHOWN = 3\n")


@scenario("texts-changed")
def texts_changed(project: Project) -> None:
    project.edit(FEATURES, "coarser than most", "rougher than most")
    record(project, STATEMENT, invalidated_by=[])
