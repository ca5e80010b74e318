"""7.2: experiments on users, made."""

from __future__ import annotations

from typing import Any

from unit.checker.building import Project

from . import Scenarios

RECORD, SIGNED, REPORT = (
    "docs/experiments/2026-05-threshold.yaml",
    "maturity.yaml",
    "reports/experiments.json",
)
scenario = Scenarios("7.2")


def record(project: Project, **fields: Any) -> None:
    project.edit_yaml(RECORD, lambda body: body.update(fields))


def attestations(project: Project, change: Any) -> None:
    project.edit_yaml(SIGNED, lambda body: change(body["attestations"]))


def unsign(project: Project) -> None:
    attestations(project, lambda all_: all_.remove(next(a for a in all_ if a["id"] == "7.2")))


@scenario("edge")
def edge(project: Project) -> None:
    record(project, start="2025-12-03", end="2026-01-02")
    attestations(
        project,
        lambda all_: [a.update(reviewed_on="2026-01-02") for a in all_ if a["id"] == "7.2"],
    )


scenario.simply(
    no_record=lambda p: p.remove("docs/experiments"),
    no_attestation=unsign,
    long_ago=lambda p: record(p, start="2025-12-02", end="2026-01-01"),
    still_running=lambda p: record(p, end="2026-08-01"),
    no_counts=lambda p: p.report(REPORT, experiments={"2026-05-threshold": {"16": 0, "17": 0}}),
    one_variant=lambda p: record(p, variants={"treatment": "17"}),
    no_hypothesis=lambda p: record(p, hypothesis="", metric=None),
    failed_idea=lambda p: record(
        p,
        result="Version 17 missed 4 tumours more than 16 (95 percent interval 1 to 9)",
        decision="keep 16",
    ),
)
