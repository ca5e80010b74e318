"""A section's outcomes as one bar: inline SVG that says in words what it shows."""

from __future__ import annotations

from html import escape

from ..maturity.score import Core, Outcome
from .sections import tally

# From what is done to what is missing; what does not apply takes no room.
ORDER = (Outcome.MET, Outcome.PARTIAL, Outcome.STALE, Outcome.UNKNOWN, Outcome.UNMET)


def bar(counts: Core, name: str) -> str:
    """Return the bar; its colours come from the page's style sheet."""
    label = escape(f"{name}: {tally(counts)}")
    parts = []
    done = 0
    for outcome in ORDER:
        number = getattr(counts, outcome.value)
        if number:
            x, end = (100 * n / counts.applicable for n in (done, done + number))
            # A thin gap keeps neighbours apart for those who do not see the colours.
            shown = end - x - (0.6 if done + number < counts.applicable else 0)
            parts.append(
                f'<rect class="{outcome.value}" x="{x:.2f}" y="0" width="{shown:.2f}" height="8"/>'
            )
            done += number
    return (
        f'<svg role="img" aria-label="{label}" viewBox="0 0 100 8" preserveAspectRatio="none">'
        f"<title>{label}</title>{''.join(parts)}</svg>"
    )
