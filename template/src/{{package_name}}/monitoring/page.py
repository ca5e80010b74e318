"""The drift report as one page: no script, nothing to load, readable on a phone."""

from __future__ import annotations

from collections.abc import Mapping
from html import escape

from .drift import MISSING, OTHER, ColumnDrift, Status, by_status

# Drifted columns first, and in each group the largest PSI first.
ORDER: tuple[Status, ...] = ("drift", "watch", "stable")
# More bins than this are too thin to see on a phone; the rest is drawn as one.
MAX_BARS = 40
# The drawing's own units; the page scales it to the width it has.
WIDTH, HEIGHT, GAP = 320, 72, 3

STYLE = """
:root { color-scheme: light dark; --ink: #1b1f24; --paper: #fff; --line: #d0d7de; --soft: #59636e;
  --old: #6e7781; --new: #0969da; --drift: #cf222e; --watch: #9a6700; --stable: #1a7f37; }
@media (prefers-color-scheme: dark) { :root { --ink: #e6edf3; --paper: #0d1117; --line: #30363d;
  --soft: #9198a1; --old: #6e7681; --new: #4493f8; --drift: #f85149; --watch: #d29922;
  --stable: #3fb950; } }
body { margin: 0 auto; max-width: 72rem; padding: 1rem; color: var(--ink); background: var(--paper);
  font: 16px/1.45 system-ui, sans-serif; }
h1 { font-size: 1.4rem; margin: 0 0 .3rem; }
p { margin: .3rem 0; }
.soft { color: var(--soft); font-size: .875rem; }
main { display: grid; gap: .75rem; margin-top: 1rem;
  grid-template-columns: repeat(auto-fill, minmax(min(19rem, 100%), 1fr)); }
article { border: 1px solid var(--line); border-radius: .4rem; padding: .7rem .8rem; min-width: 0; }
h2 { font-size: 1rem; margin: 0; overflow-wrap: anywhere; }
.status { float: right; margin-left: .5rem; font-weight: 600; font-size: .875rem; }
.drift { color: var(--drift); } .watch { color: var(--watch); } .stable { color: var(--stable); }
.old { color: var(--old); } .new { color: var(--new); }
svg { display: block; width: 100%; height: auto; margin: .5rem 0 .2rem; }
svg .o { fill: var(--old); } svg .n { fill: var(--new); }
.ends { display: flex; justify-content: space-between; gap: 1rem; }
.ends span { overflow-wrap: anywhere; }
"""


def page(
    found: Mapping[str, ColumnDrift],
    title: str,
    facts: Mapping[str, str],
    target: str | None = None,
) -> str:
    """Return the page for what `drift.compare` found.

    `facts` stand below the title, as pairs of a name and a text; the column `target` is marked as
    the label. All texts are escaped.
    """
    names = [name for status in ORDER for name in by_status(found, status)]
    cards = "\n".join(_card(name, found[name], name == target) for name in names)
    lines = "<br>".join(f"{escape(name)}: {escape(text)}" for name, text in facts.items())
    body = f"""<h1>{escape(title)}</h1>
<p>{_summary(found)}</p>
<p class="soft">{lines}</p>
<p class="soft">Bars: share of rows in each bin, <b class="old">reference</b> beside
<b class="new">current</b>. PSI: how far apart they are. p: how likely that is by chance,
adjusted for the number of columns.</p>
<main>
{cards}
</main>"""
    return document(title, body)


def document(title: str, body: str, style: str = "") -> str:
    """Return a page of its own; `body` is HTML already, `style` is added to the style of all."""
    return f"""<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{escape(title)}</title>
<style>{STYLE}{style}</style>
</head>
<body>
{body}
</body>
</html>
"""


def _summary(found: Mapping[str, ColumnDrift]) -> str:
    counts = {
        status: sum(column["status"] == status for column in found.values()) for status in ORDER
    }
    return " · ".join(
        f'<b class="{status}">{count} {status}</b>' for status, count in counts.items()
    )


def _card(name: str, column: ColumnDrift, is_label: bool) -> str:
    status = column["status"]
    figures = [f"PSI {column['psi']:.3f}", _p(column["p_adjusted"])]
    figures.append(f"{'KS' if column['test'] == 'ks' else 'χ²'} {column['statistic']:.3g}")
    if column["change"] is not None:
        figures.append(f"change {column['change']:+.1%}")
    mark = ' <span class="soft">(label)</span>' if is_label else ""
    return f"""<article>
<span class="status {status}">{status}</span>
<h2>{escape(name)}{mark}</h2>
{_bars(name, column)}
{_ends(column["bins"])}
<p class="soft">{" · ".join(figures)}</p>
</article>"""


def _p(p_value: float) -> str:
    return "p &lt; 0.0001" if p_value < 0.0001 else f"p = {p_value:.2g}"


def _bars(name: str, column: ColumnDrift) -> str:
    """Draw two bars a bin, with the figures as a tooltip."""
    shares = _folded(column)
    top = max(max(old, new) for _, old, new in shares)
    slot = WIDTH / len(shares)
    width = (slot - GAP) / 2
    drawn = []
    for index, (label, old, new) in enumerate(shares):
        bars = "".join(
            f'<rect class="{kind}" x="{index * slot + side * width:.1f}" '
            f'y="{HEIGHT * (1 - share / top):.1f}" width="{width:.1f}" '
            f'height="{HEIGHT * share / top:.1f}"/>'
            for side, (kind, share) in enumerate((("o", old), ("n", new)))
        )
        drawn.append(f"<g><title>{escape(label)}: {old:.1%} → {new:.1%}</title>{bars}</g>")
    return (
        f'<svg viewBox="0 0 {WIDTH} {HEIGHT}" role="img" '
        f'aria-label="{escape(name)}: shares of reference and current">{"".join(drawn)}</svg>'
    )


def _folded(column: ColumnDrift) -> list[tuple[str, float, float]]:
    """Return name and both shares of each bin to draw."""
    shares = list(zip(column["bins"], column["reference"], column["current"], strict=True))
    kept, rest = shares[:MAX_BARS], shares[MAX_BARS:]
    if rest:
        label = f"{len(rest)} more, up to {rest[-1][0]}"
        kept.append((label, sum(old for _, old, _ in rest), sum(new for _, _, new in rest)))
    return kept


def _ends(bins: list[str]) -> str:
    """Name the outermost bins below the drawing, and those for other and missing values."""
    named = [label for label in bins if label not in (MISSING, OTHER)]
    texts = [*named[:1], *named[1:][-1:], *(label for label in bins if label not in named)]
    spans = "".join(f"<span>{escape(text)}</span>" for text in texts)
    return f'<div class="ends soft">{spans}</div>'
