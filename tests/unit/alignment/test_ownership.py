"""Every path of a made project has an owner, and the list of seeds stands in one wording twice."""

from __future__ import annotations

import keyword
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from rendering import files, render
from trueline.alignment import ownership
from trueline.alignment.ownership import Owner

ROOT = Path(__file__).parents[3]
CONFIG = yaml.safe_load((ROOT / "copier.yml").read_text())
KINDS: dict[str, dict[str, Any]] = {
    "least": {"phase": "exploration", "license": "proprietary"},
    "default": {},
    "most": {"serving": "both", "practices": CONFIG["practices"]["choices"]},
    "regression": {"task": "regression", "serving": "batch"},
}


@pytest.fixture(scope="module")
def projects(
    template_repo: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[dict[str, list[str]]]:
    folder = tmp_path_factory.mktemp("kinds")
    yield {
        kind: [path.as_posix() for path in files(render(template_repo, folder / kind, answers))]
        for kind, answers in KINDS.items()
    }


def test_every_path_has_one_named_owner(projects: dict[str, list[str]]) -> None:
    owners = ownership.load()
    for kind, paths in projects.items():
        assert len(paths) > 10
        assert [path for path in paths if owners.claimed(path) is None] == [], kind


def test_every_pattern_claims_something(projects: dict[str, list[str]]) -> None:
    """A pattern for a path that is no more hides the loss of an owner."""
    paths = {path for found in projects.values() for path in found}
    for owner, patterns in ownership.load().patterns.items():
        for pattern in patterns:
            assert any(ownership.matcher([pattern]).match_file(path) for path in paths), (
                f"{owner}: {pattern} matches no path of any kind of project"
            )


def test_seeds_are_what_copier_skips() -> None:
    assert list(ownership.load().patterns[Owner.SEED]) == CONFIG["_skip_if_exists"]


@pytest.mark.parametrize(
    ("path", "owner"),
    [
        (".copier-answers.yml", Owner.GENERATED),
        ("src/churn/data/source.py", Owner.SEED),
        ("src/churn/data/schema.py", Owner.SEED),
        ("src/churn/features/derive.py", Owner.SEED),
        ("conf/features.yaml", Owner.SEED),
        ("params.yaml", Owner.SEED),
        ("docs/project/goals.md", Owner.SEED),
        (".github/CODEOWNERS", Owner.SEED),
        (".github/workflows/ci.yml", Owner.OWNED),
        (".pre-commit-config.yaml", Owner.OWNED),
        ("MATURITY.md", Owner.OWNED),
        ("src/churn/data/ingest.py", Owner.SHARED),
        ("src/churn/data/source/source.py", Owner.SHARED),
        ("pyproject.toml", Owner.SHARED),
        ("tests/docs/test_x.py", Owner.SHARED),
        ("something/else.txt", Owner.SHARED),
    ],
)
def test_owner_of(path: str, owner: Owner) -> None:
    assert ownership.load().of(path) is owner


def test_the_unknown_are_told_apart_by_all_questions() -> None:
    """The first validator names every question that can be asked, and no computed value."""
    asked = [
        name
        for name, spec in CONFIG.items()
        if not name.startswith("_") and spec.get("when") is not False
    ]
    listed = CONFIG["project_name"]["validator"].split("known = [")[1].split("]")[0]
    assert [name.strip().strip("'") for name in listed.split(",")] == asked


def test_reserved_names_are_complete() -> None:
    validator = CONFIG["package_name"]["validator"]
    groups = {
        name: set(validator.split(f"{name} = '")[1].split("'")[0].split())
        for name in ("keywords", "standard", "taken")
    }
    assert groups["keywords"] == {word for word in keyword.kwlist if word.islower()}
    public = {name for name in sys.stdlib_module_names if name[0] != "_" and name.islower()}
    assert public <= groups["standard"]
    assert not groups["standard"] & groups["keywords"]
    assert "sklearn" in groups["taken"]
