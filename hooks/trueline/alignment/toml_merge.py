"""Three versions of a TOML file merged: by lines where that works, by tables and sets where not.

Dependency arrays and tables are where a template and its projects both write. To lines, two
additions at one place are a conflict; to a set they are two additions.
"""

from __future__ import annotations

import tomllib
from collections.abc import Callable, MutableMapping
from copy import deepcopy
from typing import Any

import tomlkit
from tomlkit.exceptions import TOMLKitError
from tomlkit.items import Array

from . import toml_array

Lines = Callable[[str, str, str], str | None]
"""A merge of (base, ours, theirs) by lines; None for a conflict."""


class _Conflict(Exception):
    """Both sides changed one value in different ways."""


def merge(base: str, ours: str, theirs: str, by_lines: Lines) -> tuple[str, str, str]:
    """Merge three versions of pyproject.toml; `ours` keeps its comments and its layout.

    Returns the three again: all the same where the merge is settled, else what a merge by lines
    is to be tried on, its arrays already settled. A file that is no TOML comes back as it was.
    """
    try:
        versions = _settle_arrays(base, ours, theirs)
    except (TOMLKitError, ValueError, TypeError, KeyError, AttributeError):
        return base, ours, theirs
    merged = by_lines(*versions)
    if merged is not None and _is_toml(merged):
        return merged, merged, merged
    try:
        merged = _by_tables(*versions)
    except (_Conflict, TOMLKitError, ValueError, TypeError, KeyError, AttributeError):
        return versions
    return merged, merged, merged


def _settle_arrays(base: str, ours: str, theirs: str) -> tuple[str, str, str]:
    """Merge every list of requirements as a set, and write the outcome into all three versions."""
    documents = [tomlkit.parse(text) for text in (base, ours, theirs)]
    for path in _requirements(documents[1]):
        found = [_at(document, path) for document in documents]
        if not all(isinstance(item, Array) for item in found):
            continue
        texts = [item.as_string().strip() for item in found]
        if texts[1] in (texts[0], texts[2]) or texts[2] == texts[0]:
            continue  # one side did not touch it: nothing to settle
        for document, text in zip(documents, toml_array.merge(*texts), strict=True):
            table = _at(document, path[:-1])
            table[path[-1]] = tomlkit.parse(f"x = {text}")["x"]
    return (
        tomlkit.dumps(documents[0]), tomlkit.dumps(documents[1]), tomlkit.dumps(documents[2])
    )  # fmt: skip


def _requirements(document: MutableMapping[str, Any]) -> list[tuple[str, ...]]:
    """List where a pyproject.toml holds requirements (PEP 621, PEP 735)."""
    project = document.get("project", {})
    return [
        ("project", "dependencies"),
        *(
            ("project", "optional-dependencies", n)
            for n in project.get("optional-dependencies", {})
        ),
        *(("dependency-groups", name) for name in document.get("dependency-groups", {})),
    ]


def _at(document: Any, path: tuple[str, ...]) -> Any:
    for key in path:
        if not isinstance(document, MutableMapping) or key not in document:
            return None
        document = document[key]
    return document


def _by_tables(base: str, ours: str, theirs: str) -> str:
    """Merge key by key into `ours`; what comes out must say what a merge of plain values says."""
    expected = tomllib.loads(ours)
    _merge_table(tomllib.loads(base), expected, tomllib.loads(theirs))
    result = tomlkit.parse(ours)
    _merge_table(tomlkit.parse(base), result, tomlkit.parse(theirs))
    text = tomlkit.dumps(result)
    # tomlkit edits text; an edit that says something else than it should is no merge.
    if tomllib.loads(text) != expected:
        raise _Conflict
    return text


def _merge_table(base: Any, ours: Any, theirs: Any) -> None:
    for key in dict.fromkeys([*base, *theirs]):
        old, mine, new = (table.get(key) for table in (base, ours, theirs))
        if _plain(new) == _plain(old) or _plain(mine) == _plain(new):
            continue
        tables = all(isinstance(item, MutableMapping) for item in (old or {}, mine, new))
        if tables:
            _merge_table(old or {}, mine, new)
        elif _plain(mine) != _plain(old):
            if mine is None:
                continue  # the user removed it; the template's change does not bring it back
            raise _Conflict
        elif new is None:
            del ours[key]
        else:
            ours[key] = deepcopy(new)


def _plain(value: Any) -> Any:
    return value.unwrap() if hasattr(value, "unwrap") else value


def _is_toml(text: str) -> bool:
    try:
        tomllib.loads(text)
    except tomllib.TOMLDecodeError:
        return False
    return True
