"""Which state of branch `evidence` speaks of a commit: the newest that names it or an ancestor."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from datetime import UTC, datetime

from ..evidence.document import mapping, text
from ..evidence.git import EVIDENCE_REFS, SHA, Repository, run
from ..evidence.moment import moment

MOST = 2000  # states of the branch that are looked at
OPENED = 200  # of those whose message names no commit, so many are opened
_MESSAGE = re.compile(r"^Evidence for ([0-9a-f]{40,64})$")


@dataclass(frozen=True)
class State:
    """One commit of branch `evidence`: when it was pushed, and of which commit it tells."""

    sha: str
    at: datetime
    about: str


@dataclass(frozen=True)
class Pushed:
    """All states of branch `evidence`, newest first; `cut` when the clone lacks the older ones."""

    states: tuple[State, ...] = ()
    cut: bool = False

    def about(self, repository: Repository, sha: str) -> State | None:
        """Return the state that speaks of a commit; None when CI had not told of it yet.

        Where the clone holds the newest state alone that one is returned: the probes themselves
        refuse reports of commits that are no ancestors.
        """
        if not self.states:
            return None
        listed = run(repository.root, "rev-list", "--max-count=100000", sha, "--")
        known = set(listed.stdout.decode().split())
        found = next((state for state in self.states if state.about in known), None)
        return found or (self.states[0] if self.cut else None)


def pushed(repository: Repository) -> Pushed:
    """Read the states of origin's branch `evidence`."""
    (ref,) = EVIDENCE_REFS
    done = run(
        repository.root,
        "rev-list",
        "--first-parent",
        f"--max-count={MOST}",
        "--no-commit-header",
        "--format=%H%x00%cI%x00%P%x00%s",
        ref,
        "--",
    )
    if done.returncode:
        return Pushed()
    rows = [row.split("\0") for row in done.stdout.decode(errors="replace").split("\n")]
    rows = [row for row in rows if len(row) == 4]
    states = tuple(
        State(
            sha,
            at.astimezone(UTC),
            _named(subject) or (_told(repository, sha) if number < OPENED else ""),
        )
        for number, (sha, told, _, subject) in enumerate(rows)
        # A clock may have said a year that no calendar has.
        if (at := moment(told)) is not None
    )
    return Pushed(states, _is_cut(repository, rows[-1][0]) if rows else False)


def _named(subject: str) -> str:
    """Return the commit that a state's message names, as the template's workflows write it."""
    found = _MESSAGE.match(subject)
    return found[1] if found else ""


def _told(repository: Repository, sha: str) -> str:
    """Return the commit that a state's own reports name."""
    done = run(repository.root, "cat-file", "blob", f"{sha}:reports/ci.json")
    try:
        commit = text(mapping(json.loads(done.stdout)).get("commit"))
    except (ValueError, RecursionError):
        commit = ""
    if SHA.fullmatch(commit):
        return commit
    done = run(repository.root, "cat-file", "blob", f"{sha}:reports/junit.xml")
    found = re.search(
        rb"name=[\"']commit[\"'] value=[\"']([0-9a-f]{7,64})[\"']", done.stdout[:20_000]
    )
    return found[1].decode() if found else ""


def _is_cut(repository: Repository, oldest: str) -> bool:
    """Tell whether the oldest known state has parents that the clone lacks."""
    done = run(repository.root, "cat-file", "commit", oldest)
    head = done.stdout.partition(b"\n\n")[0]
    return b"\nparent " in head
