"""A project's work tree beside the render of its own template version, file by file."""

from __future__ import annotations

import enum
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from ..evidence.document import Malformed
from ..evidence.files import regular
from .ownership import Owner, Ownership
from .render import Rendered
from .waivers import Waiver


class State(enum.StrEnum):
    """How a file stands to its template."""

    ALIGNED = "aligned"
    EDITED = "edited"
    MISSING = "missing"
    CONFLICT = "conflict"
    SEED = "seed"


@dataclass(frozen=True)
class Row:
    """One file: how it stands, whose it is, and whether that is a finding."""

    path: str
    state: State
    owner: Owner
    finding: bool = False
    detail: str = ""


def compare(
    project: Path, rendered: Rendered, ownership: Ownership, waivers: Mapping[str, Waiver]
) -> list[Row]:
    """Compare every rendered file with the one in `project`.

    A finding is a conflict that nobody settled, and an owned file that was edited or removed
    without a waiver. Edits of shared files are the user's right.
    """
    rows = []
    for path in rendered.paths():
        owner = ownership.of(path)
        state, detail = _state(project, rendered.folder, path, owner)
        finding = state is State.CONFLICT
        if owner is Owner.OWNED and state in (State.EDITED, State.MISSING):
            waiver = waivers.get(path)
            finding = waiver is None or bool(waiver.why_not)
            if waiver is not None:
                detail = waiver.why_not or f"waived until {waiver.expires}: {waiver.reason}"
        rows.append(Row(path, state, owner, finding, detail))
    return rows


def _state(project: Path, render: Path, path: str, owner: Owner) -> tuple[State, str]:
    mine = _content(project / path)
    if (project / f"{path}.rej").exists():
        return State.CONFLICT, f"{path}.rej holds what an update could not merge"
    if mine is not None and has_markers(mine):
        return State.CONFLICT, "conflict markers"
    if owner is Owner.SEED:
        return State.SEED, "removed" if mine is None else ""
    if mine is None:
        return State.MISSING, ""
    theirs = _content(render / path)
    # A checkout may have Windows line ends; that is git's doing, not an edit.
    same = mine == theirs or mine.replace(b"\r\n", b"\n") == theirs
    return (State.ALIGNED if same else State.EDITED), ""


def has_markers(content: bytes) -> bool:
    """Tell whether an unsettled conflict stands in `content`: all three markers, in order."""
    if b"<<<<<<< " not in content:
        return False
    wanted = [b"<<<<<<< ", b"=======", b">>>>>>> "]
    for line in content.splitlines():
        if wanted and line.startswith(wanted[0]):
            wanted.pop(0)
    return not wanted


def _content(path: Path) -> bytes | None:
    """Return a file's bytes, for a link where it points to; None where no regular file is."""
    if path.is_symlink():
        return str(path.readlink()).encode()
    try:
        return regular(path)
    except (FileNotFoundError, NotADirectoryError, IsADirectoryError, Malformed):
        return None
