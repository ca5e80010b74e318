"""Release notes: the sections of a changelog by version, and models that were released."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

MOST_LINES = 50_000
_HIDDEN = re.compile(r"<!--.*?(?:-->|\Z)", re.DOTALL)
# `## [1.1.0] - 2026-05-01`, `## v1.1.0`, `# Release 1.1.0 (2026-05-01)`, `## v20260501`; a day
# without such a word is no version.
_VERSION = re.compile(
    r"^(?:release|version|tag)?\s*\[?(?:v?(?=\d+\.)|v(?=\d{8}\b))"
    r"(\d+(?:\.\d+){0,3})(?![\d.]*-?\w)(?:\+[\w.]+)?\]?(?![\w.])",
    re.IGNORECASE,
)
_UNDERLINE = re.compile(r"^ {0,3}(={3,}|-{3,})\s*$")
_LINK = re.compile(r"^\s*\[[^\]]+\]:\s*\S+\s*$")
_WORD = re.compile(r"[^\W\d_]{2,}")
_FILLER = frozenset({"todo", "tbd", "tba", "fixme", "none", "nothing"})


@dataclass(frozen=True)
class ModelRelease:
    """One released version of the model, and what the notes say of it."""

    version: str
    metric: bool
    data: bool


def sections(content: str) -> dict[str, str]:
    """Return the text under each version's heading, up to the next version; comments left out."""
    found: dict[str, list[str]] = {}
    version, depth = "", 0
    lines = _HIDDEN.sub("", content).splitlines()[:MOST_LINES]
    for number, line in enumerate(lines):
        level, title = _heading(line, lines[number + 1] if number + 1 < len(lines) else "")
        named = _VERSION.match(title) if level else None
        if named:
            version, depth = named[1], level
            found.setdefault(version, [])
        elif level and level <= depth:
            version = ""
        elif version and not level:
            found[version].append(line)
    return {name: "\n".join(kept) for name, kept in found.items()}


def _heading(line: str, below: str) -> tuple[int, str]:
    """Return depth and title of a heading; depth 0 for any other line."""
    plain = line.strip()
    if plain.startswith("#") and not line.startswith("    "):
        title = plain.lstrip("#")
        depth = len(plain) - len(title)
        # No title is that long, and a pattern may take its time with what is.
        return (depth, title.strip(" \t#")[:200]) if depth <= 6 else (0, "")
    rule = _UNDERLINE.match(below) if plain and not _UNDERLINE.match(line) else None
    return (1 if rule[1][0] == "=" else 2, plain[:200]) if rule else (0, "")


def says_something(text: str) -> bool:
    """True when a section holds a word that is neither a link's target nor a filler."""
    lines = [line for line in text.splitlines() if not _LINK.match(line)]
    found = {word.lower() for line in lines for word in _WORD.findall(line)}
    return bool(found - _FILLER)


def same(one: str, other: str) -> bool:
    """Tell whether two versions are the same; 1.2 is 1.2.0."""
    return _numbers(one) == _numbers(other)


def _numbers(version: str) -> list[int]:
    numbers = [int(part) for part in version.split(".") if len(part) < 10]
    while numbers and numbers[-1] == 0:
        numbers.pop()
    return numbers


_MODEL = re.compile(r"\bmodel(?:[ _-]version|'s version)?[ :*`]{0,4}v?(\d+)\b", re.IGNORECASE)
_NUMBERED = re.compile(r"^(?:model\s+)?(?:version\s+)?v?(\d+)\b", re.IGNORECASE)
_METRIC = re.compile(r"(?<![\w.])\d*\.\d+(?![\w.])|\b\d+(?:\.\d+)?\s?%")
_DATA = re.compile(
    r"\b(?:md5|sha\d{1,3}|etag):[0-9a-f]{2,}|\bdata(?:set)?[ _-]?(?:version)?[ :=`|]+\w*\d", re.I
)


def model_releases(page: str) -> list[ModelRelease]:
    """Return the models of a page that has a heading or a table row for each version."""
    plain = _HIDDEN.sub("", page)
    parts = [*_rows(plain), *_headed(plain)]
    return [ModelRelease(version, _measured(said), _DATA.search(said) is not None)
            for version, said in parts]  # fmt: skip


def models_named(changelog: str) -> list[ModelRelease]:
    """Return the models that the sections of a changelog name, with what stands beside them."""
    return [
        ModelRelease(match[1], _measured(said), _DATA.search(said) is not None)
        for said in sections(changelog).values()
        for match in _MODEL.finditer(said)
    ]


def _measured(said: str) -> bool:
    return _METRIC.search(said) is not None


def _rows(page: str) -> Iterator[tuple[str, str]]:
    for line in page.splitlines()[:MOST_LINES]:
        if line.lstrip().startswith("|"):
            cells = [cell.strip(" *`") for cell in line.strip().strip("|").split("|")]
            match = next((m for cell in cells[:2] if (m := _NUMBERED.match(cell))), None)
            if match and len(cells) > 2:
                yield match[1], line


def _headed(page: str) -> Iterator[tuple[str, str]]:
    version, kept = "", list[str]()
    for line in [*page.splitlines()[:MOST_LINES], "# end"]:
        depth, title = _heading(line, "")
        if not depth:
            kept.append(line)
            continue
        if version:
            yield version, "\n".join(kept)
        named = _NUMBERED.match(title) or _MODEL.match(title)
        version, kept = (named[1] if named else ""), []
