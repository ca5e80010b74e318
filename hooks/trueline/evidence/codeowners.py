"""CODEOWNERS: who must agree to a change of which paths, as GitHub and GitLab read it."""

from __future__ import annotations

import re
from dataclasses import dataclass

from .document import Document
from .files import WorkTree

PLACES = (".github/CODEOWNERS", "CODEOWNERS", "docs/CODEOWNERS", ".gitlab/CODEOWNERS")
MOST = 5_000  # lines
# GitLab: `[Name][2] @default` starts a section; with `^` before it, one that nobody must approve.
_SECTION = re.compile(r"(\^?)\[([^\]]+)\](?:\[\d*\])?(.*)")
_PARTS = re.compile(r"(\*\*/|/\*\*|\*\*|\*|\?)")
_WILD = {"**/": "(?:.*/)?", "/**": "/.*", "**": ".*", "*": "[^/]*", "?": "[^/]"}


@dataclass(frozen=True)
class Line:
    """One line: a pattern, the owners behind it (none: it takes ownership away), its section."""

    pattern: str
    owners: tuple[str, ...]
    section: str = ""
    number: int = 0

    def covers(self, path: str) -> bool:
        """True when the pattern matches a path."""
        body = self.pattern
        anchored = body.startswith("/") or "/" in body.rstrip("/")
        parts = _PARTS.split(body.strip("/"))
        regex = "".join(_WILD.get(part, re.escape(part)) for part in parts)
        # `docs/*` means the files of docs alone; any other match takes what lies below it too.
        below = "" if body.endswith("/*") else "/.+" if body.endswith("/") else "(?:/.*)?"
        return re.fullmatch(("" if anchored else "(?:.*/)?") + regex + below, path) is not None


@dataclass(frozen=True)
class CodeOwners:
    """All lines of the file."""

    lines: tuple[Line, ...] = ()

    @property
    def owners(self) -> frozenset[str]:
        """Everybody who is named."""
        return frozenset(owner for line in self.lines for owner in line.owners)

    def of(self, path: str) -> tuple[str, ...]:
        """Return who owns a path: in each section the last line that matches decides."""
        last = {line.section: line for line in self.lines if line.covers(path)}
        return tuple(dict.fromkeys(owner for line in last.values() for owner in line.owners))


def read(tree: WorkTree) -> Document[CodeOwners]:
    """Read the first of the places where a forge looks for it."""
    path = tree.first(PLACES)
    if path is None:
        return Document(PLACES[0])
    return tree.parsed(path, parse)


def parse(content: str) -> CodeOwners:
    """Return the lines of a CODEOWNERS file; what is none of its lines is left out."""
    found: list[Line] = []
    section, default, optional = "", (), False  # type: tuple[str, tuple[str, ...], bool]
    for number, row in enumerate(content.splitlines()[:MOST], 1):
        line = re.split(r"(?:^|\s)#", row, maxsplit=1)[0].strip()
        start = _SECTION.fullmatch(line)
        if start:
            optional, section = bool(start[1]), start[2].strip().lower()
            default = _owners(start[3].split())
        elif line and not optional:
            words = line.replace("\\ ", "\0").split()
            owners = _owners(words[1:]) or default
            found.append(Line(words[0].replace("\0", " "), owners, section, number))
    return CodeOwners(tuple(found))


def _owners(words: list[str]) -> tuple[str, ...]:
    return tuple(word for word in words if "@" in word)
