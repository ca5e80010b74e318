"""Which statements of a function can run, by AST, and what an expression says."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from .python import children, walk

Definition = ast.FunctionDef | ast.AsyncFunctionDef
INNER = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
_EXITS = (ast.Return, ast.Raise, ast.Continue, ast.Break)
DEEPEST = 12  # attributes of a chain; what comes after them says no more


def chain(node: ast.AST) -> str:
    """Return the dotted name that an expression begins with, calls and indices left out: '' for
    none.
    """
    parts: list[str] = []
    while True:
        match node:
            case ast.Attribute(value=value, attr=name):
                parts.append(name)
                node = value
            case ast.Call(func=value) | ast.Subscript(value=value) | ast.Await(value=value):
                node = value
            case ast.Name(id=name):
                return ".".join([name, *parts[: -DEEPEST - 1 : -1]])
            case _:
                return ""


@dataclass(frozen=True)
class Said:
    """What one expression says, read in one go."""

    keys: frozenset[str]  # its variables; `self.x` is one
    calls: tuple[tuple[int, str], ...]  # (identity of the node, chain)
    chains: frozenset[str]  # all names that it looks up, with their attributes
    words: frozenset[str]  # names, attributes, keywords and texts
    labels: frozenset[str]  # texts and keywords
    tests: tuple[ast.expr, ...]  # of `a if test else b` and `[a for b in c if test]`
    bound: tuple[tuple[ast.expr, ast.expr], ...]  # of `a := b` and `for a in b` inside it
    yields: tuple[ast.expr, ...]


def said(*nodes: ast.AST) -> Said:
    """Read expressions."""
    keys: set[str] = set()
    calls: list[tuple[int, str]] = []
    chains: set[str] = set()
    words: set[str] = set()
    labels: set[str] = set()
    tests: list[ast.expr] = []
    bound: list[tuple[ast.expr, ast.expr]] = []
    yields: list[ast.expr] = []
    inner: set[int] = set()
    for part in walk(*nodes):
        # In the order of how often they come; `match` would be slower.
        if isinstance(part, ast.Name):
            keys.add(part.id)
            words.add(part.id)
            if isinstance(part.ctx, ast.Load) and id(part) not in inner:
                chains.add(part.id)
        elif isinstance(part, ast.Attribute):
            words.add(part.attr)
            if isinstance(part.value, ast.Name):
                keys.add(f"{part.value.id}.{part.attr}")
            if isinstance(part.ctx, ast.Load) and id(part) not in inner:
                chains.add(chain(part))
            inner.add(id(part.value))  # of a.b.c neither a nor a.b is looked up by itself
        elif isinstance(part, ast.Constant):
            labels |= {part.value} if isinstance(part.value, str) else set()
        elif isinstance(part, ast.Call):
            calls.append((id(part), chain(part.func)))
        elif isinstance(part, ast.keyword):
            labels |= {part.arg} if part.arg else set()
        elif isinstance(part, ast.comprehension):
            tests += part.ifs
            bound.append((part.target, part.iter))
        elif isinstance(part, ast.IfExp):
            tests.append(part.test)
        elif isinstance(part, ast.NamedExpr):
            bound.append((part.target, part.value))
        elif isinstance(part, ast.Yield | ast.YieldFrom) and part.value:
            yields.append(part.value)
    return Said(
        frozenset(keys - {"self", "cls"}),
        tuple(call for call in calls if call[1]),
        frozenset(chains - {""}),
        frozenset(words | labels),
        frozenset(labels),
        tuple(tests),
        tuple(bound),
        tuple(yields),
    )


def live(body: Iterable[ast.stmt]) -> Iterator[ast.stmt]:
    """Yield the statements that can run, inner blocks included, inner functions unopened."""
    for node in body:
        yield node
        if not isinstance(node, INNER):
            for block in blocks(node):
                yield from live(block)
        if ends(node):
            return


def expressions(node: ast.stmt) -> list[ast.expr]:
    """Return a statement's own expressions, without those of the blocks in it."""
    if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
        return []  # a docstring, or `...`
    if isinstance(node, Definition):
        given = [default for default in node.args.kw_defaults if default is not None]
        return [*node.decorator_list, *node.args.defaults, *given]
    if isinstance(node, ast.ClassDef):
        return [*node.decorator_list, *node.bases]
    found = [part for part in children(node) if isinstance(part, ast.expr)]
    if isinstance(node, ast.With | ast.AsyncWith):
        found += [item.context_expr for item in node.items]
    if isinstance(node, ast.Match):
        found += [case.guard for case in node.cases if case.guard is not None]
    return found


def blocks(node: ast.stmt) -> Iterator[list[ast.stmt]]:
    """Yield the blocks of a compound statement, without those that a constant shuts off."""
    shut = _shut(node)
    for name in ("body", "handlers", "cases", "orelse", "finalbody"):
        block = getattr(node, name, None)
        if not isinstance(block, list) or name == shut:
            continue
        for part in block:
            if isinstance(part, ast.ExceptHandler | ast.match_case):
                yield part.body
        if block and isinstance(block[0], ast.stmt):
            yield block


def _shut(node: ast.stmt) -> str:
    """Return which block of `if False:`, `if True:` or `if TYPE_CHECKING:` never runs."""
    if not isinstance(node, ast.If | ast.While):
        return ""
    if isinstance(node.test, ast.Constant):
        return "orelse" if node.test.value else "body"
    return "body" if chain(node.test).endswith("TYPE_CHECKING") else ""


def ends(node: ast.stmt) -> bool:
    """True when nothing after the statement, in the same block, can run."""
    if isinstance(node, ast.With | ast.AsyncWith):
        return any(map(ends, node.body))
    if isinstance(node, ast.If):
        shut = _shut(node)
        yes, no = (any(map(ends, block)) for block in (node.body, node.orelse))
        return (yes or shut == "body") and (no or shut == "orelse")
    return isinstance(node, _EXITS)
