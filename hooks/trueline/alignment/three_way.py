"""`git merge-tree` over three trees, and what its conflicts mean to the owner of the middle one."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from pathlib import Path

from ..errors import BadInput
from . import trees
from .git import GitFailed, git, text

# Renames as git finds them; a new file of the user's stays where the user put it, also when the
# template moved the folder around it.
_SETTINGS = (
    "-c", "merge.renames=true", "-c", "merge.directoryRenames=false",
    "-c", "merge.renameLimit=10000", "-c", "merge.conflictStyle=merge",
)  # fmt: skip
_WHO = {
    f"GIT_{who}_{what}": value
    for who in ("AUTHOR", "COMMITTER")
    for what, value in (("NAME", "Trueline"), ("EMAIL", "trueline@localhost"), ("DATE", "@0 +0000"))
}
# What git says, in words that need no knowledge of merge-ort.
_KINDS = {
    "CONFLICT (contents)": "edited by both",
    "CONFLICT (binary)": "edited by both",
    "CONFLICT (add/add)": "added by both",
    "CONFLICT (modify/delete)": "edited here, removed there",
    "CONFLICT (rename/delete)": "moved here, removed there",
    "CONFLICT (rename/rename)": "moved to two places",
    "CONFLICT (file/directory)": "a file here, a folder there",
    "CONFLICT (distinct modes)": "two kinds of file",
}


@dataclass(order=True, frozen=True)
class Clash:
    """One path where both sides wanted something else; `settled` when the rules decide it."""

    path: str
    kind: str
    detail: str = ""
    settled: bool = field(default=False, compare=False)


def merge_trees(
    repo: Path, base: str, ours: str, theirs: str, label: str
) -> tuple[str, list[Clash]]:
    """Merge three trees; return the merged tree and every clash. Markers name ours and `label`.

    A file that ours removed stays removed; one that theirs removed and ours edited stays.
    """
    root = _commit(repo, base)
    mine, new = _commit(repo, ours, root), _commit(repo, theirs, root)
    # Before git 2.40 there is no --merge-base: the common parent says it.
    try:
        said = _merge_tree(repo, mine, new)
    except GitFailed as error:
        if str(error).startswith("usage:"):
            raise BadInput("git is older than 2.38, which first merges trees; update git") from None
        raise
    tree, stages, kinds = _parse(said)
    if not stages:
        return tree, []
    merged, before = trees.read(repo, tree), trees.read(repo, ours)
    clashes = []
    for path, found in sorted(stages.items()):
        kind = kinds.get(path, "CONFLICT")
        if 2 not in found and path not in before:
            merged.pop(path, None)
            if found == {1, 3}:
                detail = "you removed it and the template changed it; it stays removed"
                clashes.append(Clash(path, "removed here, changed there", detail, settled=True))
                continue
        elif found == {1, 2} and path in before:
            merged[path] = before[path]
        if path in merged:
            merged[path] = _named(repo, merged[path], {mine: "yours", new: label})
        clashes.append(Clash(path, _KINDS.get(kind, kind.removeprefix("CONFLICT ").strip("()"))))
    return trees.write(repo, merged), clashes


def _merge_tree(repo: Path, mine: str, new: str) -> str:
    return git(
        *_SETTINGS, "merge-tree", "--write-tree", "-z", "--messages", mine, new,
        cwd=repo, ok=(0, 1),
    ).decode(errors="surrogateescape")  # fmt: skip


def _commit(repo: Path, tree: str, *parents: str) -> str:
    above = [word for parent in parents for word in ("-p", parent)]
    return text("commit-tree", tree, *above, "-m", "trueline", cwd=repo, env=_WHO)


def _parse(said: str) -> tuple[str, dict[str, set[int]], dict[str, str]]:
    """Read the NUL-separated report: the tree, the stages of each path in conflict, its kind."""
    words = iter(said.split("\0"))
    tree = next(words)
    stages: dict[str, set[int]] = defaultdict(set)
    for word in words:
        if not word:
            break
        described, _, path = word.partition("\t")
        stages[path].add(int(described.rsplit(" ", 1)[1]))
    kinds: dict[str, str] = {}
    for count in words:
        if not count.strip():
            break
        paths = [next(words) for _ in range(int(count))]
        kind, _message = next(words), next(words)
        if kind.startswith("CONFLICT"):
            kinds |= dict.fromkeys(paths, kind)
    return tree, dict(stages), kinds


def _named(repo: Path, blob: trees.Blob, names: dict[str, str]) -> trees.Blob:
    """Put names into conflict markers, where git wrote the ids of commits that nobody knows."""
    content = trees.blob(repo, blob.oid) if blob.mode.startswith("100") else b""
    lines = content.splitlines(keepends=True)
    for number, line in enumerate(lines):
        if line.startswith((b"<<<<<<< ", b">>>>>>> ")):
            for oid, name in names.items():
                line = line.replace(oid.encode(), name.encode())
            lines[number] = line
    changed = b"".join(lines)
    return blob if changed == content else blob._replace(oid=trees.store(repo, changed))
