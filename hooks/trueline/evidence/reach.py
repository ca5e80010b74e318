"""What a test function uses: through its own names, its fixtures, and helpers in other
test modules.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

Definition = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef


@dataclass(frozen=True, eq=False)
class Scope:
    """What names mean in one file: imported modules, functions and classes."""

    imports: dict[str, frozenset[str]]
    symbols: dict[str, Definition]


@dataclass
class Reached:
    """Everything one test uses. `own` leaves out fixtures: what they assert, the test did not."""

    own: list[ast.AST] = field(default_factory=list)
    all: list[ast.AST] = field(default_factory=list)
    modules: set[str] = field(default_factory=set)


def scope(body: ast.Module) -> Scope:
    """Return what the names at the top of a module mean."""
    imports: dict[str, frozenset[str]] = {}
    for node in body.body:
        for name, modules in imported(node):
            imports[name] = imports.get(name, frozenset()) | modules
    return Scope(imports, {n.name: n for n in body.body if isinstance(n, Definition)})


def imported(node: ast.AST) -> Iterator[tuple[str, frozenset[str]]]:
    """Yield each name that an import binds, with the modules that it may stand for."""
    if isinstance(node, ast.Import):
        for alias in node.names:
            yield alias.asname or alias.name.partition(".")[0], frozenset({alias.name})
    elif isinstance(node, ast.ImportFrom) and node.module:
        for alias in node.names:
            bound = alias.asname or alias.name
            yield bound, frozenset({node.module, f"{node.module}.{alias.name}"})


def reach(
    start: Definition, file: Scope, shared: Sequence[Scope], helpers: dict[str, Scope]
) -> Reached:
    """Follow a test's names.

    `shared` are the conftest files above it, `helpers` the other modules below tests/ by name.
    """
    found = Reached()
    waiting: list[tuple[Definition, Scope]] = [(start, file)]
    seen: set[int] = set()
    while waiting:
        definition, here = waiting.pop()
        if id(definition) in seen:
            continue
        seen.add(id(definition))
        nodes = list(ast.walk(definition))
        found.all += nodes
        if not is_fixture(definition):
            found.own += nodes
        local = {name: modules for node in nodes for name, modules in imported(node)}
        for modules in local.values():
            found.modules |= modules
        for name, attribute in _names(nodes):
            modules = local.get(name) or here.imports.get(name, frozenset())
            found.modules |= modules
            waiting += _meant(name, attribute, modules, here, helpers)
        for name in _fixtures(definition, nodes):
            owners = [owner for owner in (file, *shared) if name in owner.symbols]
            waiting += [(owner.symbols[name], owner) for owner in owners[:1]]
    return found


def is_fixture(definition: Definition) -> bool:
    """True for a function that pytest calls for a test."""
    return any("fixture" in ast.unparse(decorator) for decorator in definition.decorator_list)


def _names(nodes: list[ast.AST]) -> Iterator[tuple[str, str]]:
    for node in nodes:
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
            yield node.value.id, node.attr
        elif isinstance(node, ast.Name):
            yield node.id, ""


def _meant(
    name: str, attribute: str, modules: frozenset[str], here: Scope, helpers: dict[str, Scope]
) -> Iterator[tuple[Definition, Scope]]:
    """Yield the definition that a name (or an attribute of a module) leads to, in tests/ alone."""
    if name in here.symbols:
        yield here.symbols[name], here
    for module in modules:
        owner, _, last = module.rpartition(".")
        for helper, wanted in ((owner, last), (module, attribute)):
            there = helpers.get(helper.rpartition(".")[2])
            if there and wanted in there.symbols:
                yield there.symbols[wanted], there


def _fixtures(definition: Definition, nodes: list[ast.AST]) -> set[str]:
    """Return the names of arguments, and those in `usefixtures("name")`."""
    named = {node.arg for node in nodes if isinstance(node, ast.arg)}
    return named | {
        node.value
        for decorator in definition.decorator_list
        for node in ast.walk(decorator)
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    }
