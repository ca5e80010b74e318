"""What the project's own code says, by AST: its functions, classes and constants, what each of
them refers to, and so what can be reached from where.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property

from . import frames, imports
from .files import WorkTree
from .frames import Column
from .python import MOST, last_name, parsed, walk

Definition = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef
_HOPS = 10  # of a name that one module hands on to the next
_LISTED = 3  # a shorter list of names is no second register


@dataclass(frozen=True)
class Piece:
    """A function, a class or a constant at the top of a module, or its other statements ('')."""

    name: str
    module: str  # dotted
    path: str
    line: int
    kind: str = ""  # function, class, value, or '' for statements
    uses: frozenset[str] = frozenset()  # dotted names that it refers to, as far as resolved
    calls: frozenset[str] = frozenset()  # the last names of what it calls
    words: frozenset[str] = frozenset()  # all names and attributes in it
    texts: frozenset[str] = frozenset()  # its strings but for docstrings
    functions: frozenset[str] = frozenset()  # names of the functions defined in it, at any depth

    @property
    def dotted(self) -> str:
        """Its name with its module's."""
        return f"{self.module}.{self.name}"

    @property
    def doing(self) -> bool:
        """True for what holds code of its own rather than a value."""
        return self.kind in ("function", "class")


@dataclass(frozen=True)
class Listed:
    """A list, a tuple or a set with several texts."""

    path: str
    line: int
    texts: frozenset[str]


@dataclass(frozen=True)
class Code:
    """The project's modules taken apart; `modules` gives the path of each."""

    modules: Mapping[str, str] = field(default_factory=dict)
    pieces: Mapping[str, Piece] = field(default_factory=dict)
    aliases: Mapping[str, str] = field(
        default_factory=dict
    )  # what a module imports, by dotted name
    listed: tuple[Listed, ...] = ()
    columns: tuple[Column, ...] = ()
    broken: tuple[tuple[str, str], ...] = ()

    @cached_property
    def _names(self) -> frozenset[str]:
        return frozenset(self.modules)

    @cached_property
    def _tops(self) -> frozenset[str]:
        return frozenset(name.partition(".")[0] for name in self.modules)

    @cached_property
    def _edges(self) -> dict[str, tuple[Piece, ...]]:
        return {
            name: tuple({there for used in piece.uses if (there := self.meant(used))})
            for name, piece in self.pieces.items()
        }

    def inside(self, modules: Iterable[str]) -> list[Piece]:
        """Return all that stands in the given modules."""
        wanted = frozenset(modules)
        return [piece for piece in self.pieces.values() if piece.module in wanted]

    def reached(self, starts: Iterable[Piece]) -> frozenset[Piece]:
        """Return the given pieces and all that they refer to, at any distance."""
        waiting = list(starts)
        seen: set[str] = set()
        found: set[Piece] = set()
        while waiting:
            piece = waiting.pop()
            if piece.dotted not in seen:
                seen.add(piece.dotted)
                found.add(piece)
                waiting += self.refers(piece)
        return frozenset(found)

    def refers(self, piece: Piece) -> tuple[Piece, ...]:
        """Return what a piece refers to by name, of the project's own."""
        return self._edges.get(piece.dotted, ())

    def meant(self, name: str) -> Piece | None:
        """Return the piece that a dotted name leads to; None for a module or what is foreign."""
        for _ in range(_HOPS):
            name = name if name.partition(".")[0] in self._tops else name.removeprefix("src.")
            module = imports.nearest(name, self._names)
            symbol = name.removeprefix(module).strip(".").partition(".")[0] if module else ""
            if not symbol:
                return None
            short = f"{module}.{symbol}"
            if short in self.pieces:
                return self.pieces[short]
            if short not in self.aliases:
                return None
            name = self.aliases[short] + name.removeprefix(short)
        return None


def read(tree: WorkTree) -> Code:
    """Read every module of the project's packages."""
    paths: dict[str, str] = {}
    pieces: dict[str, Piece] = {}
    aliases: dict[str, str] = {}
    listed: list[Listed] = []
    columns: list[Column] = []
    broken: list[tuple[str, str]] = []
    for path in (p for root in imports.roots(tree) for p in tree.below(root, ".py")[:MOST]):
        document = parsed(tree, path)
        if document.value is None:
            broken.append((path, document.problem or "tracked, but not in the work tree"))
            continue
        module = _Module(imports.dotted(path), path, document.value)
        paths[module.name] = path
        pieces.update({piece.dotted: piece for piece in module.pieces()})
        aliases.update({f"{module.name}.{name}": to for name, to in module.imported.items()})
        listed += module.lists()
        columns += module.columns()
    return Code(paths, pieces, aliases, tuple(listed), tuple(columns), tuple(broken))


class _Module:
    """One module and what the names at its top stand for."""

    def __init__(self, name: str, path: str, body: ast.Module) -> None:
        self.name, self.path = name, path
        # Each statement at the top with all nodes in it; walking the trees is most of the work.
        self.walked = [(node, list(walk(node))) for node in _top(body.body)]
        self.silent = {
            id(part.value)
            for _, nodes in self.walked
            for part in nodes
            if isinstance(part, ast.Expr)
        }
        self.imported = self._bound(node for node, _ in self.walked)
        own = {name for node, _ in self.walked for name in _names(node)}
        self.scope = {**self.imported, **{name: f"{self.name}.{name}" for name in own}}

    def pieces(self) -> Iterator[Piece]:
        """Yield what stands at the top of the module."""
        kinds = {ast.ClassDef: "class", ast.Assign: "value", ast.AnnAssign: "value"}
        beside: list[ast.AST] = []
        for node, nodes in self.walked:
            names = _names(node)
            beside += [] if names else nodes
            for name in names:
                yield self._piece(name, kinds.get(type(node), "function"), node.lineno, nodes)
        yield self._piece("", "", 1, beside)

    def lists(self) -> Iterator[Listed]:
        """Yield the lists, tuples and sets that hold at least three texts."""
        for node in (part for _, nodes in self.walked for part in nodes):
            if isinstance(node, (ast.List, ast.Tuple, ast.Set)) and len(node.elts) >= _LISTED:
                said = [item.value for item in node.elts if isinstance(item, ast.Constant)]
                texts = frozenset(value for value in said if isinstance(value, str))
                if len(texts) >= _LISTED:
                    yield Listed(self.path, node.lineno, texts)

    def columns(self) -> Iterator[Column]:
        """Yield the columns that the code puts into tables."""
        loose: list[ast.AST] = []
        for node, nodes in self.walked:
            if isinstance(node, Definition):
                yield from frames.assigned(self.path, nodes)
            else:
                loose += nodes
        yield from frames.assigned(self.path, loose)

    def _piece(self, name: str, kind: str, line: int, nodes: list[ast.AST]) -> Piece:
        scope = {**self.scope, **self._bound(nodes)}
        uses: set[str] = set()
        words: set[str] = set()
        for node in nodes:
            if isinstance(node, (ast.Name, ast.Attribute)) and isinstance(node.ctx, ast.Load):
                words.add(last_name(node))
                first, rest = _chain(node)
                if first in scope:
                    uses.add(".".join((scope[first], *rest)))
        return Piece(
            name,
            self.name,
            self.path,
            line,
            kind,
            frozenset(uses),
            frozenset(last_name(node.func) for node in nodes if isinstance(node, ast.Call)),
            frozenset(words),
            frozenset(self._texts(nodes)),
            frozenset(
                node.name
                for node in nodes
                if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef))
            ),
        )

    def _texts(self, nodes: list[ast.AST]) -> Iterator[str]:
        for node in nodes:
            text = node.value if isinstance(node, ast.Constant) else None
            if isinstance(text, str) and id(node) not in self.silent:
                yield text

    def _bound(self, nodes: Iterable[ast.AST]) -> dict[str, str]:
        """Return what imports bind: name -> the dotted name that it stands for."""
        found: dict[str, str] = {}
        package = self.path.endswith("/__init__.py")
        for node in nodes:
            if isinstance(node, ast.Import):
                for alias in node.names:
                    first = alias.name.partition(".")[0]
                    found[alias.asname or first] = alias.name if alias.asname else first
            elif isinstance(node, ast.ImportFrom):
                base = imports.origin(node, self.name, package=package)
                for alias in node.names:
                    if base:
                        found[alias.asname or alias.name] = f"{base}.{alias.name}"
        return found


def _top(body: list[ast.stmt]) -> Iterator[ast.stmt]:
    """Yield the statements of a module, those behind `if` and `try` at its top as well."""
    waiting = body[::-1]
    while waiting:
        node = waiting.pop()
        if isinstance(node, ast.If):
            yield ast.copy_location(ast.Expr(node.test), node)
            waiting += [*node.body, *node.orelse][::-1]
        elif isinstance(node, ast.Try):
            handlers = [inner for handler in node.handlers for inner in handler.body]
            waiting += [*node.body, *handlers, *node.orelse, *node.finalbody][::-1]
        else:
            yield node


def _names(node: ast.stmt) -> list[str]:
    """Return the names that a statement defines."""
    if isinstance(node, Definition):
        return [node.name]
    heads: list[ast.expr] = []
    if isinstance(node, ast.Assign):
        heads = node.targets
    elif isinstance(node, ast.AnnAssign):
        heads = [node.target]
    flat = [
        part for head in heads for part in (head.elts if isinstance(head, ast.Tuple) else [head])
    ]
    return [part.id for part in flat if isinstance(part, ast.Name)]


def _chain(node: ast.expr) -> tuple[str, tuple[str, ...]]:
    """Return `a` and `(b, c)` of `a.b.c`; '' for what does not begin with a name."""
    rest: list[str] = []
    while isinstance(node, ast.Attribute):
        rest.append(node.attr)
        node = node.value
    return (node.id, tuple(reversed(rest))) if isinstance(node, ast.Name) else ("", ())
