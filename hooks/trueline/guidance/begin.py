"""Which documents an id asks for, and writing them: never over a file, never out of the repo."""

from __future__ import annotations

import os
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from ..errors import BadInput
from ..evidence.project import Project
from ..maturity.catalogue import load
from . import starters
from .starters import Starter


@dataclass(frozen=True)
class Begun:
    """What was written, and what stood there before and was left alone."""

    written: tuple[Starter, ...]
    standing: tuple[Starter, ...]


def begin(name: str, root: Path, project: Project) -> Begun:
    """Write the documents that `name` (a statement, an item or a path) asks for.

    Raises BadInput, and then nothing was written: for an id without documents, for documents that
    are not for this project, and when all of them stand already.
    """
    wanted = _wanted(name)
    fitting = [starter for starter in wanted if not starter.unfit(project)]
    if not fitting:
        raise BadInput(f"{wanted[0].path} is not for this project: {wanted[0].unfit(project)}")
    standing = tuple(s for s in fitting if os.path.lexists(root / s.path))
    left = [s for s in fitting if s not in standing]
    if not left:
        paths = ", ".join(s.path for s in standing)
        raise BadInput(f"{paths} exists already; edit it, it is never written over")
    _write(root, left)
    return Begun(tuple(left), standing)


def _wanted(name: str) -> list[Starter]:
    known = starters.index()
    path = name.removeprefix("./")
    found = [s for s in known if path == s.path or name in (*s.statements, *s.items)]
    if found:
        return found
    entry = next((entry for entry in load().entries if entry.id == name), None)
    if entry:
        raise BadInput(f"no document begins {name}; its first step is: {entry.remedy.start}")
    from .subject import nearest

    near = [starter.path for starter in known if path and path in starter.path]
    near += [i for i in nearest(name) if any(i in starter.statements for starter in known)]
    hint = f"near: {', '.join(near[:4])}" if near else "`trueline start --list` names all"
    raise BadInput(f"there is no document or statement {name!r} to start; {hint}")


def _write(root: Path, chosen: list[Starter]) -> None:
    """Write all of them, or none."""
    real = Path(os.path.realpath(root))
    made: list[Path] = []
    try:
        for starter in chosen:
            _folder(real, (real / starter.path).parent, made)
            target = real / starter.path
            # Fails for whatever stands there by now, a dangling link too.
            handle = os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o666)
            made.append(target)
            with os.fdopen(handle, "w", encoding="utf-8") as stream:
                stream.write(starter.content)
    except (OSError, BadInput) as error:
        for path in reversed(made):
            with suppress(OSError):
                path.rmdir() if path.is_dir() else path.unlink()
        if isinstance(error, BadInput):
            raise
        raise BadInput(f"cannot write {starter.path}: {error.strerror}") from error


def _folder(root: Path, folder: Path, made: list[Path]) -> None:
    """Make a folder and its parents inside the repository. Raises BadInput for a link outside."""
    if folder == root:
        return
    _folder(root, folder.parent, made)
    real = Path(os.path.realpath(folder))
    if not real.is_relative_to(root):
        raise BadInput(f"{folder.relative_to(root)} is a link that leads out of the repository")
    if real.is_relative_to(root / ".git"):
        raise BadInput(f"{folder.relative_to(root)} is a link into .git")
    if not real.is_dir():
        if os.path.lexists(folder):
            raise BadInput(f"{folder.relative_to(root)} is no folder")
        folder.mkdir()
        made.append(folder)
