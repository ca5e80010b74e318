"""Which tests of the ML Test Score a test function stands for: its markers, read from syntax trees.

`@pytest.mark.ml_test("mon3")` on a function, its class or the module (`pytestmark`), with several
ids, by keyword, through a constant or a name given to the marker; nothing is imported.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator, Sequence

from .python import walk

MARKER = "ml_test"
DEEP = 20  # names that lead to names; more is no way to write a marker
NOTHING: frozenset[str] = frozenset()
Read = Callable[[ast.expr], frozenset[str]]


class Marks:
    """The markers of one module. What a name stands for is worked out once, however often used."""

    def __init__(self, body: Sequence[ast.stmt]) -> None:
        self._names = {name: value for node in body for name, value in _assigned(node)}
        self._ids: dict[str, frozenset[str]] = {}
        self._texts: dict[str, frozenset[str]] = {}
        self._depth = 0
        self.everywhere = self.applied(body)

    def applied(self, body: Sequence[ast.stmt]) -> frozenset[str]:
        """Return the ids that `pytestmark` in the body of a module or class gives to its tests."""
        marked = [value for node in body for name, value in _assigned(node) if name == "pytestmark"]
        return self.decorated(marked)

    def decorated(self, decorators: Sequence[ast.expr]) -> frozenset[str]:
        """Return the ids of the decorators of a function or class."""
        return NOTHING.union(*map(self._marked, decorators))

    def _marked(self, node: ast.expr) -> frozenset[str]:
        """Return the ids of every marker in an expression, those of `pytest.param` included."""
        found: set[str] = set()
        for part in walk(node):
            if isinstance(part, ast.Call) and self._is_marker(part.func):
                values = [*part.args, *(keyword.value for keyword in part.keywords)]
                found |= NOTHING.union(*map(self._said, values))
            elif isinstance(part, ast.Name) and part.id in self._names:
                found |= self._meant(part.id, self._ids, self._marked)
        return frozenset(found)

    def _is_marker(self, node: ast.expr) -> bool:
        if isinstance(node, ast.Name):
            node = self._names.get(node.id, node)
        return isinstance(node, ast.Attribute) and node.attr == MARKER

    def _said(self, node: ast.expr) -> frozenset[str]:
        """Return the strings that an argument gives: itself, a list's, those behind a name."""
        found: set[str] = set()
        for part in walk(node):
            if isinstance(part, ast.Constant) and isinstance(part.value, str):
                found.add(part.value)
            elif isinstance(part, ast.Name) and part.id in self._names:
                found |= self._meant(part.id, self._texts, self._said)
        return frozenset(found)

    def _meant(
        self,
        name: str,
        known: dict[str, frozenset[str]],
        read: Callable[[ast.expr], frozenset[str]],
    ) -> frozenset[str]:
        if name not in known:
            known[name] = NOTHING  # a name that leads to itself ends here
            if self._depth < DEEP:
                self._depth += 1
                known[name] = read(self._names[name])
                self._depth -= 1
        return known[name]


def _assigned(node: ast.stmt) -> Iterator[tuple[str, ast.expr]]:
    if isinstance(node, ast.Assign):
        for target in node.targets:
            if isinstance(target, ast.Name):
                yield target.id, node.value
    elif isinstance(node, ast.AnnAssign) and node.value and isinstance(node.target, ast.Name):
        yield node.target.id, node.value
