"""Python source as syntax trees; nothing is imported, nothing is run."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from functools import lru_cache

from .document import Document, Malformed
from .files import WorkTree

MOST = 3_000  # modules of one folder; more than that is a vendored library


LARGE = 40_000  # characters; larger sources are rare, and their trees are not kept


def module(source: str) -> ast.Module:
    """Parse Python source; raises Malformed when it is none. Nobody may change the tree."""
    return _parse(source) if len(source) > LARGE else _kept(source)


@lru_cache(maxsize=512)
def _kept(source: str) -> ast.Module:
    # `diff` and `history` score commits whose files are mostly the same.
    return _parse(source)


def _parse(source: str) -> ast.Module:
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


# They hold nothing that is asked for, and are half of all nodes.
_LEAVES = (ast.expr_context, ast.operator, ast.cmpop, ast.boolop, ast.unaryop)


def children(node: ast.AST) -> tuple[ast.AST, ...]:
    """Return the nodes directly in a node, operators and contexts left out.

    They are noted at the node: a dozen readers walk the same trees, and to look up the fields of a
    node again and again was half of a check.
    """
    known: tuple[ast.AST, ...] | None = node.__dict__.get("trueline_children")
    if known is None:
        found: list[ast.AST] = []
        for name in node._fields:
            value = getattr(node, name, None)
            if isinstance(value, list):
                found += [part for part in value if isinstance(part, ast.AST)]
            elif isinstance(value, ast.AST):
                found.append(value)
        known = tuple(part for part in found if not isinstance(part, _LEAVES))
        node.__dict__["trueline_children"] = known
    return known


def walk(*nodes: ast.AST) -> Iterator[ast.AST]:
    """Yield nodes and all that is in them, level by level, as `ast.walk` does, but quicker."""
    level: list[ast.AST] = [*nodes]
    while level:
        yield from level
        level = [part for node in level for part in children(node)]
