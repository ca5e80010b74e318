"""The tests of a repository as written: what each function uses, whether it asserts, whether it is
skipped.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable
from dataclasses import dataclass

from .document import Malformed
from .files import WorkTree

_SKIPS = ("skip", "skipif", "xfail")


@dataclass(frozen=True)
class Case:
    """One test function. `modules` are those whose names it uses, through fixtures and
    helpers too.
    """

    path: str
    line: int
    name: str
    group: str = ""  # its class
    modules: frozenset[str] = frozenset()
    calls: frozenset[str] = frozenset()  # names of functions and attributes that it uses
    texts: tuple[str, ...] = ()  # its string constants
    asserts: bool = False
    skipped: bool = False

    @property
    def node(self) -> tuple[str, str]:
        """How JUnit names it: (class name, name)."""
        module = self.path.removesuffix(".py").replace("/", ".")
        return (f"{module}.{self.group}" if self.group else module), self.name


@dataclass(frozen=True)
class Suite:
    """All test functions, and the test files that could not be read."""

    cases: tuple[Case, ...] = ()
    broken: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class _Scope:
    """What names mean in one file: imported modules and functions that tests can reach."""

    imports: dict[str, frozenset[str]]
    functions: dict[str, ast.FunctionDef | ast.AsyncFunctionDef]
    always: frozenset[str] = frozenset()  # fixtures that act unasked


def read(tree: WorkTree) -> Suite:
    """Return the test functions below `tests/`, read by AST; nothing is imported."""
    broken: list[tuple[str, str]] = []
    parsed: dict[str, ast.Module] = {}
    for path in tree.below("tests", ".py"):
        document = tree.parsed(path, module)
        if document.value is None:
            broken.append((path, document.problem or "tracked, but not in the work tree"))
        else:
            parsed[path] = document.value
    shared = {
        path.rpartition("/")[0]: _scope(body)
        for path, body in parsed.items()
        if path.endswith("conftest.py")
    }
    cases: list[Case] = []
    for path, body in parsed.items():
        name = path.rpartition("/")[2]
        if name.startswith("test_") or name.endswith("_test.py"):
            scopes = [
                _scope(body),
                *(scope for folder, scope in shared.items() if path.startswith(folder + "/")),
            ]
            cases += _cases(path, body, scopes)
    return Suite(tuple(cases), tuple(broken))


def module(source: str) -> ast.Module:
    """Parse Python source; raises Malformed when it is none."""
    try:
        return ast.parse(source)
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        raise Malformed("not valid Python") from error


def _cases(path: str, body: ast.Module, scopes: list[_Scope]) -> Iterable[Case]:
    whole = _marked(body.body)
    for node in body.body:
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)) and node.name.startswith(
            "test"
        ):
            yield _case(path, node, "", scopes, whole)
        elif isinstance(node, ast.ClassDef) and node.name.startswith("Test"):
            skipped = whole or _marked(node.body) or any(_skips(d) for d in node.decorator_list)
            for inner in node.body:
                if isinstance(
                    inner, (ast.FunctionDef, ast.AsyncFunctionDef)
                ) and inner.name.startswith("test"):
                    yield _case(path, inner, node.name, scopes, skipped)


def _case(
    path: str,
    node: ast.FunctionDef | ast.AsyncFunctionDef,
    group: str,
    scopes: list[_Scope],
    skipped: bool,
) -> Case:
    nodes = _reached(node, scopes)
    names = {n.id for n in nodes if isinstance(n, ast.Name)}
    modules = {m for name in names for scope in scopes for m in scope.imports.get(name, ())}
    modules |= {m for n in nodes for m in _imported(n)}
    attributes = {n.attr for n in nodes if isinstance(n, ast.Attribute)}
    texts = tuple(
        n.value for n in nodes if isinstance(n, ast.Constant) and isinstance(n.value, str)
    )
    return Case(
        path,
        node.lineno,
        node.name,
        group,
        frozenset(modules),
        frozenset(names | attributes),
        texts,
        any(asserts(n) for n in nodes),
        skipped or any(_skips(d) for d in node.decorator_list) or _gives_up(node),
    )


def _reached(start: ast.FunctionDef | ast.AsyncFunctionDef, scopes: list[_Scope]) -> list[ast.AST]:
    """Return the nodes of a test and of the helpers and fixtures that it names."""
    known = {name: f for scope in reversed(scopes) for name, f in scope.functions.items()}
    waiting, seen, nodes = (
        [start, *(known[name] for scope in scopes for name in scope.always)],
        set(),
        [],
    )
    while waiting:
        function = waiting.pop()
        if id(function) in seen:
            continue
        seen.add(id(function))
        inner = list(ast.walk(function))
        nodes += inner
        used = {n.id for n in inner if isinstance(n, ast.Name)} | {
            n.arg for n in inner if isinstance(n, ast.arg)
        }
        used |= {
            n.value
            for d in function.decorator_list
            for n in ast.walk(d)
            if isinstance(n, ast.Constant) and isinstance(n.value, str)
        }  # usefixtures("name")
        waiting += [known[name] for name in used if name in known]
    return nodes


def _scope(body: ast.Module) -> _Scope:
    imports: dict[str, frozenset[str]] = {}
    for node in body.body:
        if isinstance(node, ast.Import):
            for alias in node.names:
                bound = alias.asname or alias.name.partition(".")[0]
                imports[bound] = imports.get(bound, frozenset()) | {alias.name}
        elif isinstance(node, ast.ImportFrom) and node.module:
            for alias in node.names:
                imports[alias.asname or alias.name] = frozenset(
                    {node.module, f"{node.module}.{alias.name}"}
                )
    functions = {
        n.name: n for n in body.body if isinstance(n, (ast.FunctionDef, ast.AsyncFunctionDef))
    }
    always = frozenset(
        name
        for name, f in functions.items()
        if any("autouse" in ast.dump(d) for d in f.decorator_list)
    )
    return _Scope(imports, functions, always)


def _imported(node: ast.AST) -> set[str]:
    if isinstance(node, ast.Import):
        return {alias.name for alias in node.names}
    if isinstance(node, ast.ImportFrom) and node.module:
        return {node.module, *(f"{node.module}.{alias.name}" for alias in node.names)}
    return set()


def asserts(node: ast.AST) -> bool:
    """True for an assertion about something; `assert True` and `assert 1 == 1` are
    about nothing.
    """
    if isinstance(node, ast.Assert):
        return any(
            isinstance(part, (ast.Name, ast.Call, ast.Attribute)) for part in ast.walk(node.test)
        )
    if isinstance(node, ast.Call) and isinstance(node.func, (ast.Attribute, ast.Name)):
        name = node.func.attr if isinstance(node.func, ast.Attribute) else node.func.id
        return name in ("raises", "warns") or (name.startswith("assert") and bool(node.args))
    return False


def _marked(body: list[ast.stmt]) -> bool:
    """True when `pytestmark` or a call at the top of a module or class skips all of it."""
    for node in body:
        if (
            isinstance(node, ast.Assign)
            and any(isinstance(t, ast.Name) and t.id == "pytestmark" for t in node.targets)
            and any(_skips(part) for part in ast.walk(node.value))
        ):
            return True
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Call) and _skips(node.value):
            return True
    return False


def _gives_up(node: ast.FunctionDef | ast.AsyncFunctionDef) -> bool:
    return any(
        isinstance(part, ast.Return)
        or (isinstance(part, ast.Expr) and isinstance(part.value, ast.Call) and _skips(part.value))
        for part in node.body
    )


def _skips(node: ast.AST) -> bool:
    target = node.func if isinstance(node, ast.Call) else node
    return isinstance(target, ast.Attribute) and target.attr in _SKIPS
