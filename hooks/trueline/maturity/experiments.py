"""The records of experiments on users, docs/experiments/*.yaml."""

from __future__ import annotations

from collections.abc import Mapping

from ..evidence.document import mapping, text
from ..evidence.snapshot import Snapshot

FOLDER = "docs/experiments"


def records(snapshot: Snapshot) -> list[str]:
    """Return the paths of all records."""
    return [p for p in snapshot.pages.below(FOLDER) if p.endswith((".yaml", ".yml"))]


def variants(record: Mapping[str, object]) -> dict[str, str]:
    """Return the variants by name: the version of the model, as text.

    A variant is a version, or a mapping that says `version` (or `model_version`, `model`).
    """
    given = record.get("variants")
    if isinstance(given, list):
        pairs = [(text(mapping(item).get("name")) or str(n), item) for n, item in enumerate(given)]
    else:
        pairs = list(mapping(given).items())
    return {name: version for name, item in pairs if (version := _version(item))}


def _version(item: object) -> str:
    if not isinstance(item, dict):
        return text(item)
    fields = mapping(item)
    return next(
        (text(v) for k in ("model_version", "version", "model") if (v := fields.get(k))), ""
    )
