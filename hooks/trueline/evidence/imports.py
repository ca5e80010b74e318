"""Which module of the repository imports which: the import graph, by AST, relative imports
resolved.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from .files import WorkTree
from .python import Part, last_name, modules, whole

ROOT = "src/"
_OTHERS = frozenset({"tests", "test", "docs", "notebooks", "scripts", "benchmarks", "examples"})


@dataclass(frozen=True)
class Module:
    """One module: where it lies, and what it imports anywhere in it, in functions too."""

    name: str  # dotted, as an absolute import names it
    path: str
    imports: frozenset[str] = frozenset()  # modules of this repository
    foreign: frozenset[str] = frozenset()  # the first names of all others, such as `mlflow`

    @property
    def is_package(self) -> bool:
        """True for the `__init__.py` of a package."""
        return self.path.endswith("/__init__.py")


@dataclass(frozen=True)
class Imports:
    """All modules below src/ (without such a folder: of the packages at the top) by name."""

    modules: Mapping[str, Module] = field(default_factory=dict)

    def within(self, package: str) -> list[Module]:
        """Return a package's modules, itself among them."""
        return [
            module
            for name, module in self.modules.items()
            if name == package or name.startswith(f"{package}.")
        ]

    def reached(self, *starts: str) -> frozenset[str]:
        """Return the modules that the given ones import, directly or through others.

        Those that they start from are in it only if something leads back to them.
        """
        seen: set[str] = set()
        waiting = [name for start in starts for name in self._imports(start)]
        while waiting:
            name = waiting.pop()
            if name not in seen:
                seen.add(name)
                waiting += self._imports(name)
        return frozenset(seen)

    def foreign(self, names: Iterable[str]) -> frozenset[str]:
        """Return the first names of what is imported from elsewhere by any of the modules."""
        known = [self.modules[name] for name in names if name in self.modules]
        return frozenset(name for module in known for name in module.foreign)

    def named(self, path: str) -> str:
        """Return the dotted name of a path; '' for one that is no module here."""
        return next((m.name for m in self.modules.values() if m.path == path), "")

    def _imports(self, name: str) -> frozenset[str]:
        return self.modules[name].imports if name in self.modules else frozenset()


def roots(tree: WorkTree) -> tuple[str, ...]:
    """Return the folders that hold the project's packages: src/, or each package at the top."""
    if tree.below(ROOT, ".py"):
        return (ROOT,)
    packages = {path.partition("/")[0] for path in tree.tracked if path.count("/") == 1
                and path.endswith("/__init__.py")}  # fmt: skip
    return tuple(f"{name}/" for name in sorted(packages - _OTHERS))


def below(tree: WorkTree, *suffixes: str) -> list[str]:
    """Return the paths of the project's packages that end so."""
    return [path for root in roots(tree) for path in tree.below(root, *suffixes)]


def read(tree: WorkTree) -> Imports:
    """Read the graph. A file that is no Python is left out: whoever needs it must look."""
    parsed = {dotted(path): (path, body) for path, body in modules(tree, *roots(tree))}
    known = frozenset(parsed)
    found: dict[str, Module] = {}
    for name, (path, body) in parsed.items():
        inner: set[str] = set()
        foreign: set[str] = set()
        for target in targets(body, name, package=path.endswith("/__init__.py")):
            # Some layouts make `src` itself the package: `from src.features import build`.
            own = nearest(target, known) or nearest(target.removeprefix("src."), known)
            inner |= {own} if own else set()
            foreign |= set() if own else {target.partition(".")[0]}
        # `from . import x` in a package names the package itself as well.
        found[name] = Module(name, path, frozenset(inner - {name}), frozenset(foreign - {""}))
    return Imports(found)


def dotted(path: str) -> str:
    """Return a path's name as an import says it: src/a/b/__init__.py is a.b."""
    plain = path.removeprefix(ROOT).removesuffix(".py").removesuffix("/__init__")
    return plain.replace("/", ".")


def nearest(target: str, known: frozenset[str]) -> str:
    """Return the longest start of a dotted name that is a known module; '' if none is."""
    while target and target not in known:
        target = target.rpartition(".")[0]
    return target


def targets(body: ast.Module, name: str, *, package: bool = False) -> Iterator[str]:
    """Yield the absolute names that the imports of module `name` may stand for.

    `from a import b` yields a and a.b: which of the two it means, only the files can tell.
    """
    dynamic = False
    parts = whole(body)
    for node in (node for part in parts for node in part.imports()):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
            dynamic |= any(alias.name == "importlib" for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = origin(node, name, package=package)
            dynamic |= base == "importlib"
            if base:
                yield base
                yield from (f"{base}.{alias.name}" for alias in node.names)
    if dynamic:
        yield from _by_name(parts)


def bound(node: ast.AST, name: str, *, package: bool = False) -> Iterator[tuple[str, str]]:
    """Yield each name that an import of module `name` binds with the one that it stands for."""
    if isinstance(node, ast.Import):
        for alias in node.names:
            first = alias.name.partition(".")[0]
            yield (alias.asname, alias.name) if alias.asname else (first, first)
    elif isinstance(node, ast.ImportFrom):
        base = origin(node, name, package=package)
        for alias in node.names:
            if base:
                yield alias.asname or alias.name, f"{base}.{alias.name}"


def _by_name(parts: Iterable[Part]) -> Iterator[str]:
    for node in (node for part in parts for node in part.of(ast.Call)):
        if last_name(node.func) == "import_module":
            first = node.args[0] if node.args else None
            if isinstance(first, ast.Constant) and isinstance(first.value, str):
                yield first.value


def origin(node: ast.ImportFrom, name: str, *, package: bool = False) -> str:
    """Return the absolute name that follows `from` in module `name`; '' if it leads too far up."""
    if not node.level:
        return node.module or ""
    parts = name.split(".")
    up = node.level - (1 if package else 0)
    if up >= len(parts):
        return ""
    base = ".".join(parts[: len(parts) - up])
    return f"{base}.{node.module}" if node.module else base
