"""A word to whoever waits, once it takes long enough to wonder."""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

_PATIENCE = 2.0  # seconds


@contextmanager
def announced(what: str) -> Iterator[Callable[[], None]]:
    """Say on a terminal what is going on if it takes more than two seconds.

    It is over with the context, or before, when the given function is called. Where stderr is no
    terminal nobody waits, and a reader of logs expects one line for a refusal.
    """
    timer = threading.Timer(_PATIENCE, lambda: print(f"trueline: {what} ...", file=sys.stderr))
    timer.daemon = True
    if sys.stderr.isatty():
        timer.start()
    try:
        yield timer.cancel
    finally:
        timer.cancel()
