"""Load tests: files that say which requests are sent, for locust (by AST) and k6."""

from __future__ import annotations

import ast
import re
from dataclasses import dataclass

from .files import WorkTree
from .python import last_name, parsed, walk

_FOLDER = re.compile(r"(^|/)(load|stress|perf|performance|loadtests?)(/|_|-)|locust|k6")
_SENDS = ("get", "post", "put", "patch", "delete", "request")
_K6 = re.compile(r"\bhttp\.(get|post|put|patch|del|request)\s*\(")


@dataclass(frozen=True)
class Scenario:
    """One file that puts a service under load."""

    path: str
    line: int


def read(tree: WorkTree) -> tuple[Scenario, ...]:
    """Return the tracked load tests that really send something."""
    found: list[Scenario] = []
    for path in sorted(tree.tracked):
        if path.endswith(".py") and _FOLDER.search(path):
            body = parsed(tree, path).value
            line = locust(body) if body is not None else None
        elif path.endswith((".js", ".ts")) and _FOLDER.search(path):
            line = k6(tree.text(path).value or "")
        else:
            continue
        if line is not None:
            found.append(Scenario(path, line))
    return tuple(found)


def locust(body: ast.Module) -> int | None:
    """Return the line of a class for a user of locust whose task sends a request to a path."""
    for node in walk(body):
        if isinstance(node, ast.ClassDef) and any(
            last_name(base).endswith(("User", "TaskSet")) for base in node.bases
        ):
            for part in node.body:
                if isinstance(part, ast.FunctionDef) and _is_task(part) and _sends(part):
                    return node.lineno
    return None


def _is_task(node: ast.FunctionDef) -> bool:
    called = [d.func if isinstance(d, ast.Call) else d for d in node.decorator_list]
    return any(last_name(decorator) == "task" for decorator in called)


def _sends(node: ast.FunctionDef) -> bool:
    calls = [part for part in walk(node) if isinstance(part, ast.Call)]
    return any(
        isinstance(call.func, ast.Attribute)
        and call.func.attr in _SENDS
        and last_name(call.func.value) in ("client", "session", "requests", "httpx")
        and bool(call.args or call.keywords)
        for call in calls
    )


def k6(content: str) -> int | None:
    """Return the line of the first request in a script of k6; comments send nothing."""
    for number, line in enumerate(
        re.sub(r"/\*.*?(?:\*/|\Z)", _blank, content, flags=re.S).splitlines(), 1
    ):
        if _K6.search(line.partition("//")[0]):
            return number
    return None


def _blank(match: re.Match[str]) -> str:
    return "\n" * match[0].count("\n")
