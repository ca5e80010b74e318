"""The way so far as a drawing: SVG without fonts, scripts or network, that says what it shows."""

from __future__ import annotations

from datetime import datetime
from html import escape

from .way import Point

WIDTH, HEIGHT = 720, 320
LEFT, RIGHT, TOP, BOTTOM = 56, 16, 44, 52
TICKS, STEPS = 5, (1, 2, 5, 10, 20)
# On white: 7 to 1 and more for text; the two lines differ in dashes, too.
INK, QUIET, GRID, CORE, ASKED = "#1a1d21", "#4b535c", "#dfe3e7", "#1e6b2b", "#0b57a4"


def plot(points: list[Point]) -> str:
    """Return the drawing of one or more points: met and applicable statements of the core."""
    most = max(1, *(point.core.applicable for point in points))
    step = _step(most)
    top = -(-most // step) * step
    times = [point.commit.at for point in points]
    met = [(_x(p.commit.at, times), _y(p.core.met, top)) for p in points]
    asked = [(_x(p.commit.at, times), _y(p.core.applicable, top)) for p in points]
    title = "Statements of the core that are met, over time"
    shapes = [
        *_grid(top, step),
        *_dates(times),
        _stairs(asked, ASKED, "6 4"),
        _stairs(met, CORE, ""),
    ]
    shapes += [_dot(x, y, point) for (x, y), point in zip(met, points, strict=True)]
    return f"""<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" \
width="{WIDTH}" height="{HEIGHT}" role="img" aria-labelledby="title desc" \
font-family="system-ui,Verdana,DejaVu Sans,sans-serif" font-size="12">
  <title id="title">{title}</title>
  <desc id="desc">{escape(described(points))}</desc>
  <rect width="{WIDTH}" height="{HEIGHT}" fill="#ffffff"/>
  <text x="{LEFT}" y="20" font-size="14" font-weight="bold" fill="{INK}">{title}</text>
{chr(10).join(f"  {shape}" for shape in shapes)}
  <text x="14" y="{(TOP + HEIGHT - BOTTOM) / 2:g}" fill="{QUIET}" text-anchor="middle" \
transform="rotate(-90 14 {(TOP + HEIGHT - BOTTOM) / 2:g})">statements</text>
  <text x="{(LEFT + WIDTH - RIGHT) / 2:g}" y="{HEIGHT - 8}" fill="{QUIET}" \
text-anchor="middle">date of the commit</text>
{_key()}
</svg>
"""


def described(points: list[Point]) -> str:
    """Return in one sentence what the drawing shows."""
    first, last = points[0], points[-1]
    if len(points) == 1:
        return f"{last.core.met} of {last.core.applicable} on {last.commit.at:%Y-%m-%d}."
    return (
        f"{len(points)} commits: from {first.core.met} of {first.core.applicable} on "
        f"{first.commit.at:%Y-%m-%d} to {last.core.met} of {last.core.applicable} on "
        f"{last.commit.at:%Y-%m-%d}."
    )


def _x(at: datetime, times: list[datetime]) -> float:
    span = (max(times) - min(times)).total_seconds()
    share = (at - min(times)).total_seconds() / span if span else 0.5
    return LEFT + share * (WIDTH - LEFT - RIGHT)


def _y(value: int, top: int) -> float:
    return HEIGHT - BOTTOM - value / top * (HEIGHT - TOP - BOTTOM)


def _step(most: int) -> int:
    """Return a round distance of the lines, so that few of them reach the largest count."""
    return next((step for step in STEPS if step * TICKS >= most), most)


def _grid(top: int, step: int) -> list[str]:
    return [
        f'<path d="M{LEFT} {_y(v, top):.1f}H{WIDTH - RIGHT}" stroke="{GRID}"/>'
        f'<text x="{LEFT - 8}" y="{_y(v, top) + 4:.1f}" fill="{QUIET}" text-anchor="end">{v}</text>'
        for v in range(0, top + 1, step)
    ]


def _dates(times: list[datetime]) -> list[str]:
    first, last = min(times), max(times)
    span = last - first
    count = 1 if not span else 4
    form = "%Y-%m-%d" if not span or span.days >= 4 else "%m-%d %H:%M"
    texts = []
    for number in range(count):
        at = first + span * number / max(1, count - 1)
        anchor = "middle" if count == 1 else ("start", "middle", "middle", "end")[number]
        texts.append(
            f'<text x="{_x(at, times):.1f}" y="{HEIGHT - BOTTOM + 18}" fill="{QUIET}" '
            f'text-anchor="{anchor}">{at:{form}}</text>'
        )
    return texts


def _stairs(places: list[tuple[float, float]], colour: str, dashes: str) -> str:
    """A score holds until the next commit, so the line goes in steps."""
    x, y = places[0]
    path = f"M{x:.1f} {y:.1f}" + "".join(f"H{x:.1f}V{y:.1f}" for x, y in places[1:])
    dashed = f' stroke-dasharray="{dashes}"' if dashes else ""
    return f'<path d="{path}" fill="none" stroke="{colour}" stroke-width="2"{dashed}/>'


def _dot(x: float, y: float, point: Point) -> str:
    said = f"{point.commit.sha[:12]}, {point.commit.at:%Y-%m-%d}: "
    said += f"{point.core.met} of {point.core.applicable}"
    return f'<circle cx="{x:.1f}" cy="{y:.1f}" r="3.5" fill="{CORE}"><title>{said}</title></circle>'


def _key() -> str:
    start = WIDTH - RIGHT - 190
    return (
        f'  <path d="M{start} 32h24" stroke="{CORE}" stroke-width="2"/>'
        f'<text x="{start + 30}" y="36" fill="{INK}">met</text>\n'
        f'  <path d="M{start + 80} 32h24" stroke="{ASKED}" stroke-width="2" '
        f'stroke-dasharray="6 4"/>'
        f'<text x="{start + 110}" y="36" fill="{INK}">applicable</text>'
    )
