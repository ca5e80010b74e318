"""`trueline update`: merge another version of the template into a project, on a branch."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from ..exitcodes import FINDING, FINE

if TYPE_CHECKING:
    from .hop import Hop


@click.command(name="update")
@click.argument("path", type=click.Path(path_type=Path), default=".")
@click.option("--to", metavar="VERSION", help="A release, branch or commit [newest release].")
@click.option("--answer", "pairs", multiple=True, metavar="KEY=VALUE", help="Change an answer.")
@click.option("--in-place", is_flag=True, help="Change the work tree instead of making a branch.")
@click.option("--format", "form", type=click.Choice(["rich", "json"]), default="rich")
def command(path: Path, to: str | None, pairs: tuple[str, ...], in_place: bool, form: str) -> int:
    """Merge a newer template into the project at PATH, every edit kept.

    The outcome is one commit on the new branch trueline/update-VERSION. The work tree, the index
    and HEAD stay as they are. Conflicts are listed, and marked on the branch only: exit 1.
    Exit 3: the template is out of reach.
    """
    from .progress import announced

    with announced("merging the template's change"):
        told = run(path, to, pairs, in_place=in_place)
    if form == "json":
        click.echo(json.dumps(told, indent=2))
    else:
        _show(told)
    return FINDING if told["conflicts"] else FINE


def run(
    path: Path, to: str | None = None, pairs: tuple[str, ...] = (), *, in_place: bool = False
) -> dict[str, Any]:
    """Update the project at `path` and return what was done, as the JSON of the command.

    Raises BadInput, or CannotTell when the template is out of reach; the project is then as before.
    """
    from . import branch, hop
    from . import in_place as work_tree

    root, _, _ = hop.head_of(path)
    recovered = in_place and work_tree.recover(root)
    if in_place:
        work_tree.refuse_dirty(root)
    found = hop.prepare(path, to, pairs)
    told: dict[str, Any] = {
        "schema": 1, "from": found.before, "to": found.after, "outcome": "up to date",
        "branch": None, "commit": None, "changed": [], "conflicts": [], "notes": [],
    }  # fmt: skip
    if recovered:
        told["notes"].append(_row("", "recovered", "an interrupted update --in-place was undone"))
    if found.merged is None:
        return told
    merged = found.merged
    told["changed"] = _changes(found)
    told["conflicts"] = [_row(c.path, c.kind, c.detail) for c in merged.conflicts]
    told["notes"] += [_row(n.path, n.kind, n.detail) for n in merged.notes]
    told["outcome"] = "conflicts" if merged.conflicts else "merged"
    if not in_place:
        told["branch"], told["commit"] = branch.write(found, _message(found))
    elif not merged.conflicts:
        work_tree.apply(root, merged.tree)
    return told


def _row(path: str, kind: str, detail: str) -> dict[str, str]:
    return {"path": path, "kind": kind, "detail": detail}


def _changes(found: Hop) -> list[dict[str, str]]:
    """List what the merge changes in the project, as git names it: A, M, D, R."""
    from .git import git

    assert found.merged is not None
    listed = git(
        "diff-tree", "-r", "-M", "-z", "--name-status", found.head, found.merged.tree,
        cwd=found.repo,
    )  # fmt: skip
    words, rows = iter(listed.decode(errors="surrogateescape").split("\0")[:-1]), []
    for status in words:
        row = {"status": status[0], "path": next(words)}
        if status[0] == "R":
            row |= {"from": row["path"], "path": next(words)}
        rows.append(row)
    return rows


def _message(found: Hop) -> str:
    assert found.merged is not None
    lines = [f"Update the template from {found.before} to {found.after}"]
    if found.merged.conflicts:
        lines += ["", "To settle:"]
        lines += [f"- {clash.path}: {clash.kind}" for clash in found.merged.conflicts]
    return "\n".join(lines)


def _show(told: dict[str, Any]) -> None:
    from rich.console import Console
    from rich.text import Text

    console = Console(highlight=False, soft_wrap=True)
    if told["outcome"] == "up to date":
        console.print(Text(f"up to date with the template's {told['from']}"))
    else:
        console.print(Text(f"{told['from']} -> {told['to']}: {len(told['changed'])} files change"))
    for row in told["changed"]:
        origin = f"{row['from']} -> " if "from" in row else ""
        console.print(Text(f"  {row['status']} {origin}{row['path']}", style="dim"))
    for row in told["notes"]:
        console.print(Text(f"  note      {row['path']}: {row['kind']} ({row['detail']})"))
    for row in told["conflicts"]:
        detail = f" ({row['detail']})" if row["detail"] else ""
        console.print(Text(f"  conflict  {row['path']}: {row['kind']}{detail}", style="bold red"))
    if told["branch"]:
        console.print(Text(f"on the branch {told['branch']}; look: git diff HEAD {told['branch']}"))
        console.print(Text(f"take it: git merge {told['branch']}"))
    elif told["outcome"] == "conflicts":
        console.print(Text("nothing was written; without --in-place they stand on a branch"))
    elif told["outcome"] == "merged":
        console.print(Text("written to the work tree; look: git status"))
