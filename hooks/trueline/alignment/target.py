"""The folder a new project goes to: checked first, then filled in one move."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from ..errors import BadInput
from .git import toplevel


def checked(wanted: str) -> Path:
    """Return the absolute path of a folder that a project can be made in.

    Raises BadInput for one that holds anything, is no folder, or lies in a git repository: the
    project would become a part of that repository, and its updates would act on all of it.
    """
    if not wanted or "\0" in wanted or not wanted.isprintable():
        raise BadInput("the target is not the name of a folder")
    named = Path(wanted).expanduser()
    if named.is_symlink() and not named.exists():
        raise BadInput(f"the target {wanted} is a link to a folder that does not exist")
    target = Path(os.path.realpath(named))
    if target == Path(target.anchor):
        raise BadInput(f"the target is {target}, the root of the file system; name a new folder")
    try:
        if target.exists() and not target.is_dir():
            raise BadInput(f"the target {wanted} is a file; name a new folder")
        if target.is_dir() and (held := sorted(p.name for p in target.iterdir())):
            raise BadInput(
                f"the target {wanted} is not empty: it holds {held[0]}"
                + (f" and {len(held) - 1} more" if len(held) > 1 else "")
            )
        above = next(folder for folder in [target, *target.parents] if folder.exists())
        if not above.is_dir():
            raise BadInput(f"the target {wanted} lies below {above}, which is a file")
    except OSError as error:
        raise BadInput(f"the target {wanted} cannot be used: {error.strerror}") from None
    if repository := toplevel(above):
        raise BadInput(
            f"the target {wanted} lies in the git repository {repository}; make the project outside"
            " of it, or the two would share one history"
        )
    if not os.access(above, os.W_OK | os.X_OK):
        raise BadInput(f"the target {wanted} cannot be made: {above} is not writable")
    return target


@contextmanager
def staged(target: Path) -> Iterator[Path]:
    """Give a path to build in; when the context ends well, it becomes `target` in one rename.

    It lies beside the target, for a rename does not cross file systems. Whatever goes wrong
    before, also a kill, no part of the project stands at the target.
    """
    made = [folder for folder in target.parents if not folder.exists()]
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix=".trueline-", dir=target.parent) as scratch:
            stage = Path(scratch) / target.name
            yield stage
            stage.replace(target)
    except OSError as error:
        _remove(made)
        raise BadInput(f"the target {target} cannot be made: {error.strerror or error}") from None
    except BaseException:
        _remove(made)
        raise


def _remove(folders: list[Path]) -> None:
    # From the innermost out; one that somebody else has put a file into stays.
    for folder in folders:
        with suppress(OSError):
            folder.rmdir()
