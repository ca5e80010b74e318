"""2.1.3 and 2.2.3: the forge's rules and its history, never a file that wishes for them."""

from __future__ import annotations

from ....evidence.mainline import infrastructure, touching
from ....evidence.snapshot import Snapshot
from ...finding import Finding, found, missing, weak
from ...probe import Probe
from ...reviewed import direct, ruled, source


class ChangesByPullRequest(Probe):
    """ML code changes by pull request only."""

    statement = "2.2.3"

    def observe(self, snapshot: Snapshot) -> Finding:
        """Ask for the rule first, then for the history: a rule can be switched off and on again."""
        gap = ruled(snapshot)
        if gap:
            return gap
        forge, bots = snapshot.forge, snapshot.vouched.bots
        newest = forge.changes[: int(self.entry.number("commits"))]
        # The first commit starts the history; no pull request could have brought it.
        judged = [c for c in newest if not (c.root or c.author in bots)]
        gap = direct(judged, snapshot, f" of {forge.branch}")
        if gap:
            return gap
        if not any(change.pulls for change in newest):
            return weak(f"{forge.branch} asks for pull requests, but none was merged yet")
        count = len(newest)
        return found(
            f"{forge.branch} asks for pull requests; its last {count} commits kept to it",
            source(snapshot, f"rules and history of {forge.branch}"),
        )


class InfrastructureByPullRequest(Probe):
    """Infrastructure changes by pull request only."""

    statement = "2.1.3"

    def observe(self, snapshot: Snapshot) -> Finding:
        """As for the code, for the commits that touch infrastructure; no bot is excused."""
        gap = ruled(snapshot)
        if gap:
            return gap
        if not any(map(infrastructure, snapshot.files)):
            return missing("there is no infrastructure code: neither infra/ nor compose.yaml")
        most = int(self.entry.number("commits"))
        changes = touching(snapshot.forge.changes, infrastructure)[:most]
        gap = direct(changes, snapshot, " that touch infrastructure")
        if gap:
            return gap
        branch = snapshot.forge.branch
        if not changes:
            return weak(f"{branch} asks for pull requests, but none changed infrastructure yet")
        return found(
            f"{branch} asks for pull requests; its last {len(changes)} commits that touch "
            "infrastructure kept to it",
            source(snapshot, f"rules and history of {branch}"),
        )
