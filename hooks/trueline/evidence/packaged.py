"""Whether a second project in the repository takes the project itself from somewhere else."""

from __future__ import annotations

import re

from .document import Document, Malformed, mapping, sequence, text
from .environment import normal, toml
from .files import WorkTree

MOST = 50  # project files
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")


def read(tree: WorkTree) -> tuple[tuple[str, str], ...]:
    """Return (path, name) of each file that depends on a release of the project's own package.

    A workspace member or a path dependency is the same version, and is left out.
    """
    own = _own_names(tree)
    found: list[tuple[str, str]] = []
    for path in tree.matching("pyproject.toml")[:MOST]:
        body = _toml(tree, path)
        project = mapping(body.get("project"))
        sources = {normal(k) for k, v in mapping(_uv(body).get("sources")).items() if _local(v)}
        lists = [
            project.get("dependencies"),
            *mapping(project.get("optional-dependencies")).values(),
            *mapping(body.get("dependency-groups")).values(),
        ]
        named = {_name(text(item)) for items in lists for item in sequence(items)}
        # An extra of the project may name the project itself.
        itself = {normal(text(project.get("name")))}
        found += [(path, name) for name in sorted((named & own) - sources - itself - {""})]
    for path in tree.matching("requirements*.txt")[:MOST]:
        lines = (tree.text(path).value or "").splitlines()
        found += [(path, name) for name in sorted({_name(line.strip()) for line in lines} & own)]
    return tuple(found)


def _own_names(tree: WorkTree) -> set[str]:
    parts = [path.split("/") for path in tree.below("src", "/__init__.py")]
    packages = {names[1] for names in parts if len(names) == 3}
    named = text(mapping(_toml(tree, "pyproject.toml").get("project")).get("name"))
    return {normal(name) for name in (*packages, named) if name}


def _toml(tree: WorkTree, path: str) -> dict[str, object]:
    # The environment's reader names the file when it is broken.
    source: Document[str] = tree.text(path)
    try:
        return toml(source.value or "")
    except Malformed:
        return {}


def _uv(body: dict[str, object]) -> dict[str, object]:
    return mapping(mapping(body.get("tool")).get("uv"))


def _local(source: object) -> bool:
    entry = mapping(source)
    return entry.get("workspace") is True or "path" in entry


def _name(requirement: str) -> str:
    match = _NAME.match(requirement)
    # `churn @ file:../..` is a path too.
    return normal(match[0]) if match and "file:" not in requirement else ""
