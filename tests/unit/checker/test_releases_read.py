"""Changelogs, tags, schemas and workspaces as they are read: figures counted by hand."""

from __future__ import annotations

from pathlib import Path

import pytest
from trueline.evidence import (
    changelog,
    openapi,
    packaged,
)
from trueline.evidence.history import version
from trueline.maturity.front_matter import front_matter
from unit.checker.building import Project
from unit.checker.test_documents import tree

NOTES = """
# Changelog

## [Unreleased]

Soon.

## [1.2.0] - 2026-05-01

### Added

- More.

## v1.1

<!-- todo -->

1.0.0
-----

First.

## 2026-01-31

A day.

[1.2.0]: https://acme.example/1.2.0
"""


def test_sections_of_a_changelog() -> None:
    found = changelog.sections(NOTES)
    assert list(found) == ["1.2.0", "1.1", "1.0.0"]
    assert [changelog.says_something(body) for body in found.values()] == [True, False, True]
    assert changelog.same("1.1", "1.1.0")
    assert not changelog.same("1.1", "1.1.1")


@pytest.mark.parametrize(
    ("heading", "expected"),
    [
        ("Release 3.1.0 (2026-05-01)", "3.1.0"),
        ("[v3.1.0](https://acme.example)", "3.1.0"),
        ("3.1.0rc1", None),
        ("3.1.0-beta", None),
        ("Python 3.11", None),
        ("2026.05", "2026.05"),
    ],
)
def test_a_heading_names_a_version(heading: str, expected: str | None) -> None:
    found = changelog.sections(f"## {heading}\n\nText.\n")
    assert list(found) == ([expected] if expected else [])


@pytest.mark.parametrize(
    ("name", "expected"),
    [("v1.2.0", "1.2.0"), ("1.2", "1.2"), ("release-1.2.3", "1.2.3"), ("v1.2.0rc1", ""),
     ("data-2026-06", ""), ("v2", ""), ("1.2.0-alpha.1", ""), ("v1.2.0+build.5", "1.2.0")],
)  # fmt: skip
def test_a_tag_names_a_version(name: str, expected: str) -> None:
    assert version(name) == expected


def test_models_are_listed_with_metric_and_data() -> None:
    page = (
        "# Models\n\n| version | roc_auc | data |\n|---|---|---|\n| 17 | 0.88 | md5:ab12 |\n"
        "| 16 | good | md5:ab11 |\n\n## Version 15\n\nroc_auc 0.81, data version 2026-05\n"
    )
    found = [(m.version, m.metric, m.data) for m in changelog.model_releases(page)]
    assert found == [("17", True, True), ("16", False, True), ("15", True, True)]
    notes = "## 1.0.0\n\nModel version 3 (roc_auc 0.9, data md5:00ff).\n"
    assert [m.version for m in changelog.models_named(notes)] == ["3"]


def test_a_schema_that_holds_itself_ends() -> None:
    api = openapi.parse(
        '{"components": {"schemas": {"A": {"properties": {"a": {"$ref": "#/components/schemas/A"},'
        '"b": {"$ref": "elsewhere.json"}}}, "B": {"$ref": "#/components/schemas/B"}}}}'
    )
    assert {name for name, _ in api.properties({"$ref": "#/components/schemas/A"})} == {"a", "b"}
    assert api.resolved({"$ref": "#/components/schemas/B"}) is None
    assert api.resolved({"$ref": "elsewhere.json"}) is None


def test_a_workspace_member_is_the_same_version(tmp_path: Path) -> None:
    files = tree(
        tmp_path,
        {
            "pyproject.toml": '[project]\nname = "a"\noptional-dependencies.all = ["a[x]"]\n',
            "services/one/pyproject.toml": (
                '[project]\nname = "one"\ndependencies = ["a"]\n[tool.uv.sources]\na = {workspace = true}\n'
            ),
            "services/two/pyproject.toml": '[project]\nname = "two"\ndependencies = ["A>=1"]\n',
            "src/a/__init__.py": "",
        },
    )
    assert packaged.read(files) == (("services/two/pyproject.toml", "a"),)


def test_front_matter_stands_at_the_top_alone() -> None:
    assert front_matter("---\nstatus: accepted\n---\n# A\n") == {"status": "accepted"}
    assert front_matter("# A\n\n---\nstatus: accepted\n---\n") == {}


def test_mailmap_and_tags_are_read_from_git(project: Project) -> None:
    history = project.snapshot().history
    assert {tag.name for tag in history.tags} == {"v1.0.0", "v1.1.0"}
    assert {author.email for author in history.authored} == {"ada@acme.example"}
    project.git("tag", "v9.9.9", project.git("commit-tree", "HEAD^{tree}", "-m", "Elsewhere"))
    assert "v9.9.9" not in {tag.name for tag in project.snapshot().history.tags}
