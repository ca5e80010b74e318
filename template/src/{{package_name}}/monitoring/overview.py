"""What the monitoring jobs know, on one page: no script, nothing to load, readable on a phone."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from html import escape
from typing import Any

from .. import operations, reports
from ..settings import Settings
from . import retraining
from .page import document
from .retraining import ALERT, TRIGGERED, AlertLimits, Event

Report = Mapping[str, Any]
# As many alerts are listed, the newest first.
LISTED = 20
# The drawing's own units; the page scales it to the width it has.
WIDTH, HEIGHT, EDGE = 320, 90, 6
# A status in the colours of the drift page.
COLOURS = {"finding": "drift", "drift": "drift", "watch": "watch", "fine": "stable"}

STYLE = """
section { margin-top: 1.6rem; }
section > h2 { font-size: 1.15rem; margin-bottom: .4rem; }
table { border-collapse: collapse; width: 100%; font-size: .9375rem; }
th, td { text-align: left; padding: .3rem .6rem .3rem 0; border-bottom: 1px solid var(--line);
  vertical-align: top; overflow-wrap: anywhere; }
th { font-weight: 600; color: var(--soft); font-size: .875rem; }
td.n, th.n { text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap; }
td.j { white-space: nowrap; }
td.s { font-weight: 600; white-space: nowrap; }
polyline { fill: none; stroke: var(--new); stroke-width: 2; }
circle { fill: var(--new); }
line { stroke: var(--old); stroke-width: 1.5; stroke-dasharray: 5 4; }
@media (max-width: 34rem) { .wide { display: none; } }
"""


def write(settings: Settings, now: datetime) -> None:
    """Write reports/monitoring.html from the reports and events of this and earlier runs."""
    names = ("monitor", "quality", "perf_trend", "drift", "kpi", "cost")
    known = {name: reports.read(name, settings) or {} for name in names}
    limits = operations.section("alerts", AlertLimits)
    title = f"Monitoring: {settings.model_name}"
    text = overview(title, known, reports.events(settings), limits, now)
    reports.replace_file(settings.reports_dir / "monitoring.html", text.encode())


def overview(
    title: str,
    known: Mapping[str, Report],
    events: Sequence[Event],
    limits: AlertLimits,
    now: datetime,
) -> str:
    """Return the page, all texts escaped; `known` are the reports by name, empty: there is none."""
    monitor = known["monitor"]
    jobs = monitor.get("jobs", {})
    counts = [
        f'<b class="{colour}">{sum(job["status"] == status for job in jobs.values())} {status}</b>'
        for status, colour in (("finding", "drift"), ("fine", "stable"), ("unknown", "soft"))
    ]
    made = now.astimezone(UTC).strftime("%Y-%m-%d %H:%M UTC")
    version = escape(str(monitor.get("model_version") or "none"))
    parts = [
        f"<h1>{escape(title)}</h1>\n<p>{' · '.join(counts)}</p>",
        f'<p class="soft">Champion: version {version}<br>Made: {made}</p>',
        _section("Jobs", _jobs(jobs)),
        _section("Over time", _plots(known)),
        _section("KPIs", _kpis(known["kpi"])),
        _section("Cost of a month", _cost(known["cost"])),
        _section("Alerts", _alerts(events, limits)),
        _section("Drift", _drift(known["drift"])),
    ]
    return document(title, "\n".join(parts), STYLE)


def _section(title: str, content: str) -> str:
    return f"<section><h2>{title}</h2>\n{content}\n</section>"


def _table(head: Sequence[tuple[str, str]], rows: Sequence[Sequence[str]]) -> str:
    """Return a table; `head` are pairs of title and class, cells are HTML already."""
    titles = "".join(f'<th class="{kind}">{escape(text)}</th>' for text, kind in head)
    lines = "\n".join(
        "<tr>"
        + "".join(
            f'<td class="{kind}">{cell}</td>' for (_, kind), cell in zip(head, row, strict=True)
        )
        + "</tr>"
        for row in rows
    )
    return f"<table>\n<tr>{titles}</tr>\n{lines}\n</table>"


def _status(status: str) -> str:
    return f'<span class="{COLOURS.get(status, "soft")}">{escape(status)}</span>'


def _nothing(text: str) -> str:
    return f'<p class="soft">{escape(text)}</p>'


def _jobs(jobs: Mapping[str, Report]) -> str:
    order = ("finding", "fine", "unknown")
    ranked = sorted(jobs.items(), key=lambda pair: order.index(pair[1]["status"]))
    return _table(
        [("job", "j"), ("", "s"), ("what was found", "")],
        [(escape(name), _status(job["status"]), escape(job["message"])) for name, job in ranked],
    )


def _plots(known: Mapping[str, Report]) -> str:
    series = dict(known["perf_trend"].get("series", {}))
    drawn = []
    for name, one in series.items():
        points = one["points"]
        if len(points) >= 2:
            report = known["quality"] if name == "quality" else {}
            label = str(report.get("metric", name))
            drawn.append(_plot(label, points, report.get("holdout"), ", ".join(one["found"])))
    if not drawn:
        return _nothing("No series has two days yet.")
    return f"<main>{''.join(drawn)}</main>"


def _plot(name: str, points: Sequence[tuple[str, float]], level: float | None, found: str) -> str:
    """Draw a series as a line, and the value on the test rows as a dashed level."""
    values = [value for _, value in points]
    shown = [*values, level] if level is not None else values
    low, high = min(shown), max(shown)
    unit = (high - low) or 1.0

    def height(value: float) -> float:
        return HEIGHT - EDGE - (value - low) / unit * (HEIGHT - 2 * EDGE)

    step = (WIDTH - 2 * EDGE) / (len(values) - 1)
    spots = [(EDGE + step * number, height(value)) for number, value in enumerate(values)]
    dots = "".join(
        f'<circle cx="{x:.1f}" cy="{y:.1f}" r="3">'
        f"<title>{escape(day)}: {value:.4g}</title></circle>"
        for (x, y), (day, value) in zip(spots, points, strict=True)
    )
    line = ""
    if level is not None:
        y = height(level)
        line = f'<line x1="0" x2="{WIDTH}" y1="{y:.1f}" y2="{y:.1f}"/>'
    path = " ".join(f"{x:.1f},{y:.1f}" for x, y in spots)
    status = "drift" if {"sudden", "slow"} & set(found.split(", ")) else "soft"
    ends = f"<span>{escape(points[0][0])}</span><span>{escape(points[-1][0])}</span>"
    test = "" if level is None else f"; test rows {level:.4g} (dashed)"
    return f"""<article>
<span class="status {status}">{escape(found)}</span>
<h2>{escape(name)}</h2>
<svg viewBox="0 0 {WIDTH} {HEIGHT}" role="img" aria-label="{escape(name)} over time">{line}
<polyline points="{path}"/>{dots}</svg>
<div class="ends soft">{ends}</div>
<p class="soft">last {values[-1]:.4g}, lowest {min(values):.4g}, highest {max(values):.4g}{test}</p>
</article>"""


def _drift(report: Report) -> str:
    columns = report.get("columns", {})
    if not columns:
        return _nothing("Nothing was compared yet.")
    head = [("column", ""), ("", "s"), ("PSI", "n"), ("p", "n")]
    tables = {}
    for status in ("drift", "watch", "stable"):
        found = [(name, one) for name, one in columns.items() if one["status"] == status]
        rows = [
            (escape(name), _status(status), f"{one['psi']:.3f}", f"{one['p_adjusted']:.2g}")
            for name, one in sorted(found, key=lambda pair: -pair[1]["psi"])
        ]
        tables[status] = _table(head, rows) if rows else ""
    stable = sum(one["status"] == "stable" for one in columns.values())
    folded = f"<details><summary>{stable} stable</summary>{tables.pop('stable')}</details>"
    day = escape(str(report.get("created_at", ""))[:16].replace("T", " "))
    source = escape(str(report.get("current", "")))
    note = f'<p class="soft">{source}, {day} UTC; drift.html has the bins.</p>'
    return "\n".join([note, *tables.values(), folded])


def _kpis(report: Report) -> str:
    if not report.get("kpis"):
        return _nothing("No KPI was computed yet.")
    rows = [
        (
            f'{escape(one["name"])} <span class="soft">{escape(one["unit"])}</span>',
            escape(one["status"]),
            f"{one['value']:.4g}",
            f"{one['baseline']:.4g}",
            f"{one['target']:.4g}",
        )
        for one in report["kpis"]
    ]
    delay = f"Delay of the labels in days: {report['label_delay_days']:g}."
    head = [("KPI", ""), ("", ""), ("now", "n"), ("before", "n"), ("wanted", "n")]
    return f'<p class="soft">{delay}</p>\n{_table(head, rows)}'


def _cost(report: Report) -> str:
    if not report:
        return _nothing("No cost was estimated yet.")
    currency = escape(report["rates"]["currency"])
    rows = [(escape(name), f"{amount:,.2f}") for name, amount in report["month"].items()]
    rows.append(("left of the budget", f"{report['budget_delta']:,.2f}"))
    return _table([("", ""), (currency, "n")], rows)


def _alerts(events: Sequence[Event], limits: AlertLimits) -> str:
    judged = retraining.outcomes(events)
    alerts = [event for event in events if event["type"] == ALERT][::-1][:LISTED]
    if not alerts:
        return _nothing("There was no alert yet.")
    verdict = {True: "right", False: "wrong", None: "open"}
    rows = [
        (
            escape(event["ts"][:16].replace("T", " ")),
            escape(event["job"]),
            verdict[judged.get(event["event_id"])],
            f'{escape(event["message"])}<br><span class="soft">{escape(event["event_id"])}</span>',
        )
        for event in alerts
    ]
    told = "".join(
        f"<li>{escape(job)}: {escape(text)}</li>"
        for job, text in retraining.precision(events, limits).items()
    )
    asked = [event for event in events if event["type"] == TRIGGERED][-1:]
    request = "".join(
        f"<p>A new training was requested on {escape(event['ts'][:10])}: "
        f"{escape(', '.join(event['reasons']))}.</p>"
        for event in asked
    )
    head = [("when (UTC)", ""), ("job", "j"), ("outcome", ""), ("message, id", "wide")]
    return f"{request}<ul>{told}</ul>\n{_table(head, rows)}"
