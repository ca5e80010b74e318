"""The report as one HTML file: no script, no network, for screen, phone and paper."""

from __future__ import annotations

from html import escape
from pathlib import Path

from ..maturity.advice import advice
from ..maturity.levels import Standing, standings
from ..maturity.score import Core, Outcome, Result, Statement
from .badge import headline
from .bar import bar
from .entry import anchor, entry, todo
from .plain import cleaned
from .ruleset import ruleset_version
from .sections import MEANINGS, SYMBOLS, WORDS, Section, coverage, sections, tally

STYLE = Path(__file__).with_name("page.css")
STEPS = 5


def as_html(result: Result) -> str:
    """Return the page; everything that comes from the repository is escaped."""
    result = cleaned(result)
    title = escape(f"Maturity: {headline(result)}")
    found = sections(result)
    body = [
        _header(result, title),
        '<main id="content">',
        _summary(result, found),
        _steps(result),
        _levels(result),
        '<label class="only"><input type="checkbox" id="only"> Show only what is left</label>',
        *(_section(section) for section in found),
        "</main>",
        _footer(result),
    ]
    return f"""<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta http-equiv="Content-Security-Policy" \
content="default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'">
<title>{title}</title>
<style>
{STYLE.read_text("utf-8")}</style>
</head>
<body>
{chr(10).join(part for part in body if part)}
</body>
</html>
"""


def _header(result: Result, title: str) -> str:
    commit = f"commit <code>{escape(result.commit[:12])}</code>"
    return (
        '<header>\n<a class="skip" href="#content">Skip to the result</a>\n'
        f"<h1>{title}</h1>\n"
        f'<p class="quiet">Phase {escape(result.phase)}, '
        f"{commit if result.commit else 'no commit yet'}, "
        f'<time datetime="{result.now.isoformat()}">{result.now:%Y-%m-%d %H:%M} UTC</time></p>\n'
        "</header>"
    )


def _summary(result: Result, found: list[Section]) -> str:
    figures = [_figure("Core, sections 1 to 4", result.core)]
    if result.beyond.applicable:
        figures.append(_figure("Advanced, sections 5 to 7", result.beyond))
    bars = "\n".join(_bar(section) for section in found)
    used = {statement.outcome for statement in result.statements}
    key = "\n".join(
        f'<li><span class="word {o.value}"><span aria-hidden="true">{SYMBOLS[o]}</span> {WORDS[o]}'
        f"</span> {MEANINGS[o]}</li>"
        for o in Outcome
        if o in used
    )
    return (
        '<section aria-labelledby="summary">\n<h2 id="summary">Summary</h2>\n'
        f'<ul class="figures" role="list">\n{"".join(figures)}</ul>\n'
        f'<nav aria-label="Sections">\n<ul class="bars" role="list">\n{bars}\n</ul>\n</nav>\n'
        f'<ul class="key" role="list">\n{key}\n</ul>\n</section>'
    )


def _figure(name: str, counts: Core) -> str:
    return (
        f"<li>{name} <strong>{counts.met}/{counts.applicable}</strong> "
        f'<span class="quiet">{tally(counts)}</span></li>\n'
    )


def _bar(section: Section) -> str:
    name = f"{section.number} {section.title}"
    counts = section.counts
    share = f"{counts.met} of {counts.applicable} met" if counts.applicable else "does not apply"
    return (
        f'<li><a href="#section-{escape(section.number)}">{escape(name)}</a> '
        f'<span class="share">{share}</span> {bar(counts, name)}</li>'
    )


def _steps(result: Result) -> str:
    chosen = advice(result)[:STEPS]
    if not chosen:
        return ""
    steps = "\n".join(f"<li>{_step(statement)}</li>" for statement in chosen)
    return (
        '<section aria-labelledby="steps">\n<h2 id="steps">Best next steps</h2>\n'
        f"<ol>\n{steps}\n</ol>\n</section>"
    )


def _step(statement: Statement) -> str:
    return (
        f'<a href="#{anchor(statement)}">{escape(statement.entry.id)} '
        f"{escape(statement.entry.title)}</a><br>"
        f"{todo(statement.remedy or statement.entry.remedy)}"
    )


def _levels(result: Result) -> str:
    there = {statement.entry.id: anchor(statement) for statement in result.statements}
    rows = "\n".join(_level(standing, there) for standing in standings(result))
    return (
        '<section aria-labelledby="levels">\n<h2 id="levels">Levels</h2>\n<table>\n'
        "<caption>Where the statements that are met put the project on two public scales."
        '</caption>\n<thead><tr><th scope="col">Scale</th><th scope="col">Level</th>'
        '<th scope="col">The next one asks</th></tr></thead>\n'
        f"<tbody>\n{rows}\n</tbody>\n</table>\n</section>"
    )


def _level(standing: Standing, there: dict[str, str]) -> str:
    names = [
        f'<a href="#{there[name]}">{escape(name)}</a>' if name in there else escape(name)
        for name in standing.left
    ]
    left = ", ".join(names) or "nothing more"
    scale = standing.scale
    return (
        f'<tr><th scope="row"><a href="{escape(scale.source)}">{escape(scale.name)}</a></th>'
        f"<td>{standing.reached} of {standing.top}: {escape(standing.title)}</td>"
        f"<td>{left}</td></tr>"
    )


def _section(section: Section) -> str:
    name = f"section-{escape(section.number)}"
    entries = "\n".join(entry(statement) for statement in section.statements)
    return (
        f'<section aria-labelledby="{name}">\n'
        f'<h2 id="{name}">{escape(section.number)} {escape(section.title)}</h2>\n'
        f'<ul class="statements" role="list">\n{entries}\n</ul>\n</section>'
    )


def _footer(result: Result) -> str:
    notes = [f"could not read {path}: {problem}" for path, problem in result.unreadable]
    notes += [f"assumed: {said}" for said in result.assumed]
    listed = "".join(f"<li>{escape(note)}</li>\n" for note in notes)
    return (
        "<footer>\n"
        + (f"<h2>What to know</h2>\n<ul>\n{listed}</ul>\n" if listed else "")
        + f"<p>{escape(coverage(result))} What is unknown counts as not met.</p>\n"
        + f"<p>Made by trueline {escape(ruleset_version())} from evidence; "
        + "nothing of the repository was run.</p>\n</footer>"
    )
