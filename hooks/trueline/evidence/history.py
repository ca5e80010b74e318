"""What git's history tells of people and releases: recent authors, and the tags of versions."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from .git import Repository, run
from .moment import moment

# The newest commits and tags; enough for the 90 days of a large team.
COMMITS = 5_000
TAGS = 500
# v1.2.0, 1.2, release-1.2.0; what follows a release's number makes it a release to try.
_VERSION = re.compile(r"(?:release[-/])?v?(\d+(?:\.\d+){1,3})(?:\+[\w.]+)?", re.IGNORECASE)
# v20250625: a day is a version when the tag says so; without a word before it, it may be of data.
_DAY = re.compile(r"(?:release[-/]v?|v)(20\d{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01]))", re.I)


@dataclass(frozen=True)
class Authored:
    """One commit's author, as .mailmap joins names and addresses, and when it was committed."""

    email: str
    name: str
    at: datetime | None


@dataclass(frozen=True)
class Tag:
    """One tag of a released version that HEAD holds."""

    name: str
    version: str


@dataclass(frozen=True)
class History:
    """Authors and releases of HEAD."""

    authored: tuple[Authored, ...] = ()
    tags: tuple[Tag, ...] = ()


def read(repository: Repository) -> History:
    """Read both, bounded; a repository without a commit has neither."""
    if not repository.head:
        return History()
    return History(tuple(_authored(repository)), tuple(_tags(repository)))


def version(name: str) -> str:
    """Return the version in a tag's name: 1.2.0 of v1.2.0; '' for any other tag."""
    match = _VERSION.fullmatch(name) or _DAY.fullmatch(name)
    return match[1] if match else ""


def _authored(repository: Repository) -> Iterator[Authored]:
    done = run(
        repository.root,
        "-c",
        "mailmap.file=",
        "log",
        "--use-mailmap",
        "--no-show-signature",
        f"--max-count={COMMITS}",
        "--format=%aE%x00%aN%x00%cI",
        repository.head,
        "--",
    )
    # Git ends a line with \n alone; a name may hold what Python takes for a line's end as well.
    for line in done.stdout.decode(errors="replace").split("\n"):
        parts = line.split("\0")
        if len(parts) == 3:
            yield Authored(parts[0].strip().lower(), parts[1].strip(), moment(parts[2]))


def _tags(repository: Repository) -> Iterator[Tag]:
    done = run(
        repository.root,
        "for-each-ref",
        f"--merged={repository.head}",
        f"--count={TAGS}",
        "--sort=-version:refname",
        "--format=%(refname:strip=2)",
        "refs/tags",
    )
    for name in done.stdout.decode(errors="replace").split("\n"):
        if version(name):
            yield Tag(name, version(name))
