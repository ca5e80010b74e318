"""What a template moved between two versions, by its own record and by a changed answer."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import yaml

from ..errors import BadInput

PATH = "hooks/migrations/renames.yaml"
_PLACE = re.compile(r"\{\{\s*(\w+)\s*\}\}")


def fill(path: str, answers: Mapping[str, Any]) -> str:
    """Put answers into the `{{ name }}` places of a path."""
    return _PLACE.sub(lambda place: str(answers.get(place[1], place[0])), path)


def load(raw: bytes | None) -> dict[str, str]:
    """Read renames.yaml (release -> old path -> new path) as one mapping. Raises BadInput."""
    try:
        releases = yaml.safe_load(raw or b"") or {}
        return {
            str(old): str(new)
            for moved in releases.values()
            for old, new in moved.items()
            if new is not None
        }
    except (yaml.YAMLError, AttributeError):
        raise BadInput(f"the template's {PATH} cannot be read") from None


def moved_files(
    recorded: Mapping[str, str],
    before: Iterable[str],
    after: Iterable[str],
    old_answers: Mapping[str, Any],
    new_answers: Mapping[str, Any],
) -> dict[str, str]:
    """Return old path -> new path for files of the render `before` that stand elsewhere in `after`.

    A chain of renames over several releases is followed to its end. A path that `after` still has
    was not renamed on this way, whatever the record says.
    """
    steps = {fill(old, old_answers): new for old, new in recorded.items()}
    later = {fill(old, new_answers): fill(new, new_answers) for old, new in recorded.items()}
    known, moves = set(after), {}
    for old in before:
        if old in known or old not in steps:
            continue
        new = fill(steps[old], new_answers)
        seen = {old}
        while new not in known and new in later and new not in seen:
            seen.add(new)
            new = later[new]
        if new in known:
            moves[old] = new
    return moves


def moved_folders(
    template: Path, old_answers: Mapping[str, Any], new_answers: Mapping[str, Any]
) -> dict[str, str]:
    """Return old folder -> new folder where a changed answer renames a folder of the template.

    Only folders whose name is one answer are looked at: that is how `src/{{ package_name }}` moves.
    """
    moves = {}
    for folder in template.rglob("*"):
        if folder.is_dir() and not folder.is_symlink() and _PLACE.search(folder.name):
            path = folder.relative_to(template).as_posix()
            old, new = fill(path, old_answers), fill(path, new_answers)
            if old != new:
                moves[old] = new
    return moves
