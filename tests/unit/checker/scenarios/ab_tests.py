"""7.2: experiments on users, made."""

from __future__ import annotations

from typing import Any

from unit.checker.building import Project

from . import Scenarios, signing

RECORD = "docs/experiments/2026-05-threshold.yaml"
REPORT = "reports/experiments.json"
scenario = Scenarios("7.2")


def record(project: Project, **fields: Any) -> None:
    project.edit_yaml(RECORD, lambda body: body.update(fields))


@scenario("edge")
def edge(project: Project) -> None:
    record(project, start="2025-12-03", end="2026-01-02")
    signing.record(project, "7.2", reviewed_on="2026-01-02")


scenario.simply(
    no_record=lambda p: p.remove("docs/experiments"),
    no_attestation=lambda p: signing.unsign(p, "7.2"),
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
