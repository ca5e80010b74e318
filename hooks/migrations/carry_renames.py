"""Carry a project's edits across the files that a release renamed or removed.

Copier runs this after `copier update --trust`, in the project, once for each release whose entry
in `_migrations` lies on the way. By then the new file stands there without the project's edits and
the old one is gone; HEAD still has it. It runs with the Python that runs Copier, so it knows the
standard library, Copier and what Copier needs. `trueline update` does not run it.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

import copier
import yaml

_RENAMES = Path(__file__).with_name("renames.yaml")
_ANSWERS = ".copier-answers.yml"
_LABELS = ("before updating", "last update", "after updating")  # as Copier's own markers say


def main() -> None:
    """Carry the edits of one release; say on stderr what was decided, file by file."""
    releases = yaml.safe_load(_RENAMES.read_text()) or {}
    recorded = yaml.safe_load(_at_head(_ANSWERS) or b"{}")
    moved = releases.get(os.environ["VERSION_CURRENT"], {})
    if not moved or "_src_path" not in recorded:
        return
    now = yaml.safe_load(Path(_ANSWERS).read_text())
    with tempfile.TemporaryDirectory() as scratch:
        base = Path(scratch) / "base"
        copier.run_copy(
            recorded["_src_path"],
            base,
            data={name: value for name, value in recorded.items() if name[0] != "_"},
            vcs_ref=os.environ["VERSION_FROM"],
            defaults=True,
            quiet=True,
        )
        for old, new in moved.items():
            place = _destination(new, releases, now)
            said = _carry(_fill(old, recorded), place, base)
            if said:
                print(f"{place or old}: {said}", file=sys.stderr)


def _destination(new: str | None, releases: dict[str, Any], answers: dict[str, Any]) -> str | None:
    """Return where a file ends up: a later release on the way may have renamed it again."""
    later = {old: new for moved in releases.values() for old, new in moved.items()}
    seen: set[str] = set()
    while new in later and new not in seen and not Path(_fill(new, answers)).exists():
        seen.add(new)
        new = later[new]
    return new and _fill(new, answers)


def _carry(old: str, new: str | None, base: Path) -> str | None:
    """Bring the edits of `old` into `new`; return what a reader should know, None for nothing."""
    mine = _at_head(f"./{old}")
    if not (base / old).is_file():
        return None  # not a file of the template in this project
    template = (base / old).read_bytes()
    if mine is None:
        if new and Path(new).is_file() and _at_head(f"./{new}") is None:
            Path(new).unlink()
            return f"stays removed, as {old} was"
        return None
    if mine == template:
        return None
    if new is None or not Path(new).is_file() or _at_head(f"./{new}") is not None:
        Path(old).parent.mkdir(parents=True, exist_ok=True)
        Path(old).write_bytes(mine)
        return f"{old} has edits of yours and is kept"
    theirs = Path(new).read_bytes()
    merged, conflicts = _merged(mine, template, theirs)
    Path(new).write_bytes(merged)
    if conflicts:
        _mark_unmerged(new, template, mine, theirs)
        return f"CONFLICT with the edits of {old}"
    return f"the edits of {old} were carried over"


def _merged(mine: bytes, base: bytes, theirs: bytes) -> tuple[bytes, bool]:
    """Merge three versions by lines; tell whether markers were left."""
    with tempfile.TemporaryDirectory() as scratch:
        files = [Path(scratch, name) for name in ("mine", "base", "theirs")]
        for file, content in zip(files, (mine, base, theirs), strict=True):
            file.write_bytes(content)
        labels = [word for label in _LABELS for word in ("-L", label)]
        done = subprocess.run(
            ["git", "merge-file", "-p", *labels, *map(str, files)], capture_output=True, check=False
        )
    if done.returncode < 0 or done.returncode > 127:  # a number of conflicts, or a failure
        return mine, True
    return done.stdout, done.returncode > 0


def _mark_unmerged(path: str, base: bytes, mine: bytes, theirs: bytes) -> None:
    """Record the conflict in the index, so that `git status` shows it and a commit stops at it."""
    inside = _git("ls-files", "--full-name", "--others", "--cached", "--", path).decode().strip()
    lines = [f"0 {'0' * 40}\t{inside}"]
    for stage, content in enumerate((base, mine, theirs), start=1):
        oid = _git("hash-object", "-w", "--stdin", given=content).decode().strip()
        lines.append(f"100644 {oid} {stage}\t{inside}")
    _git("update-index", "--index-info", given="\n".join(lines).encode() + b"\n")


def _at_head(path: str) -> bytes | None:
    path = path if path.startswith("./") else f"./{path}"
    done = subprocess.run(["git", "show", f"HEAD:{path}"], capture_output=True, check=False)
    return done.stdout if done.returncode == 0 else None


def _git(*args: str, given: bytes = b"") -> bytes:
    return subprocess.run(["git", *args], input=given, capture_output=True, check=True).stdout


def _fill(path: str, answers: dict[str, Any]) -> str:
    """Put answers into the `{{ name }}` places of a path."""
    return re.sub(r"\{\{\s*(\w+)\s*\}\}", lambda place: str(answers.get(place[1], place[0])), path)


if __name__ == "__main__":
    main()
