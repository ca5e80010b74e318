"""The functions of the repository by AST: which of them answers a route, which others each refers
to, and what its answer depends on.

Names are followed through imports, annotations (`service: Service`) and what a variable was made of
(`guard = Guard(...)`).
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache, cached_property

from .bodies import Body, Top
from .files import WorkTree
from .naming import Scope, given, imported, made_of, starts
from .python import MOST, Part, flat, last_name, parsed
from .routes import decorated, mounted_in
from .statements import INNER, Definition, live

_HOPS = 5  # re-exports in a row
_BRANCHES = 100  # in one function; a longer `elif` may be nested too deep to be followed
LONGEST_FILE = 10_000  # lines; nobody wrote that by hand


@dataclass(frozen=True)
class Function:
    """One function, method or inner function; without a name the statements of a module. Names are
    dotted, as far as they could be followed; sets are of code that can run.
    """

    path: str
    line: int
    name: str
    dotted: str
    owner: str = ""  # the class it belongs to, dotted
    around: str = ""  # the function it stands in, dotted
    public: bool = True
    routes: frozenset[str] = frozenset()  # such as `POST /predict`
    inner: tuple[Function, ...] = ()
    body: Body | Top = field(kw_only=True, compare=False, repr=False)

    @property
    def parameters(self) -> frozenset[str]:
        """The names of its parameters."""
        return self.body.parameters

    @cached_property
    def refers(self) -> frozenset[str]:
        """The names that lead out of it, or of a function in it."""
        own = (name for name in self.body.meant(self.body.chains) if "." in name)
        return frozenset(own).union(*(function.refers for function in self.inner))

    @cached_property
    def calls(self) -> frozenset[str]:
        """All its calls."""
        return self.body.meant(name for _, name in self.body.said.calls)

    @cached_property
    def used(self) -> frozenset[str]:
        """The calls whose result is not thrown away."""
        return self.body.meant(self.body.slice.used)

    @cached_property
    def carried(self) -> frozenset[str]:
        """The calls that its answer depends on."""
        return self.body.meant(self.body.slice.carried)

    @cached_property
    def decides(self) -> frozenset[str]:
        """The calls on which a branch of its answer depends."""
        return self.body.meant(self.body.slice.decides)

    def mentions(self, *patterns: re.Pattern[str]) -> bool:
        """Tell whether each pattern finds a name or a text in it, be it in code that cannot run."""
        return all(any(map(pattern.search, self.body.mentioned)) for pattern in patterns)

    @property
    def told(self) -> frozenset[str]:
        """Names and texts that its answer is made of."""
        return self.body.slice.told

    @property
    def labels(self) -> frozenset[str]:
        """Texts and keywords in it, and names that are returned."""
        return self.body.slice.labels

    @property
    def hashed(self) -> frozenset[str]:
        """Names and texts that a hash is made of."""
        return self.body.slice.hashed

    @cached_property
    def words(self) -> frozenset[str]:
        """All its names and texts."""
        own = self.body.said.words | self.body.hints.words
        return own.union(*(function.words for function in self.inner))

    @cached_property
    def texts(self) -> frozenset[str]:
        """All its texts and keywords."""
        return self.body.said.labels.union(*(function.texts for function in self.inner))


@dataclass(frozen=True)
class Flows:
    """All functions by dotted name, the names that stand for others, and the files not read."""

    functions: Mapping[str, Function] = field(default_factory=dict)
    classes: Mapping[str, frozenset[str]] = field(default_factory=dict)  # -> their methods
    fields: Mapping[str, frozenset[str]] = field(default_factory=dict)  # of each class
    modules: Mapping[str, _Module] = field(default_factory=dict, repr=False)
    broken: tuple[tuple[str, str], ...] = ()
    _known: dict[str, list[Function]] = field(default_factory=dict, compare=False, repr=False)

    def named(self, name: str) -> list[Function]:
        """Return what a dotted name leads to: a function, or all methods of a class.

        Of `module.Class.method.more` it is the method; of a method that is not known, its class.
        """
        if name not in self._known:
            self._known[name] = self._follow(name)
        return self._known[name]

    def _follow(self, name: str) -> list[Function]:
        for _ in range(_HOPS):
            for known in starts(name):
                if known in self.functions:
                    return [self.functions[known]]
                if known in self.classes:
                    return [self.functions[method] for method in sorted(self.classes[known])]
            meant = next(filter(None, (self._alias(known) for known in starts(name))), None)
            if meant is None:
                return []
            alias, to = meant
            name = to + name.removeprefix(alias)
        return []

    def _alias(self, name: str) -> tuple[str, str] | None:
        """Return a name with what it stands for, if a module imports or makes it."""
        for owner in starts(name.rpartition(".")[0]):
            if owner in self.modules:
                meant = self.modules[owner].names.get(name[len(owner) + 1 :], name)
                return None if meant == name else (name, meant)
        return None

    def reach(self, names: Iterable[str], *, whole: bool = True) -> tuple[Function, ...]:
        """Return the functions that the names lead to, at once or through others, sorted.

        With `whole` a method brings the other methods of its class: its instance is in use.
        """
        waiting = list(names)
        seen: set[str] = set()
        found: dict[str, Function] = {}
        while waiting:
            name = waiting.pop()
            if name in seen:
                continue
            seen.add(name)
            for function in self.named(name):
                if function.dotted not in found:
                    found[function.dotted] = function
                    waiting += function.refers
                    waiting += [function.owner] if whole and function.owner else []
        return tuple(found[name] for name in sorted(found))


def read(tree: WorkTree) -> Flows:
    """Read the functions of src/, and of packages at the top where there is no such folder."""
    broken: list[tuple[str, str]] = []
    functions: dict[str, Function] = {}
    classes: dict[str, frozenset[str]] = {}
    fields: dict[str, frozenset[str]] = {}
    modules: dict[str, _Module] = {}
    for path in _code(tree):
        document = parsed(tree, path)
        if document.value is None:
            broken.append((path, document.problem or "tracked, but not in the work tree"))
            continue
        if _lines(document.value) > LONGEST_FILE:
            continue
        try:
            module = _Module(path, document.value)
            found = list(module.functions())
        except RecursionError:
            broken.append((path, "nested too deep"))
            continue
        functions.update((function.dotted, function) for function in found)
        classes.update(module.classes)
        fields.update(module.fields)
        modules[module.name] = module
    return Flows(functions, classes, fields, modules, tuple(broken))


def _lines(body: ast.Module) -> int:
    return (body.body[-1].end_lineno or 0) if body.body else 0


def _code(tree: WorkTree) -> list[str]:
    below = tree.below("src", ".py")
    if below:
        return below[:MOST]
    packages = {path.partition("/")[0] for path in tree.tracked if path.endswith("/__init__.py")}
    names = sorted(packages - {"tests", "test", "docs", "notebooks", "scripts"})
    return [path for name in names for path in tree.below(name, ".py")][:MOST]


class _Module:
    """One module: what the names at its top stand for, and its functions."""

    def __init__(self, path: str, body: ast.Module) -> None:
        self.path, self.body = path, body
        parts = path.removeprefix("src/").removesuffix(".py").split("/")
        self.package = parts[:-1]
        self.name = ".".join(self.package if parts[-1] == "__init__" else parts)
        self.classes: dict[str, frozenset[str]] = {}
        self.fields: dict[str, frozenset[str]] = {}
        self.top = list(live(body.body))
        self.mounted = mounted_in(self.top)

    @cached_property
    def names(self) -> dict[str, str]:
        """What the names at its top stand for, for other modules too: an import, an instance."""
        found: dict[str, str] = {}
        for node in self.top:
            if isinstance(node, INNER):
                found[node.name] = f"{self.name}.{node.name}"
            found.update(imported(node, self.package))
        return {**found, **made_of(self.top, (found,))}

    def functions(self) -> Iterator[Function]:
        """Yield every function, inner ones too; the module's own statements last, without a
        name.
        """
        for node in self.top:
            if isinstance(node, Definition):
                body = Body(node, f"{self.name}.{node.name}", self.package, lambda: (self.names,))
                yield from self._function(body, flat(node), "", self.mounted)
            elif isinstance(node, ast.ClassDef):
                yield from self._class(node)
        yield Function(
            self.path,
            1,
            "",
            f"{self.name}.",
            public=False,
            body=Top(self.top, lambda: (self.names,)),
        )

    def _class(self, node: ast.ClassDef) -> Iterator[Function]:
        owner = f"{self.name}.{node.name}"

        @cache
        def scope() -> Scope:
            held: dict[str, str] = {}
            for body in bodies:
                around = (given(body.node, (self.names,)), self.names)
                made = made_of(body.statements, around)
                held.update({key: to for key, to in made.items() if key.startswith("self.")})
            return ({**held, "self": owner, "cls": owner}, self.names)

        bodies = [
            Body(method, f"{owner}.{method.name}", self.package, scope)
            for method in node.body
            if isinstance(method, Definition)
        ]
        self.classes[owner] = frozenset(body.dotted for body in bodies)
        annotated = [one.target for one in node.body if isinstance(one, ast.AnnAssign)]
        self.fields[owner] = frozenset(last_name(target) for target in annotated) - {""}
        for body in bodies:
            yield from self._function(body, flat(body.node), owner, {})

    def _function(
        self,
        body: Body,
        whole: Part,
        owner: str,
        mounted: Mapping[str, set[str]],
        around: str = "",
    ) -> Iterator[Function]:
        inner: list[Function] = []
        if len(whole.of(ast.If)) > _BRANCHES:
            _ = body.slice  # what is nested too deep to be read shows here
        if len(whole.of(ast.FunctionDef)) + len(whole.of(ast.AsyncFunctionDef)) > 1:
            here = mounted_in(body.statements)
            for node in body.nested:
                part = Body(node, f"{body.dotted}.{node.name}", self.package, body.names)
                inner += self._function(part, flat(node), "", here, body.dotted)
        name, line = body.node.name, body.node.lineno
        routes = frozenset(decorated(body.node) | mounted.get(name, set()))
        public = not name.startswith("_")
        dotted, nested = body.dotted, tuple(inner)
        yield Function(
            self.path, line, name, dotted, owner, around, public, routes, nested, body=body
        )
        yield from inner
