"""Signatures and badges in the place of evidence, and what is wrong with signatures."""

from __future__ import annotations

import json
import re
from typing import Any

from unit.checker.building import Project
from unit.checker.claiming import Claim
from unit.checker.faking import Change
from unit.checker.relies import ANSWERS

SIGNATURE = {
    "claim": "met",
    "owner": "@acme/churn",
    "evidence": ["https://github.com/acme/churn/issues/12"],
    "statement": "Gone through with everybody who is concerned; all of it is in place.",
    "reviewed_on": "2026-06-20",
    "review_days": 30,
}


def painted(project: Project) -> None:
    """Paint the badge and the published result green."""
    project.write("badge.svg", "<svg xmlns='http://www.w3.org/2000/svg'>core 42/42</svg>")
    green = {"schema": 1, "core": {"met": 42, "applicable": 42}}
    project.evidence["check.json"] = json.dumps(green)
    project.evidence["badge.svg"] = project.read("badge.svg")


def signed(statement: str) -> Change:
    """Let an owner sign for a statement that nobody has to sign."""

    def change(project: Project) -> None:
        commit = project.commits["reviewed"]
        record = {"id": statement, **SIGNATURE, "reviewed_commit": commit}
        project.edit_yaml(ANSWERS, lambda body: body["attestations"].append(record))

    return change


def attested(statement: str, **fields: Any) -> Change:
    """Change fields of a statement's attestation."""

    def change(body: dict[str, Any]) -> None:
        next(r for r in body["attestations"] if r["id"] == statement).update(fields)

    return lambda project: project.edit_yaml(ANSWERS, change)


def stranger(claim: Claim) -> Change:
    """Let somebody sign whom neither CODEOWNERS nor team.yaml names."""

    def change(project: Project) -> None:
        record = {"id": claim.subject, **SIGNATURE, "owner": "@acme/nobody"}
        record |= {"title": claim.title, "reviewed_commit": project.commits["reviewed"]}

        def sign(body: dict[str, Any]) -> None:
            body["attestations"].append(record)
            if not re.match(r"\d", claim.subject):  # a test of the ML Test Score
                body.setdefault("manual_runs", []).append(record)

        project.edit_yaml(ANSWERS, sign)

    return change
