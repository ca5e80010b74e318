"""What a name stands for, by AST: an import, the class that an annotation names, what a variable
was made of. The rest stays as written.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator, Mapping, Sequence

from .statements import Definition, chain

LONGEST = 300  # characters of a name that others are followed to
Scope = tuple[Mapping[str, str], ...]  # name -> what it stands for, from the inside out


def starts(name: str) -> Iterator[str]:
    """Yield a dotted name and its beginnings, the longest first."""
    while name:
        yield name
        name = name.rpartition(".")[0]


def meant_by(name: str, scope: Scope) -> str:
    """Return a chain with its beginning replaced by what it stands for."""
    known = name
    while known:
        for names in scope:
            if known in names:
                return names[known] + name[len(known) :]
        known = known.rpartition(".")[0]
    return name


def arguments(node: Definition) -> list[ast.arg]:
    """Return a function's parameters, but for `*args` and `**kwargs`."""
    given = node.args
    return [*given.posonlyargs, *given.args, *given.kwonlyargs]


def imported(node: ast.stmt, package: Sequence[str]) -> Iterator[tuple[str, str]]:
    """Yield each name that an import binds with what it stands for; `package` is the importer's."""
    if isinstance(node, ast.Import):
        for alias in node.names:
            first = alias.name.partition(".")[0]
            yield alias.asname or first, alias.name if alias.asname else first
    elif isinstance(node, ast.ImportFrom):
        up = package[: len(package) - node.level + 1] if node.level else []
        base = [*up, *([node.module] if node.module else [])]
        for alias in node.names:
            yield alias.asname or alias.name, ".".join([*base, alias.name])


def given(node: Definition, scope: Scope) -> dict[str, str]:
    """Return parameters by the class that their annotation names; others hide what is above."""
    found: dict[str, str] = {}
    for arg in arguments(node):
        hint = arg.annotation
        if isinstance(hint, ast.BinOp):
            hint = hint.left
        meant = meant_by(chain(hint), scope) if hint is not None else ""
        if arg.arg not in ("self", "cls"):
            found[arg.arg] = meant if "." in meant else arg.arg
    return found


def made_of(statements: Iterable[ast.stmt], scope: Scope) -> dict[str, str]:
    """Return variables (and attributes of self) by what they were made of."""
    made: dict[str, str] = {}
    here = (made, *scope)
    for node in statements:
        pairs: list[tuple[ast.expr, ast.expr | None]] = []
        if isinstance(node, ast.Assign):
            pairs = [(target, node.value) for target in node.targets]
        elif isinstance(node, ast.AnnAssign):
            pairs = [(node.target, node.value)]
        elif isinstance(node, ast.With | ast.AsyncWith):
            pairs = [(i.optional_vars, i.context_expr) for i in node.items if i.optional_vars]
        for target, value in pairs:
            key = chain(target)
            first = chain(value) if isinstance(value, ast.Call | ast.Attribute) else ""
            meant = meant_by(first, here)
            grown = len(meant) > LONGEST or meant.startswith((f"{key}.", "self."))
            if key and "." in meant and not grown:
                made[key] = meant
    return made
