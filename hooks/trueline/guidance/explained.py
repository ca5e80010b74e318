"""An explanation as plain data and as rows for people, of a statement or of a test."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .subject import Subject

if TYPE_CHECKING:
    from ..maturity.catalogue import Remedy
    from .ml_subject import MlSubject
    from .standing import Standing

Rows = list[tuple[str, str]]


def title(found: Subject | MlSubject) -> str:
    """Return the heading: id, title, and what it belongs to."""
    one, part = (
        (found.entry, "core" if found.entry.core else "beyond the core")
        if isinstance(found, Subject)
        else (found.test, f"ML Test Score, {found.section}")
    )
    return f"{one.id} {one.title} ({part})"


def remedy(found: Subject | MlSubject) -> Remedy:
    """Return what the catalogue advises."""
    return found.entry.remedy if isinstance(found, Subject) else found.test.remedy


def data(found: Subject | MlSubject) -> dict[str, Any]:
    """Return the explanation as plain data."""
    return _statement_data(found) if isinstance(found, Subject) else _test_data(found)


def rows(found: Subject | MlSubject) -> Rows:
    """Return name and text of each row; an empty text is not shown."""
    return _statement_rows(found) if isinstance(found, Subject) else _test_rows(found)


def _statement_data(found: Subject) -> dict[str, Any]:
    entry = found.entry
    return {
        "schema": 1,
        "kind": "statement",
        "id": entry.id,
        "section": entry.section,
        "core": entry.core,
        "title": entry.title,
        "why": entry.why,
        "asked": found.asked,
        "evidence": entry.evidence,
        "judged": list(found.judged),
        "applies": entry.applies,
        "exploration": entry.exploration,
        "limits": entry.limits,
        "remedy": _remedy(entry.remedy),
        "documents": list(found.documents),
        "levels": list(found.levels),
        "since": entry.since,
    }


def _test_data(found: MlSubject) -> dict[str, Any]:
    test = found.test
    return {
        "schema": 1,
        "kind": "test",
        "id": test.id,
        "section": test.section,
        "title": test.title,
        "why": test.why,
        "half": list(found.half),
        "full": list(found.full),
        "applies": found.applies,
        "remedy": _remedy(test.remedy),
        "linked": list(test.linked),
    }


def standing_data(here: Standing | None) -> dict[str, Any] | None:
    """Return how the project stands as plain data; None outside of one."""
    if here is None:
        return None
    return {
        "outcome": here.outcome,
        "points": here.points,
        "reason": here.reason,
        "places": list(here.places),
        "remedy": _remedy(here.remedy) if here.remedy else None,
    }


def _statement_rows(found: Subject) -> Rows:
    entry = found.entry
    phase = " An exploration is held to it, too." if entry.exploration else ""
    return [
        ("why", entry.why),
        ("asked", f"{found.asked}."),
        ("applies to", f"{found.applies}.{phase}"),
        ("judged by", "\n".join(f"{text}." for text in found.judged)),
        ("limits", "\n".join(f"{key}: {value}" for key, value in found.limits.items())),
        ("levels", "\n".join(found.levels)),
        *_todo(entry.remedy),
        ("documents", "\n".join(f"trueline start {path}" for path in found.documents)),
        ("sign", f"trueline attest {entry.id}" if entry.evidence == "attest" else ""),
    ]


def _test_rows(found: MlSubject) -> Rows:
    test = found.test
    return [
        ("why", test.why),
        ("0.5", "\n".join(found.half)),
        ("1.0", "\n".join(f"- {text}" for text in found.full)),
        ("applies to", found.applies),
        *_todo(test.remedy),
        ("see also", "\n".join(f"trueline explain {name}" for name in found.linked)),
    ]


def standing_rows(here: Standing, known: Remedy) -> Rows:
    """Return name and text of each row on how the project stands; what the catalogue advises
    anyway (`known`) is not said twice.
    """
    left = here.remedy if here.remedy != known else None
    return [
        ("here", here.told),
        ("seen in", "\n".join(here.places)),
        ("left", f"{left.text} (begin with {left.start})" if left else ""),
    ]


def _todo(remedy: Remedy) -> Rows:
    return [("do", f"{remedy.text} ({remedy.effort})."), ("begin with", remedy.start)]


def _remedy(remedy: Remedy) -> dict[str, str]:
    return {"text": remedy.text, "effort": remedy.effort, "start": remedy.start}
