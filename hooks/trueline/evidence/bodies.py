"""The body of a function by AST: what its names stand for, what it says, what its answer needs."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterable, Sequence
from functools import cached_property

from .naming import Scope, arguments, given, imported, made_of, meant_by
from .python import flat, words
from .slices import Slice, cut
from .statements import Definition, Said, expressions, live, said


class Body:
    """What stands in one function, read when somebody asks: about most functions nobody does."""

    def __init__(
        self, node: Definition, dotted: str, package: Sequence[str], around: Callable[[], Scope]
    ) -> None:
        self.node, self.dotted = node, dotted
        self._package, self._around = package, around

    @cached_property
    def statements(self) -> list[ast.stmt]:
        """Those that can run."""
        return list(live(self.node.body))

    @cached_property
    def nested(self) -> list[Definition]:
        """The functions directly in it."""
        return [one for one in self.statements if isinstance(one, Definition)]

    @cached_property
    def _scope(self) -> Scope:
        """What the names in it stand for."""
        around = self._around()
        here = given(self.node, around)
        for one in self.statements:
            here.update(imported(one, self._package))
        here.update({one.name: f"{self.dotted}.{one.name}" for one in self.nested})
        here.update(made_of(self.statements, (here, *around)))
        return (here, *around)

    def names(self) -> Scope:
        """Return the scope, for a function inside."""
        return self._scope

    @cached_property
    def slice(self) -> Slice:
        """What its answer depends on."""
        return cut(self.node)

    @cached_property
    def mentioned(self) -> frozenset[str]:
        """All names and texts in it."""
        return frozenset(words(flat(self.node)))

    @cached_property
    def parameters(self) -> frozenset[str]:
        """The names of its parameters."""
        return frozenset(arg.arg for arg in arguments(self.node)) - {"self", "cls"}

    @cached_property
    def hints(self) -> Said:
        """What the annotations of its parameters say."""
        return said(*(hint for arg in arguments(self.node) if (hint := arg.annotation)))

    @cached_property
    def said(self) -> Said:
        """What its expressions say, apart from those of functions in it."""
        return said(*(one for node in self.statements for one in expressions(node)))

    @cached_property
    def chains(self) -> frozenset[str]:
        """The names that it looks up, those of its decorators and annotations included."""
        return self.said.chains | said(*self.node.decorator_list).chains | self.hints.chains

    def meant(self, names: Iterable[str]) -> frozenset[str]:
        """Return what names in it stand for."""
        return frozenset(meant_by(name, self._scope) for name in names)


class Top:
    """The statements of a module beside its functions and classes. They answer nothing."""

    slice, said, hints = Slice(), said(), said()
    parameters = mentioned = frozenset[str]()

    def __init__(self, statements: Sequence[ast.stmt], scope: Callable[[], Scope]) -> None:
        self._statements, self._scope = statements, scope

    @cached_property
    def chains(self) -> frozenset[str]:
        """The names that they look up."""
        return said(*(one for node in self._statements for one in expressions(node))).chains

    def meant(self, names: Iterable[str]) -> frozenset[str]:
        """Return what names at the top of the module stand for."""
        scope = self._scope()
        return frozenset(meant_by(name, scope) for name in names)
