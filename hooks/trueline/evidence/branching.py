"""Code that asks in which environment it runs, and the classes that read settings; by AST alone."""

from __future__ import annotations

import ast
import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass

from . import imports
from .files import WorkTree
from .python import MOST, Part, children, last_name, parsed, walk, whole
from .statements import INNER

_NAMES = re.compile(
    r"(?:(?:app|deploy|deployment|run|runtime|current|target|active)_?)?env(?:ironment)?(?:_?name)?"
)
_VARIABLE = re.compile(r"(?:.+_)?(?:ENV|ENVIRONMENT)(?:_NAME)?|(?:APP_|DEPLOY_)?STAGE")
# Variables of tools that are named alike and say something else.
_OTHER = ("VIRTUAL_ENV", "CONDA_DEFAULT_ENV", "PIPENV_ACTIVE_ENV")
_OWNERS = ("environ", "os", "settings", "config", "configuration", "conf", "cfg", "options")
_TESTS = ("startswith", "endswith", "count", "find", "index")

_WORTH = re.compile(r"env|stage|settings|config", re.IGNORECASE)
_MODULES = ("/settings.py", "/config.py")

_ASKS = (ast.Compare, ast.Match, ast.Call)


@dataclass(frozen=True)
class Asking:
    """One place that compares the name of an environment with a literal."""

    path: str
    line: int


@dataclass(frozen=True)
class Branching:
    """Where code branches by environment, and where settings are read: (class, path, line)."""

    asking: tuple[Asking, ...] = ()
    settings: tuple[tuple[str, str, int], ...] = ()
    broken: tuple[tuple[str, str], ...] = ()


def read(tree: WorkTree, known: Collection[str]) -> Branching:
    """Read the modules below src/; `known` are the names of the project's environments."""
    asking: list[Asking] = []
    settings: list[tuple[str, str, int]] = []
    plain: list[tuple[str, str, int]] = []  # a class of another library, or of none
    broken: list[tuple[str, str]] = []
    named = frozenset(name.lower() for name in known)
    for path in imports.below(tree, ".py")[:MOST]:
        # Most modules say nothing of environments: a search is a hundred times faster than a parse.
        if not _WORTH.search(tree.text(path).value or ""):
            continue
        document = parsed(tree, path)
        if document.value is None:
            broken.append((path, document.problem or "tracked, but not in the work tree"))
            continue
        body = document.value
        code = whole(body)
        if any(map(_may_ask, code)):
            asking += [Asking(path, line) for line in sorted(set(lines(body, named)))]
        for node in (node for part in code for node in part.of(ast.ClassDef)):
            place = node.name, path, node.lineno
            if any(last_name(base) == "BaseSettings" for base in node.bases):
                settings.append(place)
            elif path.endswith(_MODULES) and node.name.endswith(("Settings", "Config")):
                plain.append(place)
    return Branching(tuple(asking), tuple(settings or plain), tuple(broken))


def _may_ask(code: Part) -> bool:
    """Tell whether any name or text in some code could stand for the environment."""
    names = {node.id for node in code.of(ast.Name)}
    names |= {node.attr for node in code.of(ast.Attribute)}
    return any(_NAMES.fullmatch(name.lower()) for name in names) or any(
        _VARIABLE.fullmatch(text.upper()) for text in set(code.texts())
    )


def lines(body: ast.Module, known: frozenset[str]) -> Iterator[int]:
    """Yield the lines on which an environment's name is compared with a literal."""
    nodes = _own(body.body)
    top = _Scope(frozenset(), frozenset(), known).within(nodes)
    waiting: list[tuple[list[ast.AST], _Scope]] = [(nodes, top)]
    while waiting:
        nodes, scope = waiting.pop()
        for node in nodes:
            if isinstance(node, INNER):
                own = _own(node.body)
                waiting.append(
                    (own, scope if isinstance(node, ast.ClassDef) else scope.within(own))
                )
            elif isinstance(node, _ASKS) and scope.compares(node):
                yield node.lineno


def _own(statements: list[ast.stmt]) -> list[ast.AST]:
    """Return the nodes of some statements, but not what is inside functions and classes there."""
    found: list[ast.AST] = [*statements]
    for node in found:  # which grows meanwhile
        if not isinstance(node, INNER):
            found += children(node)
    return found


@dataclass(frozen=True)
class _Scope:
    """What names stand for an environment's name, or for a text, in one function or module."""

    holders: frozenset[str]
    texts: frozenset[str]
    known: frozenset[str]

    def within(self, nodes: list[ast.AST]) -> _Scope:
        """Return the scope inside; a name that is bound from a holder is a holder, too."""
        bound: list[tuple[str, ast.expr]] = []
        for node in nodes:
            if isinstance(node, ast.Assign):
                bound += [(t.id, node.value) for t in node.targets if isinstance(t, ast.Name)]
            elif isinstance(node, ast.AnnAssign | ast.NamedExpr) and node.value is not None:
                bound.append((last_name(node.target), node.value))
        here = self
        for _ in range(3):  # a holder of a holder of a holder
            more = {name for name, value in bound if here.named(value)}
            texts = {name for name, value in bound if here.literal(value)}
            if more <= here.holders and texts <= here.texts:
                break
            here = _Scope(here.holders | more, here.texts | texts, here.known)
        return here

    def named(self, node: ast.expr) -> bool:
        """Tell whether an expression is the name of the environment."""
        for _ in range(20):
            match node:
                case ast.Name(id=name):
                    return name in self.holders or _NAMES.fullmatch(name.lower()) is not None
                case ast.Attribute(attr=name) if _NAMES.fullmatch(name.lower()):
                    return True
                case ast.Subscript(value=owner, slice=ast.Constant(value=str(key))):
                    return _variable(key, last_name(owner))
                case ast.Call(
                    func=ast.Attribute(value=owner, attr="get" | "getenv"),
                    args=[ast.Constant(value=str(key)), *_],
                ):
                    return _variable(key, last_name(owner))
                case ast.Call(func=ast.Name(id="getenv"), args=[ast.Constant(value=str(key)), *_]):
                    return _variable(key, "environ")
                case ast.Call(func=ast.Attribute(value=inner, attr=name), args=[]) if name:
                    node = inner  # .lower(), .strip()
                case ast.Call(func=ast.Name(id="str"), args=[inner]):
                    node = inner
                case ast.Attribute(attr="value" | "name", value=inner):
                    node = inner  # of an Enum
                case ast.BoolOp(values=[inner, *_]) | ast.NamedExpr(value=inner):
                    node = inner
                case _:
                    return False
        return False

    def literal(self, node: ast.expr) -> bool:
        """Tell whether an expression is a text written out, or several of them."""
        match node:
            case ast.Constant(value=str(text)):
                return bool(text)
            case ast.Name(id=name):
                return name in self.texts
            case ast.Attribute(attr=name):
                return name.lower() in self.known
            case ast.Tuple(elts=items) | ast.List(elts=items) | ast.Set(elts=items):
                return any(not isinstance(i, ast.Starred) and self.literal(i) for i in items)
            case ast.Call(func=ast.Name(id="frozenset" | "set" | "tuple"), args=[inner]):
                return self.literal(inner)
        return False

    def compares(self, node: ast.AST) -> bool:
        """Tell whether a node compares the environment's name with a literal."""
        match node:
            case ast.Compare(left=left, ops=ops, comparators=rights):
                sides = [left, *rights]
                for operator, one, other in zip(ops, sides, rights, strict=False):
                    if self.named(one) and self.literal(other):
                        return True
                    # `"X" in env` looks for a variable among all of them.
                    turned = not isinstance(operator, ast.In | ast.NotIn)
                    if turned and self.literal(one) and self.named(other):
                        return True
            case ast.Match(subject=subject, cases=cases) if self.named(subject):
                return any(self.literal(v) for case in cases for v in _values(case.pattern))
            case ast.Call(func=ast.Attribute(value=inner, attr=name), args=[first, *_]):
                return name in _TESTS and self.named(inner) and self.literal(first)
        return False


def _values(pattern: ast.pattern) -> Iterator[ast.expr]:
    return (node.value for node in walk(pattern) if isinstance(node, ast.MatchValue))


def _variable(key: str, owner: str) -> bool:
    """Tell whether a key names the environment; in data `environment` may be a column."""
    configuration = key.isupper() or owner.lower() in _OWNERS
    return configuration and _VARIABLE.fullmatch(key.upper()) is not None and key not in _OTHER
