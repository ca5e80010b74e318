"""A template's change merged into a project, as git merges: base and theirs are renders.

    base    the template at the recorded version, with the recorded answers
    theirs  the template at the wanted version, with the wanted answers
    ours    the project's HEAD

Before git sees the three, files that the template moved are moved in base and ours, files that are
the user's are made equal in all three, and pyproject.toml is merged as what it means.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from . import toml_merge, trees
from .git import git
from .three_way import Clash, merge_trees
from .trees import Tree

_PYPROJECT = "pyproject.toml"
Matches = Callable[[str], bool]


@dataclass
class Merged:
    """The outcome: a tree, the conflicts somebody must settle, and notes on what was decided."""

    tree: str
    conflicts: list[Clash] = field(default_factory=list)
    notes: list[Clash] = field(default_factory=list)


def merge(
    repo: Path,
    base: Tree,
    ours: Tree,
    theirs: Tree,
    *,
    moves: Mapping[str, str],
    is_seed: Matches,
    generated: Iterable[str],
    label: str,
) -> Merged:
    """Merge `theirs` into `ours` and return the result as objects of `repo`.

    `moves` (old path -> new path) are the template's; `label` names its version in markers.
    """
    base, ours, theirs = dict(base), dict(ours), dict(theirs)
    early: list[Clash] = []
    _move(moves, base, ours)
    _keep_seeds(is_seed, base, ours, theirs)
    for path in generated:
        _pin(path, theirs, base, ours)
    _settle_pyproject(repo, base, ours, theirs)
    for path in sorted((set(ours) & set(theirs)) - set(base)):
        if ours[path] != theirs[path]:
            early.append(Clash(path, "added by both", "the template adds it too; yours is kept"))
            theirs[path] = ours[path]
    tree, late = merge_trees(
        repo, trees.write(repo, base), trees.write(repo, ours), trees.write(repo, theirs), label
    )
    notes = [clash for clash in late if clash.settled]
    conflicts = early + [clash for clash in late if not clash.settled]
    return Merged(tree, sorted(conflicts), sorted(notes))


def _move(moves: Mapping[str, str], base: Tree, ours: Tree) -> None:
    """Rename in base and ours what the template renamed, so that edits meet their file."""
    for old, new in moves.items():
        if new in ours or new in base:
            continue  # something stands there already: the merge has to say what it thinks of it
        for tree in (base, ours):
            if old in tree:
                tree[new] = tree.pop(old)


def _keep_seeds(is_seed: Matches, base: Tree, ours: Tree, theirs: Tree) -> None:
    """Leave the user's files as they are: also gone, where the user removed one."""
    for path in sorted({*base, *ours, *theirs}):
        if not is_seed(path):
            continue
        if path in ours:
            _pin(path, ours, base, theirs)
        elif path in base:
            base.pop(path)
            theirs.pop(path, None)


def _pin(path: str, source: Tree, *others: Tree) -> None:
    """Give `path` one version in all trees, so that no merge touches it."""
    for tree in others:
        tree.pop(path, None)
        if path in source:
            tree[path] = source[path]


def _settle_pyproject(repo: Path, base: Tree, ours: Tree, theirs: Tree) -> None:
    found = [tree.get(_PYPROJECT) for tree in (base, ours, theirs)]
    old, mine, new = found
    if old is None or mine is None or new is None or len({old, mine, new}) < 3:
        return
    try:
        texts = [trees.blob(repo, blob.oid).decode() for blob in (old, mine, new)]
    except UnicodeDecodeError:
        return
    merged = toml_merge.merge(texts[0], texts[1], texts[2], by_lines)
    for tree, blob, text in zip((base, ours, theirs), (old, mine, new), merged, strict=True):
        tree[_PYPROJECT] = blob._replace(oid=trees.store(repo, text.encode()))


def by_lines(base: str, ours: str, theirs: str) -> str | None:
    """Merge three texts as git merges lines; None where they conflict."""
    with tempfile.TemporaryDirectory(prefix="trueline-") as scratch:
        files = [Path(scratch, name) for name in ("ours", "base", "theirs")]
        for file, text in zip(files, (ours, base, theirs), strict=True):
            file.write_bytes(text.encode())
        # The exit code is the number of conflicts, at most 127.
        merged = git("merge-file", "-p", *files, cwd=Path(scratch), ok=tuple(range(128)))
    text = merged.decode()
    return None if any(line.startswith("<<<<<<< ") for line in text.splitlines()) else text
