"""A record added to maturity.yaml as text: every other line stays as its author left it.

A record is somebody's signature, and git says whose from the lines. So nothing is dumped anew; the
place is found from the marks of a YAML parser, and what came out is read again and compared.
See docs/decisions/0011-attest-writes-lines.md.
"""

from __future__ import annotations

from typing import Any

import yaml

from ..errors import BadInput
from ..evidence import yamltext
from ..evidence.document import Malformed

KEY = "attestations"
FILE = "maturity.yaml"
NEW = "schema: 1\n"


def added(text: str, record: dict[str, object]) -> str:
    """Return the file's text with one more record. Raises BadInput when that cannot be done."""
    before = _read(text)
    if not isinstance(before, dict) and before is not None:
        raise BadInput(
            f"{FILE} is no mapping; see the comments of the one that a project is born with"
        )
    ends = "\r\n" if "\r\n" in text else "\n"
    after = _inserted(text, record, ends)
    known = dict(before or {})
    known[KEY] = [*(known.get(KEY) or []), record]
    try:
        whole = yamltext.load(after) == known
    except Malformed:
        whole = False
    if not whole:
        raise BadInput(f"{FILE} is written in a way that a line cannot be added to; add it by hand")
    return after


def _read(text: str) -> object:
    try:
        return yamltext.load(text)
    except Malformed as error:
        raise BadInput(f"{FILE} cannot be read: {error}") from error


def _inserted(text: str, record: dict[str, object], ends: str) -> str:
    root = yaml.compose(text, Loader=yaml.SafeLoader)
    lines = text.splitlines(keepends=True)
    if lines and not lines[-1].endswith(("\n", "\r")):
        lines[-1] += ends
    if root is None:
        return "".join([*lines, f"{KEY}:{ends}", *_lines(record, 2, ends)])
    if not isinstance(root, yaml.MappingNode) or root.flow_style:
        raise BadInput(f"{FILE} is written in braces; write it as lines")
    pair = next(((k, v) for k, v in root.value if k.value == KEY), None)
    if pair is None:
        at = _after(text, root)
        return "".join([*lines[:at], f"{KEY}:{ends}", *_lines(record, 2, ends), *lines[at:]])
    key, value = pair
    if isinstance(value, yaml.SequenceNode) and value.value:
        if value.flow_style:
            raise BadInput(
                f"`{KEY}` of {FILE} is written in brackets; write it as a list of dashes"
            )
        at = _after(text, value)
        column = value.start_mark.column
        return "".join([*lines[:at], *_lines(record, column, ends), *lines[at:]])
    return _first(lines, key, value, _lines(record, key.start_mark.column + 2, ends))


def _first(lines: list[str], key: yaml.Node, value: yaml.Node, new: list[str]) -> str:
    """Put the first record in the place of an empty value, a comment beside it kept."""
    start, end = value.start_mark, value.end_mark
    if (start.line, start.column) == (end.line, end.column):  # nothing after the colon
        at = key.end_mark.line + 1
        return "".join([*lines[:at], *new, *lines[at:]])
    head = lines[start.line][: start.column].rstrip()
    tail = lines[end.line][end.column :]
    rest = tail if tail.strip() else tail.lstrip(" \t")
    return "".join([*lines[: start.line], head + rest, *new, *lines[end.line + 1 :]])


def _after(text: str, node: yaml.Node) -> int:
    """Return the number of the line after the last one that a node takes, its comments left out.

    Read from the events, not from the nodes: an alias leads to a node that stands elsewhere.
    """
    last = node.start_mark.line + 1
    waiting: list[bool] = []  # the open collections within the node: is it in brackets?
    for event in yaml.parse(text, Loader=yaml.SafeLoader):
        start: Any = event.start_mark  # by the types it may be None, which it never is for a text
        end: Any = event.end_mark
        inside = bool(waiting)
        if isinstance(event, yaml.CollectionStartEvent):
            if inside or start.index == node.start_mark.index:
                waiting.append(bool(event.flow_style))
        elif inside and isinstance(event, yaml.CollectionEndEvent):
            if waiting.pop():
                last = end.line + 1
            if not waiting:
                break
        elif inside and isinstance(event, yaml.NodeEvent):
            block = isinstance(event, yaml.ScalarEvent) and event.style in ("|", ">")
            last = end.line if block and end.column == 0 else end.line + 1
    return last


def _lines(record: dict[str, object], column: int, ends: str) -> list[str]:
    fields = [f"{key}: {_value(value)}" for key, value in record.items()]
    return [
        " " * column + ("- " if number == 0 else "  ") + field + ends
        for number, field in enumerate(fields)
    ]


def _value(value: object) -> str:
    """Return a value on one line, quoted where YAML needs it."""
    dumped = yaml.safe_dump(
        value, default_flow_style=True, width=10**6, allow_unicode=True, default_style=None
    )
    return str(dumped).split("\n")[0]
