"""Writes docs/reference/lacking.md from team.yaml: what no team can reach yet with a made project.

Run it from the root of the repository: `uv run python tests/team/lacking.py`.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml
from trueline.maturity.catalogue import load

ROOT = Path(__file__).parents[2]
TEAM = ROOT / "tests" / "unit" / "checker" / "expected" / "team.yaml"
PAGE = ROOT / "docs" / "reference" / "lacking.md"
HEAD = """# What a made project lacks yet

A team may fill each document, run each task and workflow and sign what is to be signed, and a project with the default
answers still comes to {met} of {applicable} statements of the core, by what somebody expected of the catalogue before
the checker was asked. This is the rest: how far each statement comes, and what the template would have to write before
it can be met. Where two outcomes stand, the catalogue can be read in both ways.

Written by `tests/team/lacking.py` from `tests/unit/checker/expected/team.yaml`; edit that file, not this page.

| statement | comes to | lacks |
|---|---|---|
"""


def page() -> str:
    """Return the page: one row for each statement that lacks something."""
    default: dict[str, Any] = yaml.safe_load(TEAM.read_text("utf-8"))["default"]
    titles = {entry.id: entry.title for entry in load().entries}
    rows = [
        f"| {name} {titles[name]} | {_reached(said)} | {said['lacks']} |\n"
        for name, said in default["statements"].items()
        if "lacks" in said
    ]
    return HEAD.format(**default["core"]) + "".join(rows)


def _reached(said: dict[str, Any]) -> str:
    return " or ".join([said["outcome"], *said.get("or", [])])


if __name__ == "__main__":
    PAGE.write_text(page(), "utf-8")
