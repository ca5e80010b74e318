"""Routes of an API by AST: which function answers which, by a decorator or by a call."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator

from .python import last_name
from .statements import Definition, said

_VERBS = ("get", "post", "put", "patch", "delete", "route", "api_route", "websocket")


def decorated(node: Definition) -> set[str]:
    """Return the routes that a function's decorators give it, such as `POST /predict`."""
    calls = [d for d in node.decorator_list if isinstance(d, ast.Call)]
    return {route for call in calls for route in _said(call)}


def mounted_in(statements: Iterable[ast.stmt]) -> dict[str, set[str]]:
    """Return functions that are given a route by a call: `app.post("/x")(f)`,
    `app.add_api_route("/x", f)`.
    """
    found: dict[str, set[str]] = {}
    for node in statements:
        call = node.value if isinstance(node, ast.Expr) else None
        if not isinstance(call, ast.Call) or not call.args:
            continue
        if isinstance(call.func, ast.Call) and isinstance(call.args[0], ast.Name):
            found.setdefault(call.args[0].id, set()).update(_said(call.func))
        elif last_name(call.func) in ("add_api_route", "add_url_rule", "add_route"):
            routes = set(_said(call, "route"))
            for given in [*call.args[1:], *(keyword.value for keyword in call.keywords)]:
                found.setdefault(last_name(given), set()).update(routes)
    return found


def _said(call: ast.Call, verb: str = "") -> Iterator[str]:
    """Yield the routes of `app.post("/predict")` and its like, with the verb before each."""
    verb = verb or last_name(call.func)
    if verb not in _VERBS:
        return
    verbs = {verb.upper()}
    if verb in ("route", "api_route"):
        listed = [k.value for k in call.keywords if k.arg == "methods"]
        verbs = {word.upper() for word in said(*listed).words} or {"GET"}
    for given in call.args:
        path = given.value if isinstance(given, ast.Constant) else None
        if isinstance(path, str) and path.startswith("/"):
            yield from (f"{one} {path}" for one in verbs)
