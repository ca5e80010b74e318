"""3.2.1: hooks, and CI that runs them."""

from __future__ import annotations

import json
import re

from unit.checker.building import Project

from . import Scenarios

CONFIG, CI, RUN = (
    ".pre-commit-config.yaml",
    ".github/workflows/ci.yml",
    "pre-commit run --all-files",
)
SECRETS = "  - repo: https://github.com/gitleaks/gitleaks\n    rev: v8.28.0\n    hooks:\n      - id: gitleaks\n"
scenario = Scenarios("3.2.1")

scenario.simply(
    no_config=lambda p: p.remove(CONFIG),
    no_secrets=lambda p: p.edit(CONFIG, SECRETS, ""),
    no_ci=lambda p: p.edit(CI, f"      - name: Hooks\n        run: uv run {RUN}\n", ""),
    empty_config=lambda p: p.write(CONFIG, "repos: []\n"),
    commented_config=lambda p: p.write(
        CONFIG, "repos:\n" + "".join(f"# {x}\n" for x in p.read(CONFIG).splitlines())
    ),
    moving_rev=lambda p: p.edit(CONFIG, "rev: v8.28.0", "rev: main"),
    entry_true=lambda p: p.write(CONFIG, re.sub(r"entry: [^,]+", "entry: 'true'", p.read(CONFIG))),
    manual_stage=lambda p: p.edit(
        CONFIG, "default_stages: [pre-commit]", "default_stages: [manual]"
    ),
    exclude_all=lambda p: p.edit(CONFIG, "repos:", "exclude: .*\nrepos:"),
    swallowed=lambda p: p.edit(CI, RUN, f"{RUN} || true"),
    ignored_failure=lambda p: p.edit(CI, RUN, f"{RUN}\n        continue-on-error: true"),
    never=lambda p: p.edit(CI, "  lint:\n", "  lint:\n    if: false\n"),
)


@scenario("by-hand")
def by_hand(project: Project) -> None:
    project.edit(CI, "on:\n  pull_request:\n  push:\n    branches: [main]", "on: workflow_dispatch")
    del project.evidence["reports/ci.json"]


@scenario("local-report")
def local_report(project: Project) -> None:
    # It says `ci`, but it lies in the work tree, where anyone may write.
    body = json.loads(project.evidence.pop("reports/ci.json"))
    head = project.git("rev-parse", "HEAD")
    project.write("reports/ci.json", json.dumps({**body, "commit": head}))


@scenario("old-pass")
def old_pass(project: Project) -> None:
    project.frozen = project.git("rev-parse", "HEAD")
    project.write("README.md", "# Churn, explained\n")
