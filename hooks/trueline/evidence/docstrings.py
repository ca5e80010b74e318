"""How much of the public code says what it is for: docstrings, by AST."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass

from . import imports
from .files import WorkTree
from .python import MOST, last_name, parsed

_NAMED = 5  # of the undocumented, enough to begin with


@dataclass(frozen=True)
class Docstrings:
    """Counts over the public modules, classes, functions and methods of the packages."""

    total: int = 0
    documented: int = 0
    lacking: tuple[tuple[str, int, str], ...] = ()  # (path, line, name) of the first ones without
    broken: tuple[tuple[str, str], ...] = ()

    @property
    def share(self) -> float:
        """The documented share, 0 when there is nothing to document."""
        return self.documented / self.total if self.total else 0.0


def read(tree: WorkTree) -> Docstrings:
    """Count them; a docstring without a word is none."""
    total = documented = 0
    lacking: list[tuple[str, int, str]] = []
    broken: list[tuple[str, str]] = []
    for path in (path for root in imports.roots(tree) for path in tree.below(root, ".py")[:MOST]):
        document = parsed(tree, path)
        if document.value is None:
            broken.append((path, document.problem or "tracked, but not in the work tree"))
            continue
        for name, node in public(path, document.value):
            total += 1
            if _said(node):
                documented += 1
            else:
                lacking.append((path, getattr(node, "lineno", 1), name))
    return Docstrings(total, documented, tuple(lacking[:_NAMED]), tuple(broken))


Defined = ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef
Documentable = ast.Module | Defined


def public(path: str, body: ast.Module) -> Iterator[tuple[str, Documentable]]:
    """Yield what others may use of a module: itself, its classes and functions, and methods.

    Private names, special methods (their class documents them) and what lies inside a function
    are left out; so is an `__init__.py` that only makes a folder a package.
    """
    if any(_private(part.removesuffix(".py")) for part in path.split("/")):
        return
    if body.body or not path.endswith("/__init__.py"):
        yield path, body
    for node in body.body:
        if not isinstance(node, Defined) or node.name.startswith("_") or _further(node):
            continue
        yield node.name, node
        for inner in node.body if isinstance(node, ast.ClassDef) else ():
            if not isinstance(inner, (ast.FunctionDef, ast.AsyncFunctionDef)):
                continue
            if not (inner.name.startswith("_") or _further(inner)):
                yield f"{node.name}.{inner.name}", inner


def _private(name: str) -> bool:
    return name.startswith("_") and not name.startswith("__")


def _further(node: Defined) -> bool:
    """True for a further form of something that is documented once: an overload, a setter."""
    return any(
        last_name(decorator) in ("overload", "setter", "deleter", "override")
        for decorator in node.decorator_list
    )


def _said(node: Documentable) -> bool:
    return any(character.isalnum() for character in ast.get_docstring(node, clean=False) or "")
