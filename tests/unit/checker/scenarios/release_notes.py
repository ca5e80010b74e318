"""3.2.8: notes for each tag, here and on the forge."""

from __future__ import annotations

import re
import subprocess

from unit.checker.building import Project

from . import Scenarios
from .pull_requests import Asked

NOTES, MODELS = "CHANGELOG.md", "docs/model/releases.md"
scenario = Scenarios("3.2.8")


def section(project: Project, version: str, body: str) -> None:
    """Put a body in place of a version's; an empty one takes the whole section out."""
    pattern = re.compile(rf"## {re.escape(version)}\n.*?(?=^## |\Z)", re.DOTALL | re.MULTILINE)
    content, count = pattern.subn(body and f"## {version}\n\n{body}\n\n", project.read(NOTES))
    assert count == 1
    project.write(NOTES, content)


@scenario("no-section")
def no_section(asked: Asked) -> None:
    section(asked.project, "v1.0.0", "")


@scenario("no-models")
def no_models(asked: Asked) -> None:
    asked.project.remove(MODELS)


@scenario("no-forge")
def no_forge(asked: Asked) -> None:
    asked.env.delenv("GITHUB_TOKEN")


@scenario("hollow-section")
def hollow_section(asked: Asked) -> None:
    section(asked.project, "v1.1.0", "<!-- todo -->")


@scenario("no-tags")
def no_tags(asked: Asked) -> None:
    asked.project.git("tag", "-d", "v1.0.0", "v1.1.0")


@scenario("empty-body")
def empty_body(asked: Asked) -> None:
    asked.github.releases[0]["body"] = "   "


@scenario("shallow")
def shallow(asked: Asked) -> None:
    project = asked.project
    url, thin = project.root.as_uri(), project.root.with_name("thin")
    clone = ["git", "clone", "-q", "--depth", "1", "--no-tags", url, str(thin)]
    subprocess.run(clone, check=True, capture_output=True)
    project.root = thin


@scenario("other-heading")
def other_heading(asked: Asked) -> None:
    asked.project.edit(NOTES, "## v1.1.0", "## [1.1.0] - 2026-05-01")
    asked.project.edit(NOTES, "## v1.0.0", "## [1.0.0] - 2026-02-01")


@scenario("data-tag")
def data_tag(asked: Asked) -> None:
    asked.project.git("tag", "-a", "data-2026-06", "-m", "Data of June")
