"""What waits for git, done beside what reads Python."""

from __future__ import annotations

from collections.abc import Callable
from threading import Thread
from typing import Generic, TypeVar

Value = TypeVar("Value")


class Beside(Generic[Value]):
    """A piece of work that has begun; whoever asks for its result waits until it is done."""

    def __init__(self, work: Callable[[], Value]) -> None:
        self._done: list[Value] = []
        self._error: Exception | None = None
        self._thread = Thread(target=self._run, args=(work,), daemon=True)
        self._thread.start()

    def _run(self, work: Callable[[], Value]) -> None:
        try:
            self._done.append(work())
        except Exception as error:
            self._error = error

    def result(self) -> Value:
        """Return what came of it, or raise what went wrong."""
        self._thread.join()
        if self._error is not None:
            raise self._error
        return self._done[0]
