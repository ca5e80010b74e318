"""Which release's rules a report was made by."""

from __future__ import annotations

import importlib.metadata


def ruleset_version() -> str:
    """Return this release of Trueline; two scores compare only under the same rules."""
    return importlib.metadata.version("trueline")
