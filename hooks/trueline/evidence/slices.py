"""What one function does, by AST: which calls in it can run, and on which of them its answer
depends.

A slice goes backwards from what a function returns, yields or raises, through assignments and the
branches that it stands in. It errs on the side of too much: an attribute of `self` is one variable,
what is appended to a list belongs to the list.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from .python import walk
from .statements import INNER, Definition, Said, blocks, chain, ends, expressions, live, said

_TESTED = (ast.If, ast.While, ast.Match)
HASHES = re.compile(
    r"^(?:hashlib|hmac|zlib|binascii|mmh3|xxhash|farmhash|cityhash|metrohash)\."
    r"|hash|digest|crc_?32|md5|sha_?\d|blake2|murmur|fnv|uuid[35]",
    re.I,
)


@dataclass(frozen=True)
class Slice:
    """One function's body. Calls are chains as written: `self.guard.flags`, `Guard.flags`."""

    used: frozenset[str] = frozenset()  # calls whose result is not thrown away
    carried: frozenset[str] = frozenset()  # those that its answer depends on
    decides: frozenset[str] = frozenset()  # those on which a branch of the answer depends
    told: frozenset[str] = frozenset()  # names and texts that its answer is made of
    labels: frozenset[str] = frozenset()  # texts and keywords in it, and names that are returned
    hashed: frozenset[str] = frozenset()  # names and texts that a hash is made of


@dataclass(frozen=True)
class _Flow:
    """`targets` get their values from the expressions."""

    targets: frozenset[str]
    sources: tuple[ast.expr, ...]


@dataclass
class _Body:
    """A function's flows, gathered statement by statement with the tests that they stand under."""

    flows: list[_Flow] = field(default_factory=list)
    answers: list[ast.expr] = field(default_factory=list)
    branches: list[tuple[ast.expr, frozenset[str], bool]] = field(default_factory=list)
    thrown: list[tuple[ast.expr, frozenset[str]]] = field(default_factory=list)
    own: dict[int, ast.expr] = field(default_factory=dict)
    memory: dict[int, Said] = field(default_factory=dict)

    def said(self, node: ast.expr) -> Said:
        """Return what an expression says; each is read once."""
        if id(node) not in self.memory:
            self.memory[id(node)] = said(node)
        return self.memory[id(node)]

    def take(self, body: Iterable[ast.stmt], under: tuple[ast.expr, ...]) -> None:
        """Gather a block."""
        for node in body:
            own = expressions(node)
            self.own.update((id(part), part) for part in own)
            self._statement(node, own, under)
            for part in map(self.said, own):
                for target, value in part.bound:
                    self._flow(frozenset(_bound(target)), value, *under)
                self.answers += [item for value in part.yields for item in (value, *under)]
            if not isinstance(node, INNER):
                tests = tuple(own) if isinstance(node, (*_TESTED, ast.For, ast.AsyncFor)) else ()
                for block in blocks(node):
                    self.take(block, (*under, *tests))
                if isinstance(node, _TESTED):
                    self._branch(node, own)
            if ends(node):
                return

    def _statement(self, node: ast.stmt, own: list[ast.expr], under: tuple[ast.expr, ...]) -> None:
        match node:
            case ast.Return() | ast.Raise():
                self.answers += [*own, *under]
            case ast.Assign(targets=targets, value=value):
                names = frozenset(name for target in targets for name in _bound(target))
                self._flow(names, value, *under)
                # What is put into another thing stays, whoever reads it.
                if all(isinstance(part, ast.Name) for target in targets for part in _parts(target)):
                    self.thrown.append((value, names))
            case (
                ast.AnnAssign(target=target, value=value)
                | ast.AugAssign(target=target, value=value)
            ) if value is not None:
                self._flow(frozenset(_bound(target)), value, *under)
            case ast.For(target=target, iter=value) | ast.AsyncFor(target=target, iter=value):
                self._flow(frozenset(_bound(target)), value, *under)
            case ast.With(items=items) | ast.AsyncWith(items=items):
                for item in items:
                    if item.optional_vars is not None:
                        self._flow(frozenset(_bound(item.optional_vars)), item.context_expr, *under)
            case ast.Expr(value=value):
                self.thrown.append((value, frozenset()))
                if isinstance(value, ast.Call):
                    # What a method is given may change the thing that it belongs to.
                    given = (*value.args, *(keyword.value for keyword in value.keywords))
                    self._flow(_base(value.func), *given, *under)
            case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name):
                inner = _Body(memory=self.memory)
                inner.take(node.body, ())
                held = [source for flow in inner.flows for source in flow.sources]
                self._flow(frozenset({name}), *inner.answers, *held)

    def _flow(self, targets: frozenset[str], *sources: ast.expr) -> None:
        if targets:
            self.flows.append(_Flow(targets, sources))

    def _branch(self, node: ast.stmt, own: list[ast.expr]) -> None:
        inside = [part for block in blocks(node) for part in live(block)]
        targets = [t for part in inside if isinstance(part, ast.Assign) for t in part.targets]
        leaves = any(isinstance(part, ast.Return | ast.Raise | ast.Continue) for part in inside)
        given = frozenset(key for target in targets for key in _bound(target))
        self.branches += [(test, given, leaves) for test in own]

    def follow(self, starts: Iterable[ast.expr]) -> tuple[list[ast.expr], frozenset[str]]:
        """Return all expressions that the given ones depend on, and the variables on the way."""
        by_target: dict[str, list[_Flow]] = {}
        for flow in self.flows:
            for target in flow.targets:
                by_target.setdefault(target, []).append(flow)
        found: dict[int, ast.expr] = {}
        names: set[str] = set()
        waiting = list(starts)
        while waiting:
            source = waiting.pop()
            if id(source) in found:
                continue
            found[id(source)] = source
            for key in self.said(source).keys - names:
                names.add(key)
                waiting += [s for flow in by_target.get(key, ()) for s in flow.sources]
        return list(found.values()), frozenset(names)

    def calls(self, nodes: Iterable[ast.expr], without: frozenset[int] = frozenset()) -> set[str]:
        """Return the calls in expressions, but for those of some nodes."""
        found = (call for node in nodes for call in self.said(node).calls)
        return {name for identity, name in found if identity not in without}

    def hashed(self) -> list[ast.expr]:
        """Return what is given to hashes, at once or later: `made.update(part)`."""
        found: list[ast.expr] = []
        made: set[str] = set()
        for part in self.own.values():
            if any(HASHES.search(name) for _, name in self.said(part).calls):
                calls = [node for node in walk(part) if isinstance(node, ast.Call)]
                for call in (node for node in calls if HASHES.search(chain(node.func))):
                    found += [*call.args, *(keyword.value for keyword in call.keywords)]
                made |= {t for flow in self.flows if part in flow.sources for t in flow.targets}
        found += [s for flow in self.flows if flow.targets & made for s in flow.sources]
        return self.follow(found)[0] if found else []

    def ignored(self) -> frozenset[int]:
        """Return (by identity) the calls whose result nobody looks at."""
        chains = (name for part in self.own.values() for name in self.said(part).chains)
        read = {name.partition(".")[0] for name in chains}
        nodes = [value for value, names in self.thrown if not names & read]
        return frozenset(id(n.value if isinstance(n, ast.Await) else n) for n in nodes)


def cut(node: Definition) -> Slice:
    """Return what a function's answer depends on."""
    body = _Body()
    body.take(node.body, ())
    sources, names = body.follow(body.answers)
    tests = [test for test, given, leaves in body.branches if leaves or given & names]
    tests += [test for source in sources for test in body.said(source).tests]
    own = list(body.own.values())
    return Slice(
        frozenset(body.calls(own, body.ignored())),
        frozenset(body.calls(sources)),
        frozenset(body.calls(body.follow(tests)[0])),
        _joined(body.said(source).words for source in sources),
        _joined([*(body.said(source).labels for source in sources), *map(_given, body.answers)]),
        _joined(body.said(source).words for source in body.hashed()),
    )


def _given(answer: ast.expr) -> frozenset[str]:
    """Return the names of what is returned as it is: `return shares, base`."""
    parts = answer.elts if isinstance(answer, ast.Tuple | ast.List) else [answer]
    named = (chain(p).rpartition(".")[2] for p in parts if not isinstance(p, ast.Call))
    return frozenset(named) - {""}


def _joined(groups: Iterable[frozenset[str]]) -> frozenset[str]:
    return frozenset(name for group in groups for name in group)


def _bound(target: ast.expr) -> Iterator[str]:
    """Yield the variables that an assignment changes: of `a.b[c] = ...` that is a."""
    for part in _parts(target):
        yield from _base(part)


def _parts(target: ast.expr) -> Iterator[ast.expr]:
    """Yield the parts of what is assigned to: of `a, (b, *c)` that is a, b and c."""
    if isinstance(target, ast.Tuple | ast.List):
        for part in target.elts:
            yield from _parts(part)
    else:
        yield target.value if isinstance(target, ast.Starred) else target


def _base(node: ast.expr) -> frozenset[str]:
    first, _, rest = chain(node).partition(".")
    if first in ("self", "cls"):
        return frozenset({f"{first}.{rest.partition('.')[0]}"}) if rest else frozenset()
    return frozenset({first} - {""})
