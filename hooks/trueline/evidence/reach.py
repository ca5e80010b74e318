"""What a test function uses: through its own names, its fixtures, and helpers in other
test modules.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from .python import Part, last_name, walk

Definition = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef


@dataclass(frozen=True, eq=False)
class Scope:
    """What names mean in one file: imported modules, functions and classes."""

    imports: dict[str, frozenset[str]]
    symbols: dict[str, Definition]
    uses: dict[int, Uses] = field(default_factory=dict)  # of its definitions, once they are read


@dataclass(frozen=True)
class Uses:
    """What one definition says by itself: read once, however many tests reach it."""

    words: frozenset[str]  # names and attributes, of whatever
    texts: frozenset[str]
    numbers: frozenset[int]
    modules: frozenset[str]  # those behind its names
    members: frozenset[str]  # attributes of imported names, dotted
    leads: tuple[tuple[Definition, Scope], ...]  # to what else its names lead, in tests/ alone
    fixtures: frozenset[str]
    asserts: bool  # what fixtures assert, the test did not


@dataclass(frozen=True)
class Reached:
    """Everything one test uses."""

    words: frozenset[str]
    texts: frozenset[str]
    modules: frozenset[str]
    members: frozenset[str]  # attributes of imported names, dotted
    asserts: bool


def _joined(groups: list[frozenset[str]]) -> frozenset[str]:
    # Of thousands of tests most use no helper: what they say is not held twice.
    return groups[0] if len(groups) == 1 else frozenset().union(*groups)


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

    def reach(self, start: Definition, file: Scope, shared: Sequence[Scope]) -> Reached:
        """Return what a test uses, by its own names, its fixtures and its helpers."""
        found: dict[int, Uses] = {}
        waiting: list[tuple[Definition, Scope]] = [(start, file)]
        while waiting:
            definition, here = waiting.pop()
            if id(definition) in found:
                continue
            found[id(definition)] = uses = self.uses(definition, here)
            waiting += uses.leads
            for name in uses.fixtures:
                owners = [owner for owner in (file, *shared) if name in owner.symbols]
                waiting += [(owner.symbols[name], owner) for owner in owners[:1]]
        all_ = list(found.values())
        return Reached(
            _joined([uses.words for uses in all_]),
            _joined([uses.texts for uses in all_]),
            _joined([uses.modules for uses in all_]),
            _joined([uses.members for uses in all_]),
            any(uses.asserts for uses in all_),
        )

    def uses(self, definition: Definition, here: Scope) -> Uses:
        """Return what a definition says itself, and to what it leads."""
        if id(definition) not in here.uses:
            here.uses[id(definition)] = self._read(definition, here)
        return here.uses[id(definition)]

    def _read(self, definition: Definition, here: Scope) -> Uses:
        whole = Part(definition)
        names = _names(whole)
        brought = dict(bound for node in whole.imports() for bound in imported(node))
        modules: set[str] = set().union(*brought.values())
        members: set[str] = set()
        leads: dict[int, tuple[Definition, Scope]] = {}
        for name, attribute in names:
            if name in here.symbols:
                to = here.symbols[name]
                leads[id(to)] = (to, here)
            behind = brought.get(name) or here.imports.get(name)
            if behind:  # most are variables of the function itself
                modules |= behind
                members |= {f"{module}.{attribute}" for module in behind if attribute}
                for to, owner in self._meant(attribute, behind):
                    leads[id(to)] = (to, owner)
        return Uses(
            frozenset(
                {name for name, _ in names} | {node.attr for node in whole.of(ast.Attribute)}
            ),
            frozenset(whole.texts()),
            frozenset(n.value for n in whole.of(ast.Constant) if isinstance(n.value, int)),
            frozenset(modules),
            frozenset(members),
            tuple(leads.values()),
            frozenset(_fixtures(definition, whole)),
            not is_fixture(definition)
            and any(map(asserts, (*whole.of(ast.Assert), *whole.of(ast.Call)))),
        )

    def _meant(self, attribute: str, modules: frozenset[str]) -> Iterator[tuple[Definition, Scope]]:
        """Yield the definitions that an attribute of a module leads to, in tests/ alone."""
        for module in modules:
            owner, _, last = module.rpartition(".")
            for helper, wanted in ((owner, last), (module, attribute)):
                there = self.helpers.get(helper.rpartition(".")[2])
                if there and wanted in there.symbols:
                    yield there.symbols[wanted], there


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


def _names(whole: Part) -> set[tuple[str, str]]:
    """Return the names that some code uses, and with each the attributes that it asks of it."""
    found = {(name.id, "") for name in whole.of(ast.Name)}
    for node in whole.of(ast.Attribute):
        if isinstance(node.value, ast.Name):
            found.add((node.value.id, node.attr))
    return found


def _fixtures(definition: Definition, whole: Part) -> set[str]:
    """Return the names of arguments, and those in `usefixtures("name")`."""
    named = {node.arg for node in whole.of(ast.arg)}
    return named | set(Part(*definition.decorator_list).texts())
