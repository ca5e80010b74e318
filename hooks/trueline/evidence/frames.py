"""Where code puts a column into a table of rows, by AST: a name's type is guessed from how it is
made, annotated and used.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from .python import Part, last_name, walk

# How people name a table of rows whose type nothing tells.
_USUAL = re.compile(r"(?i)df|x|data|dataset|rows|table|x_\w+|df_\w+|\w*_df|\w*frame")
_MAKES_FRAME = re.compile(r"DataFrame|read_\w+|from_records|to_pandas|get_historical_features")
_MAKES_DICT = frozenset(
    {"dict", "defaultdict", "Counter", "OrderedDict", "asdict", "model_dump", "loads", "safe_load"}
)
_PUTS = (ast.Assign, ast.AugAssign, ast.AnnAssign, ast.Call)
_METHODS = ("assign", "with_columns", "insert")
_ANSWERS = frozenset({"predict", "predict_proba", "decision_function"})


@dataclass(frozen=True)
class Column:
    """One assignment; `computed` when it is worked out from other columns of the same table."""

    path: str
    line: int
    name: str
    computed: bool = False


def assigned(path: str, parts: Sequence[Part]) -> Iterator[Column]:
    """Yield each column that one function, or what stands beside functions, puts into a table.

    The answers of a model written beside the rows are no feature and are left out.
    """
    nodes = [node for part in parts for node in part.among(*_PUTS) if _puts(node)]
    made = dict(_made(parts)) if nodes else {}
    for node in nodes:
        if isinstance(node, ast.Call):
            given = [*node.args, *(keyword.value for keyword in node.keywords)]
            yield from () if any(map(_answered, given)) else _call(path, node)
        elif not _answered(node.value):
            for target in _targets(node):
                if isinstance(target, ast.Subscript):
                    yield from _subscript(path, target, node, made)


def _puts(node: ast.AST) -> bool:
    """True for what has the form to put a column into a table."""
    if isinstance(node, ast.Call):
        return isinstance(node.func, ast.Attribute) and node.func.attr in _METHODS
    targets = _targets(node)
    return getattr(node, "value", None) is not None and any(
        isinstance(one, ast.Subscript) for one in targets
    )


def _targets(node: ast.AST) -> list[ast.expr]:
    if isinstance(node, ast.Assign):
        return node.targets
    return [node.target] if isinstance(node, ast.AugAssign | ast.AnnAssign) else []


def _subscript(
    path: str,
    target: ast.Subscript,
    node: ast.Assign | ast.AugAssign | ast.AnnAssign,
    made: dict[str, str],
) -> Iterator[Column]:
    base, name = target.value, _key(target.slice)
    if isinstance(base, ast.Attribute) and base.attr in ("loc", "iloc", "at"):
        yield Column(path, node.lineno, name or "a column", computed=True)
        return
    plain = base.id if isinstance(base, ast.Name) else ""
    kind = made.get(plain, "")
    read = node.value is not None and _reads(node.value, plain)
    computed = bool(name) and (read or isinstance(node, ast.AugAssign))
    known = kind == "frame" or (kind != "dict" and (read or bool(_USUAL.fullmatch(plain))))
    if name and plain and known:
        yield Column(path, node.lineno, name, computed=computed)


def _call(path: str, node: ast.Call) -> Iterator[Column]:
    name = last_name(node.func)
    if name in ("assign", "with_columns") and (node.keywords or node.args):
        column = next((k.arg for k in node.keywords if k.arg), "a column")
        yield Column(path, node.lineno, column, computed=True)
    elif name == "insert" and len(node.args) == 3 and _key(node.args[1]):
        yield Column(path, node.lineno, _key(node.args[1]), computed=True)


def _made(parts: Sequence[Part]) -> Iterator[tuple[str, str]]:
    """Yield names with what they seem to be, `frame` or `dict`."""
    for node in (node for part in parts for node in part.among(ast.arg, ast.AnnAssign, ast.Assign)):
        if isinstance(node, ast.arg):
            if node.annotation is not None:
                yield from _kind(node.arg, _annotated(node.annotation))
        elif isinstance(node, ast.AnnAssign):
            if isinstance(node.target, ast.Name):
                yield from _kind(node.target.id, _annotated(node.annotation))
        else:
            for target in node.targets:
                if isinstance(target, ast.Name):
                    yield from _kind(target.id, _valued(node.value))


def _kind(name: str, kind: str) -> Iterator[tuple[str, str]]:
    if kind:
        yield name, kind


def _annotated(node: ast.expr) -> str:
    outer = node.value if isinstance(node, ast.Subscript) else node
    said = outer.value if isinstance(outer, ast.Constant) else last_name(outer)
    if "DataFrame" in str(said):
        return "frame"
    return "dict" if re.match(r"(?i)dict|\w*mapping|defaultdict|counter", str(said)) else ""


def _valued(node: ast.expr) -> str:
    if isinstance(node, (ast.Dict, ast.DictComp)):
        return "dict"
    if isinstance(node, ast.Call):
        name = last_name(node.func)
        if _MAKES_FRAME.fullmatch(name):
            return "frame"
        return "dict" if name in _MAKES_DICT else ""
    return ""


def _reads(value: ast.expr, name: str) -> bool:
    """True when a value takes a named column of the same table."""
    return any(
        isinstance(part, ast.Subscript)
        and isinstance(part.value, ast.Name)
        and part.value.id == name
        and bool(_key(part.slice))
        for part in walk(value)
    )


def _key(node: ast.expr) -> str:
    """Return a column's name where it is written out; `a, b` of `.loc` counts by its last part."""
    last = node.elts[-1] if isinstance(node, (ast.Tuple, ast.List)) and node.elts else node
    if isinstance(last, ast.Constant) and isinstance(last.value, str):
        return last.value
    return last.id if isinstance(last, ast.Name) and last.id.isupper() else ""


def _answered(value: ast.expr) -> bool:
    return any(
        isinstance(part, ast.Call) and last_name(part.func) in _ANSWERS for part in walk(value)
    )
