"""The code that predicts: what answers the requests of the API, and what scores batches."""

from __future__ import annotations

import re

from ..evidence.flows import Function
from ..evidence.snapshot import Snapshot
from .finding import Finding, Place, missing, unseen

API, BATCH = "the API", "batch scoring"
_PREDICTS = re.compile(r"predict|infer|score|classif|recommend|estimat|forecast|invocation", re.I)
_OTHER = re.compile(r"expla|feedback|health|ready|login|token|label|admin|reload", re.I)
_BATCH = re.compile(r"(?:^|/)batch\w*(?:/|\.py$)")
_SCORING = re.compile(r"(?:^|/)(?:score|scoring|bulk)\w*(?:/|\.py$)")


def handlers(snapshot: Snapshot, route: re.Pattern[str]) -> list[Function]:
    """Return the functions that answer a route which the pattern finds."""
    return [
        function
        for function in snapshot.flows.functions.values()
        if any(route.search(path) for path in function.routes)
    ]


def paths(snapshot: Snapshot) -> dict[str, list[Function]]:
    """Return the functions that each way of serving begins with; a way without any has none.

    Which ways the project has, its answers say.
    """
    found: dict[str, list[Function]] = {}
    if snapshot.project.realtime is not False:
        posts = [f for f in handlers(snapshot, re.compile("^POST ")) if not _serves_other(f)]
        found[API] = [f for f in posts if any(map(_PREDICTS.search, f.routes))] or posts
    if snapshot.project.batch is not False:
        found[BATCH] = batch(snapshot)
    return found


def batch(snapshot: Snapshot) -> list[Function]:
    """Return the public functions of batch scoring."""
    public = [
        function
        for function in snapshot.flows.functions.values()
        if function.public and not function.around and not function.routes
    ]
    for pattern in (_BATCH, _SCORING):
        inside = [f for f in public if pattern.search(f.path)]
        if inside:
            return inside
    return []


def beside(snapshot: Snapshot, starts: list[Function]) -> list[str]:
    """Return the names of the given functions and of all in their modules that put them to work:
    the function that they stand in, the one that builds the app, the module itself.
    """
    files = {function.path for function in starts}
    names = {function.dotted for function in starts} | {f.around for f in starts if f.around}
    inside = [f for f in snapshot.flows.functions.values() if f.path in files]
    before = 0
    while before < len(names):
        before = len(names)
        names |= {f.dotted for f in inside if f.refers & names or not f.name}
    return sorted(names)


def unread(snapshot: Snapshot, reason: str, *places: Place) -> Finding:
    """Return that something is missing; or, while a file of the code cannot be read, unseen."""
    for path, problem in snapshot.flows.broken:
        return unseen(f"{path} cannot be read: {problem}", Place(path))
    return missing(reason, *places)


def place(function: Function) -> Place:
    """Return where a function stands."""
    return Place(function.path, function.line, function.name)


def _serves_other(function: Function) -> bool:
    return all(_OTHER.search(route) for route in function.routes)
