"""The badge: one line of text, as our own SVG or for a shields.io endpoint."""

from __future__ import annotations

import json
from html import escape

from ..maturity.score import Core, Result
from .plain import plain

# Text that is white on it keeps a contrast of at least 4.5 to 1 (WCAG 2.1, 1.4.3).
GREEN, OLIVE, AMBER, RED, GREY = "#2d7d32", "#5c7019", "#a15c00", "#b3261e", "#616161"
_NAMES = {
    GREEN: "brightgreen",
    OLIVE: "yellowgreen",
    AMBER: "orange",
    RED: "red",
    GREY: "lightgrey",
}
LABEL = "maturity"


def message(core: Core, phase: str = "production", beyond: Core | None = None) -> str:
    """Return the badge's text, as `core 5/11 · 1 stale · 1 unknown · advanced 6/12`.

    What is zero is left out, and so are the sections beyond the core where none of them applies.
    """
    name = "core" if phase == "production" else f"{phase} core"
    parts = [f"{name} {core.met}/{core.applicable}"]
    parts += [f"{core.stale} stale"] if core.stale else []
    parts += [f"{core.unknown} unknown"] if core.unknown else []
    parts += [f"advanced {beyond.met}/{beyond.applicable}"] if beyond and beyond.applicable else []
    return " · ".join(parts)


def headline(result: Result) -> str:
    """Return the text for a result, as it stands on the badge and above each report."""
    return message(result.core, plain(result.phase), result.beyond)


def colour(core: Core) -> str:
    """Return the colour by the share that is met; grey when too much is unknown to say."""
    if core.unclear or not core.applicable:
        return GREY
    for least, name in ((0.95, GREEN), (0.7, OLIVE), (0.4, AMBER)):
        if core.share >= least:
            return name
    return RED


def endpoint(result: Result) -> str:
    """Return what a shields.io badge reads. Source: https://shields.io/badges/endpoint-badge."""
    body = {
        "schemaVersion": 1,
        "label": LABEL,
        "message": headline(result),
        "color": _NAMES[colour(result.core)],
    }
    return json.dumps(body, ensure_ascii=False) + "\n"


def svg(result: Result) -> str:
    """Return the badge as an SVG that needs no font, no network, and reads itself aloud."""
    said = headline(result)
    left, right = _width(LABEL), _width(said)
    title = escape(f"{LABEL}: {said}")
    size = f'width="{left + right}" height="20"'
    return f"""<svg xmlns="http://www.w3.org/2000/svg" {size} role="img" aria-labelledby="title">
  <title id="title">{title}</title>
  <clipPath id="round"><rect {size} rx="3"/></clipPath>
  <g clip-path="url(#round)">
    <rect width="{left}" height="20" fill="#444444"/>
    <rect x="{left}" width="{right}" height="20" fill="{colour(result.core)}"/>
  </g>
  <g fill="#ffffff" font-family="Verdana,DejaVu Sans,Geneva,sans-serif" font-size="11" \
text-anchor="middle" aria-hidden="true">
    <text x="{left / 2:g}" y="14" textLength="{left - 12}">{escape(LABEL)}</text>
    <text x="{left + right / 2:g}" y="14" textLength="{right - 12}">{escape(said)}</text>
  </g>
</svg>
"""


# Widths in pixels at 11 px Verdana, rounded; textLength makes other fonts fit.
_NARROW, _WIDE = "ijlt.,:|/ ·", "mwMW"


def _width(text: str) -> int:
    return 12 + round(sum(4.2 if c in _NARROW else 10.2 if c in _WIDE else 7.0 for c in text))
