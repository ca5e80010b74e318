"""Tests of code that is not there: they cannot have passed, whatever a report says."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from . import imports
from .naming import starts
from .sources import Code
from .suite import Case, Suite

# What may put names into a module that its source does not spell out.
_DYNAMIC = frozenset({"globals", "setattr", "exec", "vars", "__getattr__", "attach"})
_MADE = ("_pb2", "_pb2_grpc")  # made when the project is built


def grounded(suite: Suite, code: Code) -> Suite:
    """Return the suite, in which a test that uses what surely is not there asserts nothing."""
    if code.broken:
        return suite
    there = _There(code)
    return replace(suite, cases=tuple(there.judged(case) for case in suite.cases))


class _There:
    """What can be imported from the project's own modules."""

    def __init__(self, code: Code) -> None:
        self._modules = frozenset(code.modules)
        self._tops = {name.partition(".")[0] for name in code.modules}
        self._names = {*code.pieces, *code.aliases}
        for name in code.modules:  # a folder without __init__.py is a package as well
            self._names.update(starts(name))
        self._known: dict[str, bool] = {}
        said = {piece.module for piece in code.pieces.values() if piece.name or piece.words}
        said |= {name.rpartition(".")[0] for name in code.aliases}
        packages = {name for name, path in code.modules.items() if path.endswith("__init__.py")}
        self._hollow = self._modules - said - packages
        self._dynamic = set(_dynamic(code))

    def judged(self, case: Case) -> Case:
        """Return a test as it is, or as one that shows nothing."""
        if case.asserts and any(map(self._lacks, case.modules)):
            return replace(case, asserts=False)
        return case

    def _lacks(self, name: str) -> bool:
        if name not in self._known:
            self._known[name] = self._looked_up(name)
        return self._known[name]

    def _looked_up(self, name: str) -> bool:
        if name.partition(".")[0] not in self._tops:
            return False
        module = imports.nearest(name, self._modules)
        symbol = name.removeprefix(module).strip(".").partition(".")[0]
        if not symbol:
            return module in self._hollow
        if not module or module in self._dynamic:
            return False
        if symbol.startswith("_") or symbol.endswith(_MADE):
            return False
        return f"{module}.{symbol}" not in self._names


def _dynamic(code: Code) -> Iterator[str]:
    """Yield the modules whose names their source does not tell."""
    for piece in code.pieces.values():
        if piece.name in _DYNAMIC or piece.calls & _DYNAMIC:
            yield piece.module
    for name in code.aliases:
        if name.endswith(".*"):
            yield name.removesuffix(".*")
