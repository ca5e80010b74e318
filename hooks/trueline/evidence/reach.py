"""What a test function uses: through its own names, its fixtures, and helpers in other
test modules.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from .python import last_name, walk

Definition = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef


@dataclass(frozen=True, eq=False)
class Scope:
    """What names mean in one file: imported modules, functions and classes."""

    imports: dict[str, frozenset[str]]
    symbols: dict[str, Definition]


@dataclass(frozen=True)
class Uses:
    """What one definition says by itself: read once, however many tests reach it."""

    names: frozenset[tuple[str, str]]  # (name, attribute of it or "")
    words: frozenset[str]  # names and attributes, of whatever
    texts: frozenset[str]
    imports: dict[str, frozenset[str]]
    fixtures: frozenset[str]
    asserts: bool


@dataclass
class Reached:
    """Everything one test uses. What fixtures assert, the test did not."""

    words: set[str] = field(default_factory=set)
    texts: set[str] = field(default_factory=set)
    modules: set[str] = field(default_factory=set)
    members: set[str] = field(default_factory=set)  # attributes of imported names, dotted
    own: frozenset[str] = frozenset()
    asserts: bool = False


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


@dataclass(frozen=True)
class Reader:
    """Follows names; `shared` scopes are conftest files by folder, `helpers` other
    modules by name.
    """

    helpers: dict[str, Scope]
    known: dict[int, Uses] = field(default_factory=dict)

    def reach(self, start: Definition, file: Scope, shared: Sequence[Scope]) -> Reached:
        """Return what a test uses, by its own names, its fixtures and its helpers."""
        itself = self._uses(start)
        found = Reached(own=itself.words | itself.texts)
        waiting: list[tuple[Definition, Scope]] = [(start, file)]
        seen: set[int] = set()
        while waiting:
            definition, here = waiting.pop()
            if id(definition) in seen:
                continue
            seen.add(id(definition))
            uses = self._uses(definition)
            found.words |= uses.words
            found.texts |= uses.texts
            found.asserts |= uses.asserts and not is_fixture(definition)
            for modules in uses.imports.values():
                found.modules |= modules
            for name, attribute in uses.names:
                modules = uses.imports.get(name) or here.imports.get(name, frozenset())
                found.modules |= modules
                if attribute:
                    found.members |= {f"{module}.{attribute}" for module in modules}
                waiting += self._meant(name, attribute, modules, here)
            for name in uses.fixtures:
                owners = [owner for owner in (file, *shared) if name in owner.symbols]
                waiting += [(owner.symbols[name], owner) for owner in owners[:1]]
        return found

    def _meant(
        self, name: str, attribute: str, modules: frozenset[str], here: Scope
    ) -> Iterator[tuple[Definition, Scope]]:
        """Yield the definition that a name (or an attribute of a module) leads to, in
        tests/ alone.
        """
        if name in here.symbols:
            yield here.symbols[name], here
        for module in modules:
            owner, _, last = module.rpartition(".")
            for helper, wanted in ((owner, last), (module, attribute)):
                there = self.helpers.get(helper.rpartition(".")[2])
                if there and wanted in there.symbols:
                    yield there.symbols[wanted], there

    def _uses(self, definition: Definition) -> Uses:
        if id(definition) not in self.known:
            self.known[id(definition)] = _read(definition)
        return self.known[id(definition)]


def _read(definition: Definition) -> Uses:
    nodes = list(walk(definition))
    names = frozenset(_names(nodes))
    attributes = {node.attr for node in nodes if isinstance(node, ast.Attribute)}
    values = [node.value for node in nodes if isinstance(node, ast.Constant)]
    return Uses(
        names,
        frozenset({name for name, _ in names} | attributes),
        frozenset(value for value in values if isinstance(value, str)),
        {name: modules for node in nodes for name, modules in imported(node)},
        frozenset(_fixtures(definition, nodes)),
        any(map(asserts, nodes)),
    )


def is_fixture(definition: Definition) -> bool:
    """True for a function that pytest calls for a test."""
    called = (
        node.func if isinstance(node, ast.Call) else node for node in definition.decorator_list
    )
    # By its name alone: `usefixtures` stands on tests.
    return any(last_name(node).endswith("fixture") for node in called)


def asserts(node: ast.AST) -> bool:
    """True for an assertion about something; `assert True` and `assert 1 == 1` are
    about nothing.
    """
    if isinstance(node, ast.Assert):
        return any(isinstance(p, ast.Name | ast.Call | ast.Attribute) for p in walk(node.test))
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute | ast.Name):
        name = node.func.attr if isinstance(node.func, ast.Attribute) else node.func.id
        return name in ("raises", "warns") or (name.startswith("assert") and bool(node.args))
    return False


def _names(nodes: list[ast.AST]) -> Iterator[tuple[str, str]]:
    for node in nodes:
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
            yield node.value.id, node.attr
        elif isinstance(node, ast.Name):
            yield node.id, ""


def _fixtures(definition: Definition, nodes: list[ast.AST]) -> set[str]:
    """Return the names of arguments, and those in `usefixtures("name")`."""
    named = {node.arg for node in nodes if isinstance(node, ast.arg)}
    return named | {
        node.value
        for decorator in definition.decorator_list
        for node in walk(decorator)
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    }
