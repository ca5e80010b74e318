"""JSON from strangers: bounded, and never more than plain data."""

from __future__ import annotations

import json
import re

from .document import Malformed

MAX_DEPTH = 100
# A text is taken as a whole (an open one up to the end), so that its brackets nest nothing.
_BRACKET = re.compile(r'"(?:[^"\\]|\\.)*+"?|[\[\]{}]', re.DOTALL)


def load(text: str) -> object:
    """Return one JSON value; raises Malformed for anything else."""
    if text.count("[") + text.count("{") > MAX_DEPTH and _depth(text) > MAX_DEPTH:
        raise Malformed(f"nested deeper than {MAX_DEPTH}")
    try:
        value: object = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise Malformed("not valid JSON") from error
    return value


def lines(text: str) -> tuple[list[dict[str, object]], int]:
    """Return the objects of a JSON-lines text and how many lines were none."""
    rows: list[dict[str, object]] = []
    broken = 0
    for line in text.split("\n"):
        if not line.strip():
            continue
        try:
            value = load(line)
        except Malformed:
            value = None
        if isinstance(value, dict):
            rows.append(value)
        else:
            broken += 1
    return rows, broken


def _depth(text: str) -> int:
    """Return how deep the brackets outside of texts nest."""
    depth = deepest = 0
    for bracket in _BRACKET.findall(text):
        if bracket in ("[", "{"):
            depth += 1
            deepest = max(deepest, depth)
        elif bracket in ("]", "}"):
            depth -= 1
    return deepest
