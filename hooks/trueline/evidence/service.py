"""The API and the command line, by AST: routes, middleware, metrics, logging, commands."""

from __future__ import annotations

import ast
import contextlib
import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from . import imports
from .document import mapping, sequence, text
from .files import WorkTree
from .python import last_name, parsed, whole

_ROUTES = ("get", "post", "put", "route", "api_route", "add_route", "add_api_route", "mount")
SERVES = re.compile(r"serving|serve|server|service|api|app")
_METRICS = ("Counter", "Histogram", "Summary", "Gauge")


@dataclass(frozen=True)
class Metric:
    """One Prometheus metric as it is declared."""

    name: str
    kind: str
    labels: frozenset[str]


@dataclass(frozen=True)
class Service:
    """What the code below src/*/serving (or api, ...) does, and the commands of src/*/cli.py."""

    paths: tuple[str, ...] = ()
    routes: frozenset[str] = frozenset()
    middleware: bool = False  # something acts on every request
    logs: bool = False  # something writes a record of a request
    metrics: tuple[Metric, ...] = ()
    commands: Mapping[str, str] = field(default_factory=dict)  # command -> file
    broken: tuple[tuple[str, str], ...] = ()


def read(tree: WorkTree) -> Service:
    """Read the serving code and the command line."""
    broken: list[tuple[str, str]] = []
    calls: list[ast.Call] = []
    paths = _serving(tree)
    for path in paths:
        document = parsed(tree, path)
        if document.value is None:
            broken.append((path, document.problem or "tracked, but not in the work tree"))
        else:
            calls += [node for part in whole(document.value) for node in part.of(ast.Call)]
    commands = _commands(tree, broken)
    return Service(
        tuple(paths),
        frozenset(_routes(calls)),
        _mounts(calls),
        _logs(calls),
        tuple(_metrics(calls)),
        commands,
        tuple(broken),
    )


def _serving(tree: WorkTree) -> list[str]:
    """Return the files of the API: those below `serving`, else those of another usual name."""
    listed = imports.below(tree, ".py")
    named = [path for path in listed if "/serving/" in path]
    return named or [
        path
        for path in listed
        if any(SERVES.fullmatch(part) for part in path.removesuffix(".py").split("/")[1:])
    ]


def _texts(call: ast.Call) -> list[str]:
    return [a.value for a in call.args if isinstance(a, ast.Constant) and isinstance(a.value, str)]


def _routes(calls: list[ast.Call]) -> set[str]:
    return {
        route
        for call in calls
        if last_name(call.func) in _ROUTES or last_name(call.func).endswith("Route")
        for route in _texts(call)
        if route.startswith("/")
    }


def _mounts(calls: list[ast.Call]) -> bool:
    """True for `@app.middleware("http")`, `app.add_middleware(X)` and
    `FastAPI(middleware=[...])`.
    """
    for call in calls:
        if last_name(call.func) == "middleware" and isinstance(call.func, ast.Attribute):
            return True
        if last_name(call.func) == "add_middleware" and call.args:
            return True
        if any(
            k.arg == "middleware" and isinstance(k.value, ast.List) and k.value.elts
            for k in call.keywords
        ):
            return True
    return False


def _logs(calls: list[ast.Call]) -> bool:
    """True for a call that appends a record: `log.append(...)`, `logger.info(...)`,
    `prediction_log.write(...)`.
    """
    for call in calls:
        owner = last_name(call.func).lower()
        if isinstance(call.func, ast.Attribute):
            with contextlib.suppress(RecursionError):
                owner = ast.unparse(call.func).lower()
        if "log" in owner and last_name(call.func) not in (
            "getLogger",
            "get_logger",
            "basicConfig",
            "log1p",
            "log10",
        ):
            return True
    return False


def _metrics(calls: list[ast.Call]) -> list[Metric]:
    found: list[Metric] = []
    for call in calls:
        if last_name(call.func) in _METRICS and _texts(call):
            lists = [
                a
                for a in [*call.args, *(k.value for k in call.keywords if k.arg == "labelnames")]
                if isinstance(a, (ast.List, ast.Tuple))
            ]
            labels = {
                str(e.value) for part in lists for e in part.elts if isinstance(e, ast.Constant)
            }
            found.append(Metric(_texts(call)[0], last_name(call.func), frozenset(labels)))
    return found


def _commands(tree: WorkTree, broken: list[tuple[str, str]]) -> dict[str, str]:
    """Return the commands of src/<package>/{cli,__main__}.py with the file that has each.

    Those that a command line adds to its own (`add_command`) may lie in a module that it imports.
    """
    found: dict[str, str] = {}
    listed = {imports.dotted(path): path for path in imports.below(tree, ".py")}
    own = imports.below(tree, "/cli.py", "/__main__.py")
    waiting = [path for path in own if path.removeprefix(imports.ROOT).count("/") == 1]
    for path in waiting:
        document = parsed(tree, path)
        if document.value is None:
            broken.append((path, document.problem or "tracked, but not in the work tree"))
            continue
        nodes = [node for part in whole(document.value) for node in part.among(*_NAMING)]
        for node in nodes:
            found.update(dict.fromkeys(_named_commands(node), path))
        if path in own and any(map(_adds, nodes)):
            targets = imports.targets(document.value, imports.dotted(path))
            added = dict.fromkeys(listed[name] for name in targets if name in listed)
            waiting += [path for path in added if path not in waiting]
    return found


# Kinds of nodes that make something a command.
_NAMING = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Call, ast.Assign, ast.AnnAssign)


def _adds(node: ast.AST) -> bool:
    """True for `group.add_command(one)`, whose command has its name elsewhere."""
    return isinstance(node, ast.Call) and last_name(node.func) == "add_command" and bool(node.args)


def _named_commands(node: ast.AST) -> set[str]:
    """Return what a node makes a command: a decorated function, a parser, a table of commands."""
    if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
        calls = [d for d in node.decorator_list if last_name(_called(d)) == "command"]
        return {_first_text(d) or node.name.replace("_", "-") for d in calls}
    if isinstance(node, ast.Call) and last_name(node.func) in ("add_parser", "add_command"):
        return set(_texts(node))
    if isinstance(node, (ast.Assign, ast.AnnAssign)) and isinstance(node.value, ast.Dict):
        targets = node.targets if isinstance(node, ast.Assign) else [node.target]
        if any("command" in last_name(target).lower() for target in targets):
            keys = [key.value for key in node.value.keys if isinstance(key, ast.Constant)]
            return {key for key in keys if isinstance(key, str)}
    return set()


def _called(node: ast.expr) -> ast.expr:
    return node.func if isinstance(node, ast.Call) else node


def _first_text(node: ast.expr) -> str | None:
    return next(iter(_texts(node)), None) if isinstance(node, ast.Call) else None


@dataclass(frozen=True)
class Alert:
    """One alerting rule of Prometheus."""

    name: str
    expression: str
    line: int = 0
    labels: Mapping[str, str] = field(default_factory=dict)
    runbook: str = ""  # annotation runbook_url: an address, or a path of the repository


def alerts(content: object) -> tuple[Alert, ...]:
    """Return the alerting rules of a rule file."""
    groups = [mapping(group) for group in sequence(mapping(content).get("groups"))]
    rules = [(rule, mapping(rule)) for group in groups for rule in sequence(group.get("rules"))]
    return tuple(
        Alert(
            text(body.get("alert")),
            text(body.get("expr")),
            getattr(rule, "line", 0),
            {key: text(value) for key, value in mapping(body.get("labels")).items()},
            text(mapping(body.get("annotations")).get("runbook_url")),
        )
        for rule, body in rules
        if text(body.get("alert"))
    )
