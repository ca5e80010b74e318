"""Text for people on a terminal: as wide as it is, coloured only where colours can be seen."""

from __future__ import annotations

import io
import os
import shutil
import sys
from collections.abc import Callable

from rich.console import Console

_PLAIN = {"✔": "+", "◐": "~", "✘": "x", "⧗": "!", "\u2013": "-", "·": "|", "→": ">"}
_PLAIN |= {bar: str(height) for height, bar in enumerate("▁▂▃▄▅▆▇█", 1)}


def painted(
    draw: Callable[[Console], None], *, terminal: bool = False, width: int | None = None
) -> str:
    """Return what `draw` prints, at most `width` columns wide; colours need a terminal."""
    colours = terminal and sys.stdout.isatty() and not os.environ.get("NO_COLOR")
    columns = width or shutil.get_terminal_size((100, 24)).columns
    buffer = io.StringIO()
    console = Console(
        file=buffer,
        width=max(40, min(columns, 120)),
        force_terminal=bool(colours),
        no_color=not colours,
        color_system="standard" if colours else None,
        highlight=False,
        legacy_windows=False,
    )
    draw(console)
    return _encodable("\n".join(line.rstrip() for line in buffer.getvalue().splitlines()) + "\n")


def _encodable(text: str) -> str:
    """Replace the symbols where the terminal's encoding has none."""
    encoding = getattr(sys.stdout, "encoding", None) or "utf-8"
    try:
        text.encode(encoding)
    except UnicodeEncodeError:
        for symbol, plain in _PLAIN.items():
            text = text.replace(symbol, plain)
        text = text.encode(encoding, "replace").decode(encoding)
    return text
