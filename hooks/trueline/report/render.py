"""One result in each of its forms."""

from __future__ import annotations

from ..maturity.score import Result


def render(result: Result, form: str, *, terminal: bool = False) -> str:
    """Return a result in one of `FORMATS` of the command; colours only for a terminal."""
    match form:
        case "json":
            from .document import as_json

            return as_json(result)
        case "md":
            from .markdown import as_markdown

            return as_markdown(result)
        case "html":
            from .page import as_html

            return as_html(result)
        case "sarif":
            from .sarif import as_sarif

            return as_sarif(result)
        case "badge":
            from .badge import svg

            return svg(result)
        case "shields":
            from .badge import endpoint

            return endpoint(result)
        case "rich":
            from .card import card

            return card(result, terminal=terminal)
    raise ValueError(f"unknown format {form!r}")
