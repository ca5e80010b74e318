"""One statement on the HTML page: outcome, reason, why it is asked, evidence, next step."""

from __future__ import annotations

import re
from html import escape

from ..maturity.catalogue import Remedy
from ..maturity.finding import Place
from ..maturity.score import Statement
from .sections import SYMBOLS, WORDS

PLACES = 12
# A command or a name, as the catalogue writes it; any other text stays to the letter.
_CODE = re.compile(r"`(\w[\w .:=/-]*)`")


def anchor(statement: Statement) -> str:
    """Return the statement's name within the page."""
    return f"s-{escape(statement.entry.id.replace('.', '-'))}"


def entry(statement: Statement) -> str:
    """Return the statement as an item of its section's list."""
    outcome = statement.outcome
    known = statement.entry
    parts = [
        f'<li class="statement {outcome.value}" id="{anchor(statement)}">',
        f'<h3><span class="number">{escape(known.id)}</span> {escape(known.title)}</h3>',
        f'<p><span class="word {outcome.value}"><span aria-hidden="true">{SYMBOLS[outcome]}</span> '
        f"{WORDS[outcome]}</span>: {escape(statement.reason)}</p>",
        f'<p class="quiet">Why: {escape(known.why)}</p>',
        *_next(statement),
        *_evidence(statement.evidence),
        "</li>",
    ]
    return "\n".join(parts)


def _next(statement: Statement) -> list[str]:
    if statement.waiver:
        waiver = statement.waiver
        said = f"Waived until {waiver.expires} by {waiver.owner}: {waiver.reason}"
        return [f"<p>{escape(said)}</p>"]
    remedy = statement.remedy
    if remedy is None:
        return []
    return [f"<p><strong>Next:</strong> {todo(remedy)}</p>"]


def todo(remedy: Remedy) -> str:
    """Return what to do, how long that takes and what to begin with."""
    text = _CODE.sub(r"<code>\1</code>", escape(remedy.text.removesuffix(".")))
    said = f"{text} ({escape(remedy.effort)})."
    if not remedy.start:
        return said
    # What is no file and no command is said in words.
    start = escape(remedy.start)
    return f"{said} Begin with {start if start.startswith('the ') else f'<code>{start}</code>'}."


def _evidence(places: tuple[Place, ...]) -> list[str]:
    if not places:
        return []
    shown = [f"<li>{_place(place)}</li>" for place in places[:PLACES]]
    if len(places) > PLACES:
        shown.append(f"<li>{len(places) - PLACES} more</li>")
    return [f'<div class="evidence"><p>Evidence:</p><ul>{"".join(shown)}</ul></div>']


def _place(place: Place) -> str:
    where = f"{place.path}:{place.line}" if place.line else place.path
    detail = f" {escape(place.detail)}" if place.detail else ""
    return f"<code>{escape(where)}</code>{detail}"
