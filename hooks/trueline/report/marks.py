"""Text of strangers inside Markdown: shown to the letter, never markup, link or mention."""

from __future__ import annotations

import re

# What has a meaning inside a line of GitHub's Markdown; a colon also begins a bare link or emoji.
_SPECIAL = re.compile(r"([\\`*_\[\]<>&~|$]|:(?=\S))")
_WEB = re.compile(r"(?i)\b(www)\.")
# `@team` calls people and `#12` links an issue even from plain text, so a comment parts them.
_CALLS = re.compile(r"([@#])(?=\w)|(?<=GH)(-)(?=\d)")
_BACKTICKS = re.compile(r"`+")


def escaped(text: str, most: int = 400) -> str:
    """Return a one-line text as Markdown that shows exactly this text, at most `most` long."""
    cut = text if len(text) <= most else f"{text[: most - 1]}…"
    safe = _WEB.sub(r"\1\\.", _SPECIAL.sub(r"\\\1", cut))
    return _CALLS.sub(lambda found: f"{found[0]}<!-- -->", safe)


def code(text: str, most: int = 200) -> str:
    """Return a one-line text as a code span, whatever backticks are in it."""
    cut = text if len(text) <= most else f"…{text[1 - most :]}"
    longest = max((len(found) for found in _BACKTICKS.findall(cut)), default=0)
    fence = "`" * (longest + 1)
    space = " " if cut.startswith("`") or cut.endswith("`") or not cut.strip() else ""
    return f"{fence}{space}{cut or ' '}{space}{fence}"
