"""2.2.3: the forge's rules and its history, never a file that wishes for them."""

from __future__ import annotations

from ....evidence.snapshot import Snapshot
from ...finding import Finding, Place, found, missing, unseen, weak
from ...probe import Probe


class ChangesByPullRequest(Probe):
    """ML code changes by pull request only."""

    statement = "2.2.3"

    def observe(self, snapshot: Snapshot) -> Finding:
        """Ask for the rule first, then for the history: a rule can be switched off and on again."""
        forge = snapshot.forge
        if forge.problem:
            return unseen(forge.problem, remedy="run `trueline check --forge` with a GITHUB_TOKEN")
        if not forge.by_pull_request:
            return missing(f"no active rule of {forge.branch} asks for a pull request")
        if forge.bypass:
            return weak(f"the rule may be bypassed by {', '.join(forge.bypass)}")
        bots = snapshot.vouched.bots
        # The first commit starts the history; no pull request could have brought it.
        direct = [c for c in forge.commits if not (c.merged or c.root or c.author in bots)]
        if direct:
            share = f"{len(direct)} of the last {len(forge.commits)} commits"
            return weak(
                f"{share} of {forge.branch} came by no pull request",
                *(Place(commit.sha[:12]) for commit in direct[:5]),
                remedy="merge by pull request from now on; declare bots in maturity.yaml (bots:)",
            )
        if not any(commit.merged for commit in forge.commits):
            return weak(f"{forge.branch} asks for pull requests, but none was merged yet")
        count = len(forge.commits)
        return found(f"{forge.branch} asks for pull requests; its last {count} commits kept to it")
