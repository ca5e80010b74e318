"""The tracked files of a work tree, read without ever leaving it."""

from __future__ import annotations

import ast
import fnmatch
import os
import re
import stat
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar

from . import yamltext
from .document import Document, Malformed

MAX_BYTES = 2_000_000
LARGE_BYTES = 30_000_000  # a lock file, a JUnit report of a large suite

Value = TypeVar("Value")


@dataclass(frozen=True)
class WorkTree:
    """A directory and the paths git tracks in it. Files git does not track prove nothing."""

    root: Path
    tracked: frozenset[str]
    seen: dict[str, str] = field(
        default_factory=dict, compare=False
    )  # path -> why it is unreadable
    trees: dict[str, Document[ast.Module]] = field(
        default_factory=dict, compare=False, repr=False
    )  # path -> syntax tree, so that readers share it
    _below: dict[tuple[str, tuple[str, ...]], list[str]] = field(
        default_factory=dict, compare=False, repr=False
    )
    _folders: dict[str, str] = field(default_factory=dict, compare=False, repr=False)

    def matching(self, *patterns: str) -> list[str]:
        """Return the tracked paths whose names match one of the glob patterns, sorted."""
        names = re.compile("|".join(map(fnmatch.translate, patterns)))
        return sorted(p for p in self.tracked if names.match(p.rpartition("/")[2]))

    def below(self, folder: str, *suffixes: str) -> list[str]:
        """Return the tracked paths in `folder` that end with one of the suffixes, sorted."""
        start = folder.rstrip("/") + "/"
        if (start, suffixes) not in self._below:
            self._below[start, suffixes] = sorted(
                p for p in self.tracked if p.startswith(start) and p.endswith(suffixes or ("",))
            )
        return [*self._below[start, suffixes]]

    def text(self, path: str, *, limit: int = MAX_BYTES) -> Document[str]:
        """Return a tracked file's text."""
        return self.loose(path, limit=limit) if path in self.tracked else Document(path)

    def loose(self, path: str, *, limit: int = MAX_BYTES) -> Document[str]:
        """Return a file's text though git may not track it: what a run left in `reports/`."""
        try:
            return Document(path, self._read(path, limit))
        except FileNotFoundError:
            return Document(path)
        except Malformed as error:
            return self.broken(path, str(error))
        except OSError as error:
            return self.broken(path, error.strerror or "cannot be read")

    def broken(self, path: str, problem: str) -> Document[Value]:
        """Note a file that is there but cannot be read, so that the report names it."""
        self.seen[path] = problem
        return Document(path, None, problem)

    def parsed(
        self, path: str, parse: Callable[[str], Value], *, limit: int = MAX_BYTES
    ) -> Document[Value]:
        """Return a tracked file after `parse`, which raises Malformed for what it cannot read."""
        return self.convert(self.text(path, limit=limit), parse)

    def convert(self, source: Document[str], parse: Callable[[str], Value]) -> Document[Value]:
        """Return the parsed form of a text that was read before."""
        if source.value is None:
            return Document(source.path, None, source.problem)
        try:
            return Document(source.path, parse(source.value))
        except Malformed as error:
            return self.broken(source.path, str(error))

    def yaml(self, path: str) -> Document[object]:
        """Return a tracked YAML file as plain data; an empty file reads as an empty mapping."""
        return self.parsed(path, lambda content: yamltext.load(content) or {})

    def leaves(self, path: str) -> bool:
        """Tell whether a path leads out of the repository, by a link or by itself."""
        # Unlike Path.resolve it leaves a link that leads to itself as it is.
        real = Path(os.path.realpath(self.root / path))
        return not real.is_relative_to(self.root) or path.startswith("/")

    def first(self, paths: Iterable[str]) -> str | None:
        """Return the first of the paths that git tracks."""
        return next((path for path in paths if path in self.tracked), None)

    def _read(self, path: str, limit: int) -> str:
        folder, _, name = path.rpartition("/")
        for one in ("", folder):
            if one not in self._folders:  # thousands of files share a few; each is followed once
                self._folders[one] = os.path.realpath(self.root / one)
        root, real = self._folders[""], f"{self._folders[folder]}/{name}"
        if name in ("", ".", "..") or stat.S_ISLNK(os.lstat(real).st_mode):
            real = os.path.realpath(self.root / path)
        if real != root and not real.startswith(f"{root.rstrip('/')}/"):
            raise Malformed("a link that leads outside the repository")
        return decode(regular(real, limit), limit)


def regular(path: Path | str, limit: int | None = None) -> bytes:
    """Return the bytes of a regular file, of a longer one than `limit` no more than needed to see.

    Raises Malformed for a pipe, socket or device, which could keep the reader waiting for ever, and
    OSError as `open` does.
    """
    if not stat.S_ISREG(os.stat(path).st_mode):  # noqa: PTH116 (a Path costs more)
        raise Malformed("not a regular file")
    # Without waiting, and looked at again: it may have been exchanged in between.
    handle = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    with os.fdopen(handle, "rb") as stream:
        if not stat.S_ISREG(os.fstat(stream.fileno()).st_mode):
            raise Malformed("not a regular file")
        return stream.read() if limit is None else stream.read(limit + 1)


def decode(content: bytes, limit: int = MAX_BYTES) -> str:
    """Return UTF-8 bytes as text; raises Malformed for anything else or too much."""
    if len(content) > limit:
        raise Malformed(f"larger than {limit:,} bytes")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise Malformed("not UTF-8 text") from error
