"""Python source as syntax trees; nothing is imported, nothing is run."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Any, TypeVar

from .document import Document, Malformed
from .files import WorkTree

MOST = 3_000  # modules of one folder; more than that is a vendored library


LARGE = 40_000  # characters; larger sources are rare, and their trees are not kept

Kind = TypeVar("Kind", bound=ast.AST)


def module(source: str) -> ast.Module:
    """Parse Python source; raises Malformed when it is none. Nobody may change the tree."""
    return _parse(source) if len(source) > LARGE else _kept(source)


@lru_cache(maxsize=256)
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


def attributes(node: ast.expr) -> tuple[str, tuple[str, ...]]:
    """Return `a` and `(b, c)` of `a.b.c`; '' for what does not begin with a name."""
    rest: list[str] = []
    while isinstance(node, ast.Attribute):
        rest.append(node.attr)
        node = node.value
    return (node.id, tuple(reversed(rest))) if isinstance(node, ast.Name) else ("", ())


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


_FEW = 80  # nodes; to look through them is quicker than to sort them


class Part:
    """A piece of a syntax tree, flattened, with its nodes by kind.

    A dozen readers ask the same trees for names, calls and texts; each finds them here.
    """

    __slots__ = ("_kinds", "nodes")

    def __init__(self, *nodes: ast.AST) -> None:
        self.nodes = walk(*nodes)
        # Thousands of small ones never need it.
        self._kinds: dict[type[ast.AST], list[Any]] | None = None

    def of(self, kind: type[Kind]) -> list[Kind]:
        """Return the nodes of one kind, those further out before those further in."""
        if len(self.nodes) < _FEW:
            return [node for node in self.nodes if node.__class__ is kind]
        return self._by_kind().get(kind, [])

    def among(self, *kinds: type[ast.AST]) -> list[Any]:
        """Return the nodes of some kinds, those further out before those further in."""
        if len(self.nodes) >= _FEW:
            held = [found for kind in kinds if (found := self._by_kind().get(kind))]
            if len(held) < 2:
                return held[0] if held else []
        return [node for node in self.nodes if node.__class__ in kinds]

    def _by_kind(self) -> dict[type[ast.AST], list[Any]]:
        if self._kinds is None:
            self._kinds = {}
            for node in self.nodes:
                if node.__class__ in self._kinds:
                    self._kinds[node.__class__].append(node)
                else:
                    self._kinds[node.__class__] = [node]
        return self._kinds

    def imports(self) -> list[ast.stmt]:
        """Return the imports, those further out before those further in."""
        return self.among(ast.Import, ast.ImportFrom)

    def loaded(self) -> set[str]:
        """Return the names of the variables whose value is taken."""
        return {node.id for node in self.of(ast.Name) if isinstance(node.ctx, ast.Load)}

    def looked_up(self) -> set[str]:
        """Return the names of the variables and the attributes whose value is taken."""
        taken = {node.attr for node in self.of(ast.Attribute) if isinstance(node.ctx, ast.Load)}
        return taken | self.loaded()

    def meant(self, scope: Mapping[str, str]) -> Iterator[str]:
        """Yield the dotted names that its names and attributes stand for."""
        yield from (scope[name] for name in self.loaded() if name in scope)
        for node in self.of(ast.Attribute):
            first, rest = attributes(node)
            if first in scope and isinstance(node.ctx, ast.Load):
                yield ".".join((scope[first], *rest))

    def texts(self) -> Iterator[str]:
        """Yield all strings."""
        for node in self.of(ast.Constant):
            if isinstance(node.value, str):
                yield node.value


def flat(node: ast.AST) -> Part:
    """Return a statement flattened; that is noted at it, for the reader that comes next."""
    known: Part | None = node.__dict__.get("trueline_part")
    if known is None:
        node.__dict__["trueline_part"] = known = Part(node)
    return known


def is_quiet(node: ast.stmt) -> bool:
    """True for an import and for a docstring: most of the statements, and little to tell."""
    if isinstance(node, ast.Expr):
        return isinstance(node.value, ast.Constant)
    return isinstance(node, (ast.Import, ast.ImportFrom))


def whole(body: ast.Module) -> list[Part]:
    """Return a module flattened: first its imports and docstring, then each other statement."""
    known: Part | None = body.__dict__.get("trueline_part")
    if known is None:
        body.__dict__["trueline_part"] = known = Part(*filter(is_quiet, body.body))
    return [known, *(flat(node) for node in body.body if not is_quiet(node))]


def names(code: Part) -> Iterator[str]:
    """Yield the names that some code uses: of variables, of attributes, of arguments."""
    for node in code.of(ast.Name):
        yield node.id
    for attribute in code.of(ast.Attribute):
        yield attribute.attr
    for given in code.among(ast.arg, ast.keyword):
        if given.arg is not None:
            yield given.arg


def words(code: Part) -> Iterator[str]:
    """Yield the names that some code uses, and its strings."""
    yield from names(code)
    yield from code.texts()
