"""A word to whoever waits, once it takes long enough to wonder."""

from __future__ import annotations

import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager

_PATIENCE = 2.0  # seconds


@contextmanager
def announced(what: str) -> Iterator[None]:
    """Say on stderr what is going on if the context takes more than two seconds."""
    timer = threading.Timer(_PATIENCE, lambda: print(f"trueline: {what} ...", file=sys.stderr))
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()
