"""The project's own code as a net: which module imports which, what its functions call and say, and
which of it a command runs. By AST; nothing is imported.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property

from .document import Document, mapping
from .environment import toml
from .files import WorkTree
from .python import MOST, Part, flat, last_name, names, parsed, whole, words

# Tests, notebooks and documents use the code; they are no part of it.
_OTHER = ("tests", "test", "docs", "notebooks", "examples", "benchmarks")
_Named = ast.FunctionDef | ast.AsyncFunctionDef


@dataclass(frozen=True)
class Function:
    """One function or method: what it calls and says itself, and what its names may stand for."""

    path: str
    name: str
    line: int
    command: str = ""  # the command that it is, for a decorated function
    _node: _Named | None = field(default=None, compare=False, repr=False)
    _file: _File | None = field(default=None, compare=False, repr=False)

    @cached_property
    def _code(self) -> Part:
        return flat(self._node) if self._node else Part()

    @cached_property
    def calls(self) -> frozenset[str]:
        """The last names of what it calls."""
        return frozenset(last_name(node.func) for node in self._code.of(ast.Call))

    @cached_property
    def texts(self) -> frozenset[str]:
        """Its strings."""
        return frozenset(self._code.texts())

    @cached_property
    def uses(self) -> frozenset[str]:
        """The paths of the modules whose names it uses."""
        return frozenset(self._file.used(self._code)) if self._file else frozenset()


@dataclass(frozen=True)
class Modules:
    """All modules of the project's code; everything by path."""

    imports: Mapping[str, frozenset[str]] = field(default_factory=dict)
    calls: Mapping[str, frozenset[str]] = field(default_factory=dict)
    files: Mapping[str, _File] = field(default_factory=dict, compare=False, repr=False)
    functions: tuple[Function, ...] = ()
    dotted: Mapping[str, str] = field(default_factory=dict)  # dotted name -> path
    programs: frozenset[str] = frozenset()  # what may stand first in a command of the project
    commands: Mapping[str, frozenset[str]] = field(default_factory=dict)  # command -> paths

    def words(self, path: str) -> frozenset[str]:
        """Return the names and texts in a module."""
        return self.files[path].words

    def reach(self, starts: Iterable[str]) -> frozenset[str]:
        """Return the modules that are imported from `starts`, those included."""
        seen: set[str] = set()
        waiting = [path for path in starts if path in self.imports]
        while waiting:
            path = waiting.pop()
            if path not in seen:
                seen.add(path)
                waiting += self.imports.get(path, frozenset())  # none for a file that is broken
        return frozenset(seen)

    def run_by(self, words: tuple[str, ...]) -> frozenset[str]:
        """Return the modules that a command reaches; none if it is no command of the project."""
        if not words:
            return frozenset()
        scripts = [word.removeprefix("./") for word in words[:3] if word.endswith(".py")]
        starts = {path for path in scripts if path in self.imports}
        first = words[0].rpartition("/")[2]
        if first in self.programs:
            named = [word for word in words[1:] if word in self.commands]
            starts |= self.commands[named[0]] if named else self._entry(first, words)
        elif first in self.dotted:
            starts.add(self.dotted[first])
        return self.reach(starts)

    def _entry(self, program: str, words: tuple[str, ...]) -> frozenset[str]:
        """Return where a program without known commands starts; it does all that it imports."""
        if self.commands and any(not word.startswith("-") for word in words[1:2]):
            return frozenset()  # a command that is not there
        package = program.replace("-", "_")
        names = (package, f"{package}.__main__", f"{package}.cli")
        return frozenset(self.dotted[name] for name in names if name in self.dotted)


def read(tree: WorkTree) -> Modules:
    """Read every tracked module outside of tests, notebooks and documents."""
    listed = [path for path in sorted(tree.tracked) if path.endswith(".py")]
    paths = [path for path in listed if path.partition("/")[0] not in _OTHER][:MOST]
    dotted = {_dotted(path): path for path in paths}
    found = [
        _File(path, body, dotted)
        for path in paths
        if (body := parsed(tree, path).value) is not None
    ]
    functions = tuple(function for file in found for function in file.functions())
    return Modules(
        {file.path: file.imports for file in found},
        {file.path: file.calls for file in found},
        {file.path: file for file in found},
        functions,
        dotted,
        _programs(tree, dotted),
        _commands(functions),
    )


def _dotted(path: str) -> str:
    inner = path.removeprefix("src/").removesuffix(".py").removesuffix("/__init__")
    return inner.replace("/", ".")


def _programs(tree: WorkTree, dotted: Mapping[str, str]) -> frozenset[str]:
    # The environment's reader names the file when it is broken.
    document: Document[dict[str, object]] = Document("pyproject.toml")
    source = tree.text("pyproject.toml")
    if source.value is not None and "pyproject.toml" not in tree.seen:
        document = tree.convert(source, toml)
    scripts = mapping(mapping(mapping(document.value).get("project")).get("scripts"))
    packages = {name for name, path in dotted.items() if path.endswith("/__init__.py")}
    roots = {name for name in packages if "." not in name}
    return frozenset(scripts) | roots | {name.replace("_", "-") for name in roots}


def _commands(functions: Iterable[Function]) -> dict[str, frozenset[str]]:
    """Return each decorated command with the modules that it uses.

    What other functions of its module use counts only where it calls them.
    """
    by_file: dict[str, dict[str, Function]] = {}
    for function in functions:
        by_file.setdefault(function.path, {}).setdefault(function.name, function)
    found: dict[str, frozenset[str]] = {}
    for function in functions:
        if not function.command:
            continue
        seen: set[str] = set()
        waiting = [function]
        uses: set[str] = set()
        while waiting:
            here = waiting.pop()
            if here.name not in seen:
                seen.add(here.name)
                uses |= here.uses
                waiting += [by_file[here.path][c] for c in here.calls if c in by_file[here.path]]
        found[function.command] = frozenset(uses)
    return found


class _File:
    """One module, flattened."""

    def __init__(self, path: str, body: ast.Module, dotted: Mapping[str, str]) -> None:
        self.path = path
        self._dotted = dotted
        self._package = _package(path)
        self._parts = whole(body)
        self._bound: dict[str, set[str]] = {}
        calls: set[str] = set()
        self._defined: list[_Named] = []
        for part in self._parts:
            for node in part.imports():
                for name, targets in self._imported(node):
                    self._bound.setdefault(name, set()).update(targets)
            calls.update(last_name(call.func) for call in part.of(ast.Call))
            self._defined += part.among(ast.FunctionDef, ast.AsyncFunctionDef)
        self.imports = frozenset[str]().union(*self._bound.values())
        self.calls = frozenset(calls)

    @cached_property
    def words(self) -> frozenset[str]:
        """Its names and texts."""
        return frozenset(word for part in self._parts for word in words(part))

    def functions(self) -> Iterator[Function]:
        """Yield its functions, methods and those inside others, from the end of the file on."""
        for node in sorted(self._defined, key=_from_end):
            yield Function(self.path, node.name, node.lineno, _command(node), node, self)

    def used(self, code: Part) -> Iterator[str]:
        """Yield the paths of the modules whose names some code uses; those it imports count."""
        for name in set(names(code)) & self._bound.keys():
            yield from self._bound[name]
        for node in code.imports():
            for _, targets in self._imported(node):
                yield from targets

    def _imported(self, node: ast.AST) -> Iterator[tuple[str, set[str]]]:
        """Yield each name that an import binds, with the paths of the project behind it."""
        if isinstance(node, ast.Import):
            for alias in node.names:
                name = alias.asname or alias.name.partition(".")[0]
                yield name, self._paths(alias.name)
        elif isinstance(node, ast.ImportFrom):
            base = ".".join(self._package[: len(self._package) - node.level + 1])
            start = ".".join(filter(None, [base if node.level else "", node.module or ""]))
            for alias in node.names:
                found = self._paths(f"{start}.{alias.name}" if start else alias.name)
                yield alias.asname or alias.name, found or self._paths(start)

    def _paths(self, name: str) -> set[str]:
        return {self._dotted[name]} if name in self._dotted else set()


def _package(path: str) -> list[str]:
    parts = path.removeprefix("src/").split("/")
    return parts[:-1]


def _from_end(node: _Named) -> tuple[int, int]:
    return -(node.end_lineno or 0), -(node.end_col_offset or 0)


def _command(node: _Named) -> str:
    for decorator in node.decorator_list:
        call = decorator.func if isinstance(decorator, ast.Call) else decorator
        if last_name(call) == "command":
            given = decorator.args if isinstance(decorator, ast.Call) else []
            first = given[0].value if given and isinstance(given[0], ast.Constant) else None
            return first if isinstance(first, str) else node.name.replace("_", "-")
    return ""
