"""The result of an update written into the work tree: all of it or, after a kill, none of it.

Every new file is first written to the repository's own folder, with a journal of what is to change;
then each is moved to its place. An interrupted move is undone by the next update, from the journal.
The index and HEAD are not touched: the changes stand there to be looked at.
"""

from __future__ import annotations

import errno
import json
import os
import shutil
import tempfile
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

from ..errors import BadInput
from . import trees
from .git import git, text
from .trees import Tree

_JOURNAL = "trueline-update"


def refuse_dirty(repo: Path) -> None:
    """Refuse a work tree with changes that are not committed. Raises BadInput."""
    if text("status", "--porcelain", "--untracked-files=no", cwd=repo):
        raise BadInput(
            "the work tree has changes that are not committed; commit them, or update without"
            " --in-place"
        )


def apply(repo: Path, tree: str) -> list[str]:
    """Bring the work tree from HEAD to `tree`; return the paths that changed.

    Raises BadInput, before anything is written, when an untracked file is in the way, or an edit
    that git status was told not to show.
    """
    before, after = trees.read(repo, "HEAD"), trees.read(repo, tree)
    changed = sorted(p for p in {*before, *after} if before.get(p) != after.get(p))
    for path in changed:
        if path not in before and os.path.lexists(repo / path):
            raise BadInput(f"{path} is in the way: it is not committed, and the update adds it")
    if hidden := _hidden_edits(repo, {p: before[p] for p in changed if p in before}):
        raise BadInput(
            f"{hidden[0]} has changes that git status does not show (skip-worktree or"
            " assume-unchanged); commit them, or update without --in-place"
        )
    journal = _journal(repo)
    with tempfile.TemporaryDirectory(prefix="trueline-", dir=journal.parent) as scratch:
        folder = Path(scratch) / _JOURNAL
        _stage(repo, tree, [p for p in changed if p in after], folder / "files")
        record = {p: [_oid(before, p), _oid(after, p)] for p in changed}
        (folder / "journal.json").write_text(json.dumps(record))
        folder.rename(journal)  # from here on an interruption is known
    try:
        _move(repo, journal / "files", changed, after)
    except OSError as error:
        recover(repo)
        raise BadInput(
            f"the work tree cannot be written: {error.strerror}; it is as before"
        ) from None
    shutil.rmtree(journal)
    return changed


def recover(repo: Path) -> bool:
    """Undo an update that was interrupted in this work tree; tell whether there was one.

    Raises BadInput when a file is neither as before nor as after: somebody has worked on it since.
    """
    journal = _journal(repo)
    if not journal.is_dir():
        return False
    record: dict[str, list[str | None]] = json.loads((journal / "journal.json").read_text())
    now = _current(repo, record)
    touched = sorted(path for path, known in record.items() if now[path] not in known)
    if touched:
        raise BadInput(
            f"an update --in-place was interrupted here and {touched[0]} was changed since; settle"
            f" it with git, then remove {journal}"
        )
    undo = [path for path, (old, _) in record.items() if now[path] != old]
    head = trees.read(repo, "HEAD")
    if any(_oid(head, path) != old for path, (old, _) in record.items()):
        raise BadInput(
            "an update --in-place was interrupted here and HEAD has moved since; look at the work"
            f" tree, then remove {journal}"
        )
    with tempfile.TemporaryDirectory(prefix="trueline-", dir=journal.parent) as scratch:
        folder = Path(scratch) / "files"
        _stage(repo, "HEAD", [path for path in undo if path in head], folder)
        _move(repo, folder, undo, head)
    shutil.rmtree(journal)
    return True


def _journal(repo: Path) -> Path:
    return Path(text("rev-parse", "--absolute-git-dir", cwd=repo)) / _JOURNAL


def _oid(tree: Tree, path: str) -> str | None:
    return tree[path].oid if path in tree else None


def _stage(repo: Path, tree: str, paths: list[str], folder: Path) -> None:
    """Write `paths` of `tree` below `folder`, with the line ends that this repository asks for."""
    folder.mkdir(parents=True)
    env = {"GIT_INDEX_FILE": str(folder.parent / "index")}
    git("read-tree", tree, cwd=repo, env=env)
    given = "".join(f"{path}\0" for path in paths).encode(errors="surrogateescape")
    git(
        "checkout-index", "--quiet", "-z", "--stdin", f"--prefix={folder}/",
        cwd=repo, env=env, given=given,
    )  # fmt: skip


def _hidden_edits(repo: Path, committed: Tree) -> list[str]:
    """List what differs from `committed`, asked with an index that hides nothing.

    A file that is not there is no edit: a sparse checkout leaves it out.
    """
    entries = "".join(f"{blob.mode} {blob.oid}\t{path}\0" for path, blob in committed.items())
    with tempfile.TemporaryDirectory(prefix="trueline-") as scratch:
        env = {"GIT_INDEX_FILE": str(Path(scratch) / "index")}
        given = entries.encode(errors="surrogateescape")
        git("update-index", "-z", "--index-info", cwd=repo, env=env, given=given)
        git("update-index", "-q", "--refresh", cwd=repo, env=env, ok=(0, 1))
        told = git("diff-files", "-z", "--name-only", "--diff-filter=MT", cwd=repo, env=env)
    return told.decode(errors="surrogateescape").split("\0")[:-1]


def _move(repo: Path, staged: Path, paths: Iterable[str], after: Tree) -> None:
    """Remove what is not in `after`, then move the staged files in, each in one step."""
    paths = list(paths)
    for path in paths:
        if path not in after:
            (repo / path).unlink(missing_ok=True)
            with suppress(OSError):  # the first folder that still holds something stops it
                for parent in Path(path).parents[:-1]:
                    (repo / parent).rmdir()
    for path in paths:
        if path in after:
            place = repo / path
            place.parent.mkdir(parents=True, exist_ok=True)
            _put(staged / path, place)


def _put(file: Path, place: Path) -> None:
    """Move a file in one step, also from another file system (a linked work tree may be on one)."""
    try:
        file.replace(place)
    except OSError as error:
        if error.errno != errno.EXDEV:
            raise
        beside = place.with_name(f".{place.name}.trueline")
        shutil.copy2(file, beside, follow_symlinks=False)
        beside.replace(place)


def _current(repo: Path, paths: Iterable[str]) -> dict[str, str | None]:
    """Return the object id of each path's content in the work tree; None where nothing is."""
    found: dict[str, str | None] = dict.fromkeys(paths)
    plain = [path for path in found if (repo / path).is_file() and not (repo / path).is_symlink()]
    if plain:
        given = "".join(f"{path}\n" for path in plain).encode(errors="surrogateescape")
        hashed = git("hash-object", "--stdin-paths", cwd=repo, given=given).decode().split()
        found |= dict(zip(plain, hashed, strict=True))
    for path in found:
        if (repo / path).is_symlink():
            target = os.fsencode((repo / path).readlink())
            found[path] = git("hash-object", "--stdin", cwd=repo, given=target).decode().strip()
    return found
