"""Whatever stands in documents is read or refused, in bounded time."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from trueline.evidence import (
    changelog,
    docstrings,
    functions,
    history,
    imports,
    openapi,
    packaged,
    reference,
)
from trueline.evidence.document import Document
from trueline.evidence.files import WorkTree
from trueline.evidence.python import module
from trueline.maturity.front_matter import front_matter
from trueline.maturity.probes.documentation import architecture, decision, team
from unit.checker.building import MATURE
from unit.checker.test_fuzz import VALUES, bent, quickly, total

FILES = MATURE / "files"
API = (FILES / "docs/openapi.json").read_text("utf-8")
RECORD = (FILES / "docs/adr/0001-baseline.md").read_text("utf-8")
APP = (FILES / "src/churn/serving/app.py").read_text("utf-8")
NOTES = (FILES / "CHANGELOG.md").read_text("utf-8")
TEXT = st.one_of(st.text(), VALUES.map(str), bent(NOTES), bent(RECORD))


def described(content: str, parse: Callable[[str], openapi.Api] = openapi.parse) -> None:
    api = parse(content)
    for operation in api.operations:
        for media in (*operation.request, *operation.answers):
            list(api.properties(media.get("schema")))


@quickly
@given(st.one_of(bent(API), st.text(), VALUES.map(lambda value: json.dumps(value, default=str))))
def test_any_description_of_an_api_is_read_or_refused(content: str) -> None:
    total(described, content)
    total(lambda text: described(text, openapi.parse_yaml), content)


@quickly
@given(TEXT)
def test_any_notes_are_read(content: str) -> None:
    for version, body in changelog.sections(content).items():
        assert changelog.same(version, version)
        changelog.says_something(body)
    changelog.model_releases(content)
    changelog.models_named(content)
    history.version(content)


@quickly
@given(TEXT)
def test_any_record_is_read_or_refused(content: str) -> None:
    def read(text: str) -> None:
        found = decision._decision("a.md", front_matter(text))
        assert found is None or decision._gap(found) is None or decision._gap(found)

    total(read, content)


@quickly
@given(VALUES, TEXT)
def test_any_team_and_any_drawing_is_read(value: object, content: str) -> None:
    team.read({"roles": value, "members": value})
    architecture._undrawn(["a", "b c"], content)


@settings(max_examples=40, deadline=None)
@given(st.one_of(bent(APP), st.text()))
def test_any_code_is_read_or_named(content: str) -> None:
    paths = ("src/a/__init__.py", "src/a/cli.py", "src/a/b/c.py", "docs/conf.py", "mkdocs.yml",
             "docs/a.md", "pyproject.toml", "requirements.txt")  # fmt: skip
    tree = _Held(Path("/nowhere"), frozenset(paths), content=content)
    graph = imports.read(tree)
    assert set(graph.reached(*graph.modules)) <= set(graph.modules)
    functions.read(tree).copies()
    found = docstrings.read(tree)
    assert found.documented <= found.total
    reference.read(tree)
    packaged.read(tree)


@dataclass(frozen=True)
class _Held(WorkTree):
    """A work tree that holds the same text at every path."""

    content: str = ""

    def loose(self, path: str, *, limit: int = 0) -> Document[str]:
        return Document(path, self.content[: limit or None])


def wide(count: int) -> str:
    """A schema whose many fields all refer to one another."""
    fields = {f"f{n}": {"$ref": "#/components/schemas/A"} for n in range(count)}
    schema = {"schema": {"$ref": "#/components/schemas/A"}}
    post = {"requestBody": {"content": {"application/json": schema}}}
    body = {
        "paths": {"/a": {"post": post}},
        "components": {"schemas": {"A": {"properties": fields}}},
    }
    return json.dumps(body)


SLOW: dict[str, tuple[Callable[[str], object], str]] = {
    "spaces in a heading": (changelog.sections, "# a" + " " * 1_000_000 + "b"),
    "a long version": (changelog.sections, "# 1.1" + "1" * 1_000_000 + "-"),
    "open comments": (changelog.sections, "<!-- " * 200_000),
    "headings": (changelog.sections, "## 1.1\na\n" * 100_000),
    "rows": (changelog.model_releases, "| 1 | 2 |\n" * 100_000),
    "a long number": (changelog.model_releases, "## Version 1\n" + "1" * 1_000_000),
    "data": (changelog.model_releases, "## Version 1\n" + "data " * 200_000),
    "open fences": (lambda text: architecture._undrawn(["a"], text), "```mermaid\n" * 150_000),
    "open rules": (front_matter, "---\n" + "--- a\n" * 150_000),
    "a long name": (lambda text: team.read({"members": [text]}), "a" * 900_000),
    "a wide schema": (described, wide(20_000)),
    "a long function": (
        lambda text: functions.digest(module(text).body[0]),  # type: ignore[arg-type]
        "def f():\n" + "    a = 1\n" * 50_000,
    ),
}


@pytest.mark.parametrize("name", SLOW)
def test_no_document_takes_long(name: str) -> None:
    parse, content = SLOW[name]
    started = time.process_time()
    total(parse, content)
    assert time.process_time() - started < 4
