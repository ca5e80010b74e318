"""The API and the command line, by AST: routes, middleware, metrics, logging, commands."""

from __future__ import annotations

import ast
from dataclasses import dataclass

from .document import mapping, sequence, text
from .files import WorkTree
from .suite import module

_ROUTES = ("get", "post", "put", "route", "api_route", "add_route", "add_api_route", "mount")
_METRICS = ("Counter", "Histogram", "Summary", "Gauge")


@dataclass(frozen=True)
class Metric:
    """One Prometheus metric as it is declared."""

    name: str
    kind: str
    labels: frozenset[str]


@dataclass(frozen=True)
class Service:
    """What the code below src/*/serving does, and the commands of src/*/cli.py."""

    paths: tuple[str, ...] = ()
    routes: frozenset[str] = frozenset()
    middleware: bool = False  # something acts on every request
    logs: bool = False  # something writes a record of a request
    metrics: tuple[Metric, ...] = ()
    commands: frozenset[str] = frozenset()
    command_file: str = ""
    broken: tuple[tuple[str, str], ...] = ()


def read(tree: WorkTree) -> Service:
    """Read the serving code and the command line."""
    broken: list[tuple[str, str]] = []
    nodes: list[ast.AST] = []
    paths = [path for path in tree.below("src", ".py") if "/serving/" in path]
    for path in paths:
        document = tree.parsed(path, module)
        if document.value is None:
            broken.append((path, document.problem or "tracked, but not in the work tree"))
        else:
            nodes += ast.walk(document.value)
    calls = [node for node in nodes if isinstance(node, ast.Call)]
    command_file, commands = _commands(tree, broken)
    return Service(
        tuple(paths),
        frozenset(_routes(calls)),
        _mounts(calls),
        _logs(calls),
        tuple(_metrics(calls)),
        commands,
        command_file,
        tuple(broken),
    )


def name(node: ast.expr) -> str:
    """Return the last part of a dotted name."""
    return (
        node.attr
        if isinstance(node, ast.Attribute)
        else node.id
        if isinstance(node, ast.Name)
        else ""
    )


def _texts(call: ast.Call) -> list[str]:
    return [a.value for a in call.args if isinstance(a, ast.Constant) and isinstance(a.value, str)]


def _routes(calls: list[ast.Call]) -> set[str]:
    return {
        route
        for call in calls
        if name(call.func) in _ROUTES or name(call.func).endswith("Route")
        for route in _texts(call)
        if route.startswith("/")
    }


def _mounts(calls: list[ast.Call]) -> bool:
    """True for `@app.middleware("http")`, `app.add_middleware(X)` and
    `FastAPI(middleware=[...])`.
    """
    for call in calls:
        if name(call.func) == "middleware" and isinstance(call.func, ast.Attribute):
            return True
        if name(call.func) == "add_middleware" and call.args:
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
        owner = (
            ast.unparse(call.func).lower()
            if isinstance(call.func, ast.Attribute)
            else name(call.func).lower()
        )
        if "log" in owner and name(call.func) not in (
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
        if name(call.func) in _METRICS and _texts(call):
            lists = [
                a
                for a in [*call.args, *(k.value for k in call.keywords if k.arg == "labelnames")]
                if isinstance(a, (ast.List, ast.Tuple))
            ]
            labels = {
                str(e.value) for part in lists for e in part.elts if isinstance(e, ast.Constant)
            }
            found.append(Metric(_texts(call)[0], name(call.func), frozenset(labels)))
    return found


def _commands(tree: WorkTree, broken: list[tuple[str, str]]) -> tuple[str, frozenset[str]]:
    """Return the commands of src/<package>/cli.py: decorated functions, and tables whose keys are
    commands.
    """
    path = next((p for p in tree.below("src", "/cli.py", "/__main__.py") if p.count("/") == 2), "")
    if not path:
        return "", frozenset()
    document = tree.parsed(path, module)
    if document.value is None:
        broken.append((path, document.problem or "tracked, but not in the work tree"))
        return path, frozenset()
    found: set[str] = set()
    for node in ast.walk(document.value):
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            for decorator in node.decorator_list:
                call = decorator if isinstance(decorator, ast.Call) else None
                if name(call.func if call else decorator) == "command":
                    found.add(
                        (_texts(call) or [node.name.replace("_", "-")])[0] if call else node.name
                    )
        elif isinstance(node, ast.Call) and name(node.func) in ("add_parser", "add_command"):
            found |= set(_texts(node))
        elif isinstance(node, (ast.Assign, ast.AnnAssign)) and isinstance(node.value, ast.Dict):
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            if any("command" in name(t).lower() or "stage" in name(t).lower() for t in targets):
                found |= {
                    k.value
                    for k in node.value.keys
                    if isinstance(k, ast.Constant) and isinstance(k.value, str)
                }
    return path, frozenset(found)


@dataclass(frozen=True)
class Alert:
    """One alerting rule of Prometheus."""

    name: str
    expression: str
    line: int = 0


def alerts(content: object) -> tuple[Alert, ...]:
    """Return the alerting rules of a rule file."""
    groups = [mapping(group) for group in sequence(mapping(content).get("groups"))]
    rules = [rule for group in groups for rule in sequence(group.get("rules"))]
    return tuple(
        Alert(
            text(mapping(rule).get("alert")),
            text(mapping(rule).get("expr")),
            getattr(rule, "line", 0),
        )
        for rule in rules
        if text(mapping(rule).get("alert"))
    )
