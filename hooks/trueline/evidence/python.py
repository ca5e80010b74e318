"""Python source as syntax trees; nothing is imported, nothing is run."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from .document import Document, Malformed
from .files import WorkTree

MOST = 3_000  # modules of one folder; more than that is a vendored library


def module(source: str) -> ast.Module:
    """Parse Python source; raises Malformed when it is none."""
    try:
        return ast.parse(source)
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        raise Malformed("not valid Python") from error


def last_name(node: ast.expr) -> str:
    """Return the last part of a dotted name; '' for what is none."""
    match node:
        case ast.Attribute(attr=name) | ast.Name(id=name):
            return name
    return ""


def parsed(tree: WorkTree, path: str) -> Document[ast.Module]:
    """Return a tracked file's syntax tree; each is parsed once and then shared."""
    if path not in tree.trees:
        tree.trees[path] = tree.parsed(path, module)
    return tree.trees[path]


def modules(tree: WorkTree, *folders: str) -> Iterator[tuple[str, ast.Module]]:
    """Yield path and syntax tree of every readable module in the folders, sorted by path."""
    for folder in folders:
        for path in tree.below(folder, ".py")[:MOST]:
            document = parsed(tree, path)
            if document.value is not None:
                yield path, document.value
