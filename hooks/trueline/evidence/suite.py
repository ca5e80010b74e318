"""The tests of a repository as written: what each function uses, whether it asserts, whether it is
skipped.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath

from . import reach
from .files import WorkTree
from .marks import Marks
from .python import parsed, walk
from .reach import Reader, Scope

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
    texts: frozenset[str] = frozenset()  # its string constants
    itself: tuple[frozenset[str], ...] = ()  # names and strings of the function itself
    numbers: frozenset[int] = frozenset()  # whole numbers in the function itself
    asserts: bool = False
    skipped: bool = False
    members: frozenset[str] = frozenset()  # `a.b.c` where it says c of an imported a.b
    ml_tests: frozenset[str] = frozenset()  # the tests of the ML Test Score that it stands for

    @property
    def own(self) -> frozenset[str]:
        """Names and strings of the function itself, without those of what it uses."""
        return frozenset().union(*self.itself)

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


def read(tree: WorkTree) -> Suite:
    """Return the test functions below `tests/`, read by AST; nothing is imported."""
    broken: list[tuple[str, str]] = []
    scopes: dict[str, Scope] = {}
    paths = tree.below("tests", ".py")
    for path, body in _readable(tree, [path for path in paths if not _tests(path)], broken):
        scopes[path] = reach.scope(body)
    reader = Reader({PurePosixPath(path).stem: found for path, found in scopes.items()})
    cases: list[Case] = []
    # Nothing leads into a test file from another: each is read by itself, and its tree let go.
    for path, body in _readable(tree, [path for path in paths if _tests(path)], broken):
        above = [f"{folder}/conftest.py" for folder in PurePosixPath(path).parents]
        shared = [scopes[conftest] for conftest in above if conftest in scopes]
        cases += _File(path, reach.scope(body), shared, reader).cases(body)
        tree.trees.pop(path, None)
    return Suite(tuple(cases), tuple(sorted(broken)))


def _readable(
    tree: WorkTree, paths: Iterable[str], broken: list[tuple[str, str]]
) -> Iterator[tuple[str, ast.Module]]:
    """Yield path and syntax tree of each file that can be parsed, and note the others."""
    for path in paths:
        document = parsed(tree, path)
        if document.value is None:
            broken.append((path, document.problem or "tracked, but not in the work tree"))
        else:
            yield path, document.value


def _tests(path: str) -> bool:
    name = path.rpartition("/")[2]
    return name.startswith("test_") or name.endswith("_test.py")


Function = ast.FunctionDef | ast.AsyncFunctionDef


@dataclass(frozen=True)
class _File:
    """One test file and what its names can reach."""

    path: str
    scope: Scope
    shared: Sequence[Scope]
    reader: Reader

    def cases(self, body: ast.Module) -> Iterator[Case]:
        """Yield the test functions and methods, as pytest collects them."""
        whole = _marked(body.body)
        marks = Marks(body.body)
        for node in body.body:
            if isinstance(node, Function) and node.name.startswith("test"):
                ids = marks.everywhere | marks.decorated(node.decorator_list)
                yield self._case(node, "", whole, ids)
            elif isinstance(node, ast.ClassDef) and node.name.startswith("Test"):
                skipped = whole or _marked(node.body) or any(map(_skips, node.decorator_list))
                above = marks.everywhere | marks.applied(node.body)
                above |= marks.decorated(node.decorator_list)
                for inner in node.body:
                    if isinstance(inner, Function) and inner.name.startswith("test"):
                        own = marks.decorated(inner.decorator_list)
                        yield self._case(inner, node.name, skipped, above | own)

    def _case(self, node: Function, group: str, skipped: bool, ids: frozenset[str]) -> Case:
        found = self.reader.reach(node, self.scope, self.shared)
        own = self.reader.uses(node, self.scope)
        return Case(
            self.path,
            node.lineno,
            node.name,
            group,
            found.modules,
            found.words,
            found.texts,
            (own.words, own.texts),
            own.numbers,
            found.asserts,
            skipped or any(map(_skips, node.decorator_list)) or _gives_up(node),
            found.members,
            ids,
        )


def _marked(body: list[ast.stmt]) -> bool:
    """True when `pytestmark` or a call at the top of a module or class skips all of it."""
    for node in body:
        if (
            isinstance(node, ast.Assign)
            and any(isinstance(t, ast.Name) and t.id == "pytestmark" for t in node.targets)
            and any(map(_skips, walk(node.value)))
        ):
            return True
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Call) and _skips(node.value):
            return True
    return False


def _gives_up(node: Function) -> bool:
    return any(
        isinstance(inner, ast.Return)
        or (
            isinstance(inner, ast.Expr)
            and isinstance(inner.value, ast.Call)
            and _skips(inner.value)
        )
        for inner in node.body
    )


def _skips(node: ast.AST) -> bool:
    target = node.func if isinstance(node, ast.Call) else node
    return isinstance(target, ast.Attribute) and target.attr in _SKIPS
