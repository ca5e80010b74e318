"""1.1.3: risks are evaluated, and somebody vouches for it."""

from __future__ import annotations

import shutil
from typing import Any

from unit.checker.building import RELEASED, Project

from . import Scenarios

RISK, SIGNED = "docs/project/risk.yaml", "maturity.yaml"
scenario = Scenarios("1.1.3")


def record(project: Project, **fields: Any) -> None:
    """Change the record's fields; `...` takes one out."""

    def change(body: dict[str, Any]) -> None:
        found = body["attestations"][0]
        found.update(fields)
        for key in [key for key, value in fields.items() if value is ...]:
            del found[key]

    project.edit_yaml(SIGNED, change)


def unsign(project: Project) -> None:
    project.edit_yaml(SIGNED, lambda body: body.update(attestations=[]))


def register(project: Project, change: Any) -> None:
    project.edit_yaml(RISK, lambda body: change(body["risks"]))


scenario.simply(
    no_record=unsign,
    no_register=lambda p: p.remove(RISK),
    empty_register=lambda p: p.write(RISK, ""),
    comment_register=lambda p: p.write(
        RISK, "".join(f"# {x}\n" for x in p.read(RISK).splitlines())
    ),
    two_risks=lambda p: register(p, lambda risks: risks.__delitem__(slice(2, None))),
    no_privacy=lambda p: register(p, lambda risks: risks[3].update(category="data")),
    bare_high=lambda p: register(p, lambda risks: risks[1].update(mitigation="")),
    expired=lambda p: record(p, reviewed_on="2026-01-01"),
    generous_period=lambda p: record(p, reviewed_on="2025-12-01", review_days=3650),
    future=lambda p: record(p, reviewed_on="2026-07-02"),
    stranger=lambda p: record(p, owner="@acme/nobody"),
    no_evidence=lambda p: record(p, evidence=[]),
    dead_evidence=lambda p: record(p, evidence=["docs/project/signoff.md"]),
    outside_evidence=lambda p: record(p, evidence=["../../etc/hostname"]),
    claim_unmet=lambda p: record(p, claim="unmet"),
    claim_na=lambda p: record(p, claim="na"),
    broken_yaml=lambda p: p.write(SIGNED, "attestations: ["),
    last_day=lambda p: record(p, reviewed_on="2026-01-02"),
    readme_change=lambda p: p.write("README.md", "# Churn, explained\n"),
    invalidated=lambda p: p.write("params.yaml", "model: {max_iter: 200}\n"),
    unknown_commit=lambda p: record(p, reviewed_commit="0123456789abcdef0123456789abcdef01234567"),
)


@scenario("nothing-left")
def nothing_left(project: Project) -> None:
    unsign(project)
    project.remove(RISK)


@scenario("shipped-register")
def shipped(project: Project) -> None:
    unsign(project)
    shutil.copy(RELEASED / RISK, project.root / RISK)


@scenario("shipped-register-signed")
def shipped_signed(project: Project) -> None:
    shutil.copy(RELEASED / RISK, project.root / RISK)


@scenario("invalidated-model")
def invalidated_model(project: Project) -> None:
    project.edit("src/churn/model/train.py", "return rows", "return rows + 1")


@scenario("empty-invalidation")
def empty_invalidation(project: Project) -> None:
    record(project, invalidated_by=[])
    project.write("params.yaml", "model: {max_iter: 200}\n")


@scenario("side-branch")
def side_branch(project: Project) -> None:
    project.git("switch", "-q", "-c", "side")
    sha = project.commit("Never merged")
    project.git("switch", "-q", "main")
    record(project, reviewed_commit=sha)


@scenario("yaml-bomb")
def yaml_bomb(project: Project) -> None:
    lines = ['a0: &a0 ["x"]']
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]" for n in range(1, 10)]
    project.write(SIGNED, "\n".join([*lines, "attestations: *a9", ""]))
