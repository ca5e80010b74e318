"""Python source as syntax trees; nothing is imported, nothing is run."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from functools import lru_cache
from typing import TypeVar

from .document import Document, Malformed
from .files import WorkTree

MOST = 3_000  # modules of one folder; more than that is a vendored library


LARGE = 40_000  # characters; larger sources are rare, and their trees are not kept

Kind = TypeVar("Kind", bound=ast.AST)


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
    if isinstance(node, ast.Attribute):
        return node.attr
    return node.id if isinstance(node, ast.Name) else ""


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


# Fields that hold no node, or one that nobody asks for: operators, contexts, names. With them a
# walk would take twice as long.
_PLAIN = frozenset(
    {
        *("id", "ctx", "attr", "arg", "op", "ops", "kind", "type_comment", "module", "level"),
        *("simple", "is_async", "conversion", "asname", "tag", "rest", "kwd_attrs", "str"),
        *("type_ignores", "lineno", "col_offset"),
    }
)
_PLAINLY_NAMED = (
    *(ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.ExceptHandler),
    *(ast.MatchAs, ast.MatchStar),
)


class _Fields(dict[type, tuple[str, ...]]):
    """In which fields of a kind of node others stand."""

    def __missing__(self, kind: type[ast.AST]) -> tuple[str, ...]:
        named = issubclass(kind, _PLAINLY_NAMED)
        self[kind] = tuple(
            name for name in kind._fields if name not in _PLAIN and not (named and name == "name")
        )
        return self[kind]


_LEAVES = (ast.Name, ast.Constant, ast.alias, ast.Global, ast.Nonlocal, type(None))
_FIELDS = _Fields(dict.fromkeys(_LEAVES, ()))


def children(node: ast.AST) -> list[ast.AST]:
    """Return the nodes directly in a node, operators and contexts left out."""
    found: list[ast.AST] = []
    for name in _FIELDS[type(node)]:
        value = getattr(node, name, None)
        if isinstance(value, list):
            found += [part for part in value if isinstance(part, ast.AST)]
        elif isinstance(value, ast.AST):
            found.append(value)
    return found


def walk(*nodes: ast.AST) -> list[ast.AST]:
    """Return nodes and all that is in them, level by level, as `ast.walk` does, but far quicker."""
    found: list[ast.AST] = [*nodes]
    fields = _FIELDS
    for node in found:  # which grows meanwhile
        for name in fields[node.__class__]:
            value = getattr(node, name, None)
            if value.__class__ is list:
                found += value
            elif isinstance(value, ast.AST):
                found.append(value)
    # `**more` in a dict has no key, an argument without a default none.
    return [node for node in found if node is not None] if None in found else found


class Part:
    """A piece of a syntax tree, flattened, with its nodes by kind.

    A dozen readers ask the same trees for names, calls and texts; each finds them here.
    """

    __slots__ = ("_kinds", "nodes")

    def __init__(self, *nodes: ast.AST) -> None:
        self.nodes = walk(*nodes)
        self._kinds: dict[type[ast.AST], list[ast.AST]] = {}
        for node in self.nodes:
            kind = node.__class__
            if kind in self._kinds:
                self._kinds[kind].append(node)
            else:
                self._kinds[kind] = [node]

    def of(self, kind: type[Kind]) -> list[Kind]:
        """Return the nodes of one kind, those further out before those further in."""
        return self._kinds.get(kind, [])  # type: ignore[return-value]

    def imports(self) -> list[ast.Import | ast.ImportFrom]:
        """Return the imports, those further out before those further in."""
        plain, named = self.of(ast.Import), self.of(ast.ImportFrom)
        if plain and named:
            return [node for node in self.nodes if isinstance(node, (ast.Import, ast.ImportFrom))]
        return [*plain, *named]

    def texts(self) -> Iterator[str]:
        """Yield all strings."""
        for node in self.of(ast.Constant):
            if isinstance(node.value, str):
                yield node.value


def part(node: ast.AST) -> Part:
    """Return a definition or statement flattened; it is noted there, for whoever comes next."""
    known: Part | None = node.__dict__.get("trueline_part")
    if known is None:
        node.__dict__["trueline_part"] = known = Part(node)
    return known
