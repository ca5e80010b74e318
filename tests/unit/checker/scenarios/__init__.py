"""What each scenario of expected.yaml means on disk: one function changes one thing of a mature project."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from trueline.maturity.prose import STARTERS
from unit.checker.building import TEMPLATE

Change = Callable[..., Any]
KNOWN: dict[tuple[str, str], Change] = {}


class Scenarios:
    """The scenarios of one statement; `scenarios("id")` registers a function under that id."""

    def __init__(self, statement: str) -> None:
        self._statement = statement

    def __call__(self, *names: str) -> Callable[[Change], Change]:
        def register(change: Change) -> Change:
            for name in names:
                assert (self._statement, name) not in KNOWN, name
                KNOWN[self._statement, name] = change
            return change

        return register

    def simply(self, **changes: Change) -> None:
        """Register one-line changes; underscores of the keywords stand for hyphens."""
        for name, change in changes.items():
            self(name.replace("_", "-"))(change)


def shipped(path: str) -> str:
    """Return a page as the template ships it, or as `trueline start` writes it."""
    found = next(top / path for top in (TEMPLATE, STARTERS) if (top / path).is_file())
    return found.read_text("utf-8")
