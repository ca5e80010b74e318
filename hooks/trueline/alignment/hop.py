"""One hop of a project to another version of its template, worked out but not yet applied."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ..errors import BadInput, CannotTell
from . import answers as answers_file
from . import given, merge, ownership, renames, trees
from .answers import Answers
from .git import GitFailed, git, text, toplevel
from .render import Rendered, questions, render
from .source import NoSuchVersion, Template, Unreachable, checked, cloned


@dataclass(frozen=True)
class Hop:
    """From which version to which, and what the merge made of it (None: no change)."""

    repo: Path
    before: str
    after: str
    head: str
    merged: merge.Merged | None


def head_of(project: Path) -> tuple[Path, str, Answers]:
    """Return a project's root, its HEAD commit and the answers recorded there. Raises BadInput."""
    if not project.is_dir():
        raise BadInput(f"there is no folder {project}")
    root = toplevel(project)
    if root is None:
        raise BadInput(f"{project} is not in a git repository; an update is a merge and needs one")
    if root != project.resolve():
        raise BadInput(f"{project} is not the root of its git repository, which is {root}")
    try:
        head = text("rev-parse", "--verify", "--quiet", "HEAD^{commit}", cwd=root)
    except GitFailed:
        raise BadInput(
            f"{project} has no commit yet; commit what the template made first"
        ) from None
    try:
        recorded = git("cat-file", "blob", f"{head}:{answers_file.NAME}", cwd=root)
    except GitFailed:
        raise BadInput(f"{project} has no {answers_file.NAME} in its last commit") from None
    return root, head, answers_file.parse(recorded)


def prepare(project: Path, to: str | None, pairs: tuple[str, ...]) -> Hop:
    """Work out the hop of `project` to version `to` (the newest release) with changed answers.

    Writes objects into the project's repository and nothing else. Raises BadInput when the project,
    the version or an answer does not allow it, CannotTell when the template, or the version
    that made the project, is out of reach.
    """
    root, head, recorded = head_of(project)
    if to is not None:
        to = checked(to, "--to")
    changed = given.collect(pairs, None)
    try:
        with cloned(recorded.source) as template, tempfile.TemporaryDirectory() as scratch:
            try:
                start = template.commit(recorded.version)
            except NoSuchVersion:
                raise CannotTell(
                    f"the template at {recorded.source} has no version {recorded.version!r} (any"
                    " more), which the project was made from"
                ) from None
            goal = template.commit(to or template.newest())
            after = template.describe(goal)
            behind = goal != start and template.contains(goal, start)
            if behind and to:
                raise BadInput(f"{after} is older than the project's {recorded.version}")
            if behind or (goal == start and not changed):
                return Hop(root, recorded.version, recorded.version, head, None)
            merged = _merge(
                root, head, recorded, changed, template, (start, goal), after, Path(scratch)
            )
    except Unreachable as error:
        raise CannotTell(str(error)) from None
    except NoSuchVersion:
        raise BadInput(f"the template at {recorded.source} has no version {to!r}") from None
    if merged.tree == text("rev-parse", f"{head}^{{tree}}", cwd=root):
        return Hop(root, recorded.version, after, head, None)
    return Hop(root, recorded.version, after, head, merged)


def _merge(
    root: Path,
    head: str,
    recorded: Answers,
    changed: dict[str, Any],
    template: Template,
    commits: tuple[str, str],
    after: str,
    scratch: Path,
) -> merge.Merged:
    start, goal = commits
    old = template.unpack(start, scratch / "old")
    new = old if start == goal else template.unpack(goal, scratch / "new")
    asked = questions(new)
    changed = given.check(changed, asked)
    known = {name: value for name, value in recorded.values.items() if name in asked}
    base = render(
        old, scratch / "base",
        source=recorded.source, version=recorded.version,
        given=given.check(recorded.values, questions(old)),
    )  # fmt: skip
    theirs = render(
        new, scratch / "theirs",
        source=recorded.source, version=after, recorded=known, given=changed,
    )  # fmt: skip
    given.refuse_hidden(changed, theirs.hidden, asked)
    _refuse_lost_answers(known, changed, theirs)
    before, ours = trees.from_folder(root, base.folder), trees.read(root, head)
    wanted = trees.from_folder(root, theirs.folder)
    moves = renames.moved_files(
        renames.load(template.read(goal, renames.PATH)),
        before, wanted, base.answers, theirs.answers,
    )  # fmt: skip
    folders = renames.moved_folders(_subdirectory(new), base.answers, theirs.answers)
    for path in [*before, *ours]:
        for folder, target in folders.items():
            if path.startswith(f"{folder}/") and path not in moves:
                moves[path] = target + path.removeprefix(folder)
    now, then = ownership.matcher(theirs.seeds), ownership.matcher(base.seeds)
    return merge.merge(
        root, before, ours, wanted,
        moves=moves,
        # What the new version does not have any more, the old one's patterns speak for.
        is_seed=lambda path: now.match_file(path)
        or (path not in wanted and then.match_file(path)),
        generated=[answers_file.NAME],
        label=f"template {after}",
    )  # fmt: skip


def _subdirectory(template: Path) -> Path:
    inside = template / "template"
    return inside if inside.is_dir() else template


def _refuse_lost_answers(
    recorded: Mapping[str, Any], changed: Mapping[str, Any], theirs: Rendered
) -> None:
    """Refuse to replace a recorded answer by a default because the new version does not take it."""
    for name, value in recorded.items():
        now = theirs.answers.get(name)
        same = sorted(map(str, value)) == sorted(map(str, now)) if (
            isinstance(value, list) and isinstance(now, list)
        ) else str(value) == str(now)  # fmt: skip
        if not same and name not in changed and name not in theirs.hidden:
            raise BadInput(
                f"the recorded answer {name}={value!r} is not valid any more; give another with"
                f" --answer {name}=..."
            )
