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
from .python import MOST, Part, flat, is_quiet, last_name, parsed, whole

Definition = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef
_NOTHING: frozenset[str] = frozenset()
_HOPS = 10  # of a name that one module hands on to the next
_LISTS = (ast.List, ast.Tuple, ast.Set)
_LISTED = 3  # a shorter list of names is no second register


@dataclass(frozen=True)
class Piece:
    """A function, a class or a constant at the top of a module, or its other statements ('')."""

    name: str
    module: str  # dotted
    path: str
    line: int
    kind: str = ""  # function, class, value, or '' for statements
    code: tuple[Part, ...] = field(default=(), compare=False, repr=False)
    _module: _Module | None = field(default=None, compare=False, repr=False)

    @property
    def dotted(self) -> str:
        """Its name with its module's."""
        return f"{self.module}.{self.name}"

    @property
    def doing(self) -> bool:
        """True for what holds code of its own rather than a value."""
        return self.kind in ("function", "class")

    @cached_property
    def uses(self) -> frozenset[str]:
        """Dotted names that it refers to, as far as resolved."""
        return _few(self._module.used(self.code)) if self._module else _NOTHING

    @cached_property
    def calls(self) -> frozenset[str]:
        """The last names of what it calls."""
        return _few(last_name(node.func) for part in self.code for node in part.of(ast.Call))

    @cached_property
    def words(self) -> frozenset[str]:
        """All names and attributes that it looks up."""
        return _NOTHING.union(*(part.looked_up() for part in self.code))

    @cached_property
    def texts(self) -> frozenset[str]:
        """Its strings but for docstrings."""
        return _few(
            node.value
            for part in self.code
            for silent in [{id(node.value) for node in part.of(ast.Expr)}]
            for node in part.of(ast.Constant)
            if isinstance(node.value, str) and id(node) not in silent
        )

    @cached_property
    def functions(self) -> frozenset[str]:
        """The names of the functions defined in it, at any depth."""
        return frozenset(
            node.name
            for part in self.code
            for node in part.among(ast.FunctionDef, ast.AsyncFunctionDef)
        )


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
    _edges: dict[str, tuple[Piece, ...]] = field(default_factory=dict, compare=False, repr=False)

    @cached_property
    def _names(self) -> frozenset[str]:
        return frozenset(self.modules)

    @cached_property
    def tops(self) -> frozenset[str]:
        """The first names of the modules."""
        return frozenset(name.partition(".")[0] for name in self.modules)

    @cached_property
    def _inside(self) -> dict[str, list[Piece]]:
        found: dict[str, list[Piece]] = {name: [] for name in self.modules}
        for piece in self.pieces.values():
            found[piece.module].append(piece)
        return found

    def inside(self, modules: Iterable[str]) -> list[Piece]:
        """Return all that stands in the given modules."""
        wanted = frozenset(modules)
        return [piece for name, held in self._inside.items() if name in wanted for piece in held]

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
        if piece.dotted not in self._edges:
            meant = dict.fromkeys(map(self.meant, piece.uses))
            self._edges[piece.dotted] = tuple(there for there in meant if there)
        return self._edges[piece.dotted]

    def users(self, piece: Piece) -> list[Piece]:
        """Return the pieces that refer to one by name."""
        names, before = {piece.name}, 0
        while before < len(names):  # an import may give it another name, and that one a third
            before = len(names)
            last = ((alias.rpartition(".")[2], to) for alias, to in self.aliases.items())
            names |= {alias for alias, to in last if to.rpartition(".")[2] in names}
        near = [one for one in self.pieces.values() if not names.isdisjoint(one.words)]
        return [one for one in near if piece in self.refers(one)]

    def meant(self, name: str) -> Piece | None:
        """Return the piece that a dotted name leads to; None for a module or what is foreign."""
        for _ in range(_HOPS):
            name = name if name.partition(".")[0] in self.tops else name.removeprefix("src.")
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
        self.quiet = whole(body)[0]
        doing = [node for node in body.body if not is_quiet(node)]
        self.top = [(node, flat(node)) for node in _top(doing)]
        nested = [one for _, part in self.top for one in part.imports()]
        brought = sorted([*self.quiet.imports(), *nested], key=lambda node: node.lineno)
        self.imported = dict(self._bound(brought))

    @cached_property
    def _scope(self) -> dict[str, str]:
        own = {name for node, _ in self.top for name in _names(node)}
        return {**self.imported, **{name: f"{self.name}.{name}" for name in own}}

    def pieces(self) -> Iterator[Piece]:
        """Yield what stands at the top of the module."""
        kinds = {ast.ClassDef: "class", ast.Assign: "value", ast.AnnAssign: "value"}
        beside = [self.quiet]
        for node, part in self.top:
            names = _names(node)
            beside += [] if names else [part]
            kind = kinds.get(type(node), "function")
            for name in names:
                yield Piece(name, self.name, self.path, node.lineno, kind, (part,), self)
        yield Piece("", self.name, self.path, 1, "", tuple(beside), self)

    def lists(self) -> Iterator[Listed]:
        """Yield the lists, tuples and sets that hold at least three texts."""
        for node in (node for _, part in self.top for node in part.among(*_LISTS)):
            if len(node.elts) >= _LISTED:
                said = [item.value for item in node.elts if isinstance(item, ast.Constant)]
                texts = frozenset(value for value in said if isinstance(value, str))
                if len(texts) >= _LISTED:
                    yield Listed(self.path, node.lineno, texts)

    def columns(self) -> Iterator[Column]:
        """Yield the columns that the code puts into tables."""
        loose: list[Part] = []
        for node, part in self.top:
            if isinstance(node, Definition):
                yield from frames.assigned(self.path, [part])
            else:
                loose.append(part)
        yield from frames.assigned(self.path, loose)

    def used(self, code: Iterable[Part]) -> Iterator[str]:
        """Yield the dotted names that some code refers to; imports inside it count."""
        parts = tuple(code)
        inner = dict(self._bound(node for part in parts for node in part.imports()))
        scope = {**self._scope, **inner} if inner else self._scope
        for part in parts:
            yield from part.meant(scope)

    def _bound(self, nodes: Iterable[ast.AST]) -> Iterator[tuple[str, str]]:
        """Yield what imports bind: a name, and the dotted name that it stands for."""
        package = self.path.endswith("/__init__.py")
        for node in nodes:
            yield from imports.bound(node, self.name, package=package)


def _few(found: Iterable[str]) -> frozenset[str]:
    # Most pieces hold no text at all, and an empty set takes as much room as one with four.
    return frozenset(found) or _NOTHING


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
