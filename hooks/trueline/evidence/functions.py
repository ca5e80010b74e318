"""The functions of the repository by AST: what each refers to, which command starts it, and a
fingerprint that tells a copy.
"""

from __future__ import annotations

import ast
import hashlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace

from . import imports
from .files import WorkTree
from .python import Part, last_name, modules, walk

Definition = ast.FunctionDef | ast.AsyncFunctionDef
# A body of fewer nodes is alike by chance; then name, arguments and docstring have to be alike too.
LARGE = 30
# From a command through a wrapper or two to what it does; further on it is that one's business.
DEPTH = 3
_NOTHING: frozenset[str] = frozenset()

Scope = dict[str, str]


@dataclass(frozen=True)
class Function:
    """One function at the top of a module."""

    name: str
    module: str  # dotted
    path: str
    line: int
    # Dotted names that its body refers to; looked up only where a command leads.
    uses: frozenset[str] = frozenset()
    # Equal for copies, whatever their comments; '' where no other package has one of its shape.
    digest: str = ""

    @property
    def dotted(self) -> str:
        """Its name with its module's."""
        return f"{self.module}.{self.name}"


@dataclass(frozen=True)
class Functions:
    """All functions by dotted name; the commands of each module; what a module runs as a script."""

    known: Mapping[str, Function] = field(default_factory=dict)
    # module -> command -> the dotted names that it starts
    commands: Mapping[str, Mapping[str, frozenset[str]]] = field(default_factory=dict)
    scripts: Mapping[str, frozenset[str]] = field(default_factory=dict)

    def copies(self) -> list[tuple[Function, Function]]:
        """Return pairs of equal functions in two packages, the first two of each kind."""
        groups: dict[str, list[Function]] = {}
        for function in self.known.values():
            if function.digest:
                groups.setdefault(function.digest, []).append(function)
        pairs = []
        for group in groups.values():
            others = [f for f in group[1:] if _package(f) != _package(group[0])]
            pairs += [(group[0], other) for other in others[:1]]
        return pairs


def _package(function: Function) -> str:
    """Return the first-level package: a/serving, or a for what lies beside its packages."""
    return "/".join(function.path.removeprefix(imports.ROOT).split("/")[:-1][:2])


@dataclass(frozen=True)
class _Found:
    """A function with its tree, and with what the names around it stand for."""

    function: Function
    node: Definition
    scope: Scope
    here: str


def read(tree: WorkTree) -> Functions:
    """Read every module of the repository's packages."""
    found: dict[str, _Found] = {}
    commands: dict[str, dict[str, frozenset[str]]] = {}
    scripts: dict[str, frozenset[str]] = {}
    for path, body in modules(tree, *imports.roots(tree)):
        name = imports.dotted(path)
        here = f"{name}.__init__" if path.endswith("/__init__.py") else name
        scope = _scope(body, name, here)
        for node in body.body:
            if isinstance(node, Definition):
                function = Function(node.name, name, path, node.lineno)
                found[function.dotted] = _Found(function, node, scope, here)
        declared = dict(_commands(body, scope, name, here))
        run = [node for node in body.body if _is_main(node)]
        if name.endswith(".__main__") and not run:
            run = [node for node in body.body if isinstance(node, ast.Expr)]
        if declared:
            commands[name] = declared
        if run:
            scripts[name] = frozenset(used for node in run for used in _uses(node, scope, here))
    starts = [*scripts.values(), *(used for table in commands.values() for used in table.values())]
    digests = _digests(found)
    uses = _followed(found, frozenset().union(*starts))
    known = {
        name: replace(item.function, uses=uses.get(name, _NOTHING), digest=digests.get(name, ""))
        for name, item in found.items()
    }
    return Functions(known, commands, scripts)


def _followed(found: Mapping[str, _Found], starts: frozenset[str]) -> dict[str, frozenset[str]]:
    """Return what the functions refer to that commands lead to within a few steps."""
    declared = {name for name in found if name.rpartition(".")[2] == "main"}
    edge, uses = starts | declared, dict[str, frozenset[str]]()
    for _ in range(DEPTH):
        fresh = [name for name in edge if name in found and name not in uses]
        for name in fresh:
            uses[name] = _uses(found[name].node, found[name].scope, found[name].here)
        edge = frozenset(used for name in fresh for used in uses[name])
    return uses


def _digests(found: Mapping[str, _Found]) -> dict[str, str]:
    """Return the fingerprints of functions whose shape more than one package has."""
    alike = [item for group in _shared(found.values(), _shape) for item in group]
    return {
        item.function.dotted: digest(item.node)
        for group in _shared(alike, _kinds)
        for item in group
    }


def _shared(
    items: Iterable[_Found], shape: Callable[[Definition], tuple[object, ...]]
) -> Iterator[list[_Found]]:
    """Yield the functions of one shape wherever more than one package has it."""
    shapes: dict[tuple[object, ...], list[_Found]] = {}
    for item in items:
        shapes.setdefault(shape(item.node), []).append(item)
    for group in shapes.values():
        if len({_package(item.function) for item in group}) > 1:
            yield group


def _kinds(node: Definition) -> tuple[object, ...]:
    """Return the kinds of all nodes; far cheaper than a fingerprint."""
    return tuple(part.__class__ for part in walk(node.args, *_said(node)))


def _said(node: Definition) -> list[ast.stmt]:
    """Return a function's body without its docstring."""
    return node.body[1:] if ast.get_docstring(node, clean=False) is not None else node.body


def _shape(node: Definition) -> tuple[object, ...]:
    """Return what can be seen of a function at a glance."""
    return (len(node.args.args), len(node.args.kwonlyargs), *(type(part) for part in _said(node)))


def _scope(body: ast.Module, name: str, here: str) -> Scope:
    """Return what the names at the top of a module stand for.

    `here` is where its relative imports start: for a package, a module inside it.
    """
    found = {
        node.name: f"{name}.{node.name}"
        for node in body.body
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef))
    }
    for node in body.body:
        found.update(imports.bound(node, here))
    return found


def _uses(node: ast.AST, scope: Scope, here: str) -> frozenset[str]:
    """Return the dotted names that a piece of code refers to; imports inside it count."""
    # A decorator says how a function is called, not what it calls.
    whole = Part(*node.body) if isinstance(node, Definition) else Part(node)
    brought = sorted(whole.imports(), key=lambda node: node.lineno)
    inner = dict(bound for node in brought for bound in imports.bound(node, here))
    return frozenset(whole.meant({**scope, **inner} if inner else scope))


def _commands(
    body: ast.Module, scope: Scope, name: str, here: str
) -> Iterator[tuple[str, frozenset[str]]]:
    """Yield each command that a module declares with what it starts.

    That is a function decorated by click or typer, or an entry of a table such as
    `COMMANDS = {"ingest": ingest.run}`.
    """
    for node in body.body:
        if isinstance(node, Definition):
            for decorator in node.decorator_list:
                call = decorator if isinstance(decorator, ast.Call) else None
                if last_name(call.func if call else decorator) == "command":
                    said = (
                        [a.value for a in call.args if isinstance(a, ast.Constant)] if call else []
                    )
                    # click drops such an ending of a function's name.
                    plain = node.name.removesuffix("_command").removesuffix("_cmd").strip("_")
                    yield (
                        str(said[0]) if said else plain.replace("_", "-"),
                        frozenset({f"{name}.{node.name}"}),
                    )
        elif isinstance(node, (ast.Assign, ast.AnnAssign)) and isinstance(node.value, ast.Dict):
            heads = node.targets if isinstance(node, ast.Assign) else [node.target]
            if any("command" in last_name(head).lower() for head in heads):
                for key, value in zip(node.value.keys, node.value.values, strict=True):
                    if isinstance(key, ast.Constant) and isinstance(key.value, str):
                        yield key.value, _uses(value, scope, here)


def _is_main(node: ast.stmt) -> bool:
    """True for `if __name__ == "__main__":`."""
    return isinstance(node, ast.If) and any(
        isinstance(part, ast.Name) and part.id == "__name__" for part in walk(node.test)
    )


def digest(node: Definition) -> str:
    """Return a fingerprint of a function: of its arguments and its body, of a short one its name
    and docstring too.
    """
    body = _said(node)
    if all(_idle(part) for part in body):
        return ""
    parts = [word for part in (node.args, *body) for word in _words(part)]
    if len(parts) < LARGE:
        parts += [node.name, (ast.get_docstring(node) or "").strip()]
    return hashlib.blake2b("\0".join(parts).encode("utf-8", "replace"), digest_size=12).hexdigest()


def _idle(node: ast.stmt) -> bool:
    """True for `pass`, `...` and `raise NotImplementedError`: a body without a doing."""
    if isinstance(node, ast.Expr):
        return isinstance(node.value, ast.Constant)
    raised = node.exc if isinstance(node, ast.Raise) else None
    called = raised.func if isinstance(raised, ast.Call) else raised
    return isinstance(node, ast.Pass) or (
        isinstance(called, ast.Name) and called.id == "NotImplementedError"
    )


def _words(node: ast.AST) -> Iterator[str]:
    """Yield kinds and names in the order of the tree; half the cost of `ast.dump`."""
    for part in ast.walk(node):  # with its operators: `a + b` is not `a - b`
        said = [
            value
            for key in ("id", "attr", "arg", "name", "module", "level", "op", "value")
            if isinstance(value := getattr(part, key, None), (str, int, float, bytes, bool))
        ]
        yield f"{type(part).__name__}{said}" if said else type(part).__name__
