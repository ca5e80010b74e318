"""The functions of the repository by AST: which of them answers a route, which others each refers
to, and what its answer depends on.

Names are followed through imports, annotations (`service: Service`) and what a variable was made of
(`guard = Guard(...)`).
"""

from __future__ import annotations

import ast
from collections import ChainMap
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from .files import WorkTree
from .naming import Scope, arguments, given, imported, made_of, meant_by, starts
from .python import MOST, last_name, parsed
from .routes import decorated, mounted_in
from .slices import cut
from .statements import Definition, expressions, live, said

_HOPS = 5  # re-exports in a row
LONGEST_FILE = 10_000  # lines; nobody wrote that by hand


@dataclass(frozen=True)
class Function:
    """One function, method or inner function. Names are dotted, as far as they could be followed;
    sets are of code that can run.
    """

    path: str
    line: int
    name: str
    dotted: str
    owner: str = ""  # the class it belongs to, dotted
    around: str = ""  # the function it stands in, dotted
    public: bool = True
    parameters: frozenset[str] = frozenset()
    routes: frozenset[str] = frozenset()  # such as `POST /predict`
    refers: frozenset[str] = frozenset()
    calls: frozenset[str] = frozenset()
    used: frozenset[str] = frozenset()  # calls whose result is not thrown away
    carried: frozenset[str] = frozenset()  # calls that its answer depends on
    decides: frozenset[str] = frozenset()  # calls on which a branch of its answer depends
    told: frozenset[str] = frozenset()  # names and texts that its answer is made of
    labels: frozenset[str] = frozenset()  # texts and keywords in it, and names that are returned
    hashed: frozenset[str] = frozenset()  # names and texts that a hash is made of
    words: frozenset[str] = frozenset()  # all its names and texts
    texts: frozenset[str] = frozenset()  # all its texts and keywords


@dataclass(frozen=True)
class Flows:
    """All functions by dotted name, the names that stand for others, and the files not read."""

    functions: Mapping[str, Function] = field(default_factory=dict)
    classes: Mapping[str, frozenset[str]] = field(default_factory=dict)  # -> their methods
    fields: Mapping[str, frozenset[str]] = field(default_factory=dict)  # of each class
    aliases: Mapping[str, str] = field(default_factory=dict)
    broken: tuple[tuple[str, str], ...] = ()

    def named(self, name: str) -> list[Function]:
        """Return what a dotted name leads to: a function, or all methods of a class.

        Of `module.Class.method.more` it is the method; of a method that is not known, its class.
        """
        for _ in range(_HOPS):
            for known in starts(name):
                if known in self.functions:
                    return [self.functions[known]]
                if known in self.classes:
                    return [self.functions[method] for method in sorted(self.classes[known])]
            alias = next((part for part in starts(name) if part in self.aliases), None)
            if alias is None:
                return []
            name = self.aliases[alias] + name.removeprefix(alias)
        return []

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
    aliases: dict[str, str] = {}
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
        aliases.update(module.aliases())
    return Flows(functions, classes, fields, aliases, tuple(broken))


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
        self.scope: Scope = ChainMap()
        for node in self.top:
            if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
                self.scope[node.name] = f"{self.name}.{node.name}"
            self.scope.update(imported(node, self.package))
        self.scope.update(made_of(self.top, self.scope))
        self.mounted = dict(mounted_in(self.top))

    def aliases(self) -> dict[str, str]:
        """Return what other modules find under a name of this one: an import, an instance."""
        own = {f"{self.name}.{name}": meant for name, meant in self.scope.items()}
        return {name: meant for name, meant in own.items() if name != meant}

    def functions(self) -> Iterator[Function]:
        """Yield every function, inner ones too; the module's own statements last, without a
        name.
        """
        for node in self.top:
            if isinstance(node, Definition):
                yield from self._function(node, self.name, "", self.scope, self.mounted)
            elif isinstance(node, ast.ClassDef):
                yield from self._class(node)
        rest = said(*(part for node in self.top for part in expressions(node)))
        refers = self._refers(rest.chains, self.scope)
        yield Function(self.path, 1, "", f"{self.name}.", refers=refers, public=False)

    def _class(self, node: ast.ClassDef) -> Iterator[Function]:
        owner = f"{self.name}.{node.name}"
        methods = [part for part in node.body if isinstance(part, Definition)]
        self.classes[owner] = frozenset(f"{owner}.{method.name}" for method in methods)
        annotated = [part.target for part in node.body if isinstance(part, ast.AnnAssign)]
        self.fields[owner] = frozenset(last_name(target) for target in annotated) - {""}
        held: dict[str, str] = {}
        for method in methods:
            inner = self.scope.new_child(given(method, self.scope))
            made = made_of(live(method.body), inner)
            held.update({key: meant for key, meant in made.items() if key.startswith("self.")})
        scope = self.scope.new_child({**held, "self": owner, "cls": owner})
        for method in methods:
            yield from self._function(method, owner, owner, scope, {})

    def _function(
        self,
        node: ast.FunctionDef | ast.AsyncFunctionDef,
        above: str,
        owner: str,
        scope: Scope,
        mounted: Mapping[str, set[str]],
        around: str = "",
    ) -> Iterator[Function]:
        statements = list(live(node.body))
        dotted = f"{above}.{node.name}"
        inner = scope.new_child(given(node, scope))
        inner.update({name: to for part in statements for name, to in imported(part, self.package)})
        nested = [part for part in statements if isinstance(part, Definition)]
        inner.update({part.name: f"{dotted}.{part.name}" for part in nested})
        inner.update(made_of(statements, inner))
        here = mounted_in(statements)
        found = [
            function
            for part in nested
            for function in self._function(part, dotted, "", inner, here, dotted)
        ]
        hints = said(*(hint for arg in arguments(node) if (hint := arg.annotation)))
        sliced = cut(node)
        beside = said(*node.decorator_list).chains | hints.chains
        refers = self._refers(sliced.chains | beside, inner)
        calls, used, carried, decides = (
            frozenset(meant_by(call, inner) for call in part)
            for part in (sliced.calls, sliced.used, sliced.carried, sliced.decides)
        )
        yield Function(
            self.path,
            node.lineno,
            node.name,
            dotted,
            owner,
            around,
            not node.name.startswith("_"),
            frozenset(arg.arg for arg in arguments(node)) - {"self", "cls"},
            frozenset(decorated(node) | mounted.get(node.name, set())),
            refers.union(*(function.refers for function in found)),
            calls,
            used,
            carried,
            decides,
            sliced.told,
            sliced.labels,
            sliced.hashed,
            sliced.words.union(hints.words, *(function.words for function in found)),
            sliced.texts.union(*(function.texts for function in found)),
        )
        yield from found

    def _refers(self, chains: Iterable[str], scope: Scope) -> frozenset[str]:
        """Return names as far as they lead out of the function."""
        return frozenset(meant for name in chains if "." in (meant := meant_by(name, scope)))
