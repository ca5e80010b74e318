"""Fixtures of every lane: the template as a repository, and fresh machines."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from machine import Machine, make_machine

from demo.snapshot import snapshot

ROOT = Path(__file__).parents[1]


@pytest.hookimpl(trylast=True)  # when those are gone that were not asked for
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put half of the live lane, whose tests take minutes, at the start and half into the middle.

    Two workers begin there, so that at the end they have short tests to take from each other.
    """
    files = list(dict.fromkeys(item.path for item in items if item.path.parent.name == "live"))
    early = [item for item in items if item.path in files[::2]]
    middle = [item for item in items if item.path in files[1::2]]
    others = [item for item in items if item.path not in files]
    first = max(0, len(items) // 2 - len(early))
    items[:] = [*early, *others[:first], *middle, *others[first:]]


@pytest.fixture(scope="session")
def template_repo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Hold the working tree, dirty or not, on `main` of a bare repository; nobody writes to it."""
    bare = tmp_path_factory.mktemp("template") / "template.git"
    snapshot(ROOT, bare)
    before = _refs(bare)
    yield bare
    assert _refs(bare) == before, "a test wrote to the template repository"


def _refs(bare: Path) -> dict[str, bytes]:
    return {
        str(f.relative_to(bare)): f.read_bytes()
        for f in [bare / "HEAD", bare / "config", *(bare / "refs").rglob("*")]
        if f.is_file()
    }


@pytest.fixture
def fresh_machine(tmp_path: Path) -> Machine:
    """A machine that has seen nothing yet."""
    return make_machine(tmp_path / "machine")


@pytest.fixture
def another_machine(tmp_path: Path) -> Callable[[str], Machine]:
    """More machines, by name, for what travels between them."""
    return lambda name: make_machine(tmp_path / name)
