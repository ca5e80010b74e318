"""3.1.2 and 3.2.4: somebody else agreed, because the forge asks for it and as its history shows."""

from __future__ import annotations

from ....evidence.mainline import infrastructure, touching
from ....evidence.snapshot import Snapshot
from ...finding import Finding, Place, found, missing, unseen, weak
from ...probe import Probe
from ...reviewed import ASK, asking, bringing, source, unapproved


class InfrastructureIsApproved(Probe):
    """Infrastructure changes are approved by others, by its owners."""

    statement = "3.1.2"

    def observe(self, snapshot: Snapshot) -> Finding:
        """The rule, the owners it refers to, then the pull requests that touched it."""
        gap = asking(snapshot, code_owners=True) or _owned(snapshot)
        if gap:
            return gap
        forge = snapshot.forge
        if forge.pulls.problem:
            return unseen(forge.pulls.problem, **ASK)
        most = int(self.entry.number("pull_requests"))
        changes = touching(forge.changes, infrastructure)[:most]
        unknown = [change for change in changes if change.pulls is None]
        if unknown:
            return unseen(f"the forge did not say how {unknown[0].sha[:12]} came", **ASK)
        # What came by no pull request at all is the business of 2.1.3.
        pulls = bringing(changes, snapshot)
        if not pulls:
            return weak("the rule stands, but no pull request touched infrastructure yet")
        gap = unapproved(pulls, snapshot)
        if gap:
            return gap
        return found(
            f"the last {len(pulls)} pull requests for infrastructure were approved by others",
            source(snapshot, "rules and reviews"),
            Place(snapshot.codeowners.path),
        )


class CodeIsApproved(Probe):
    """ML code changes are approved by others."""

    statement = "3.2.4"

    def observe(self, snapshot: Snapshot) -> Finding:
        """The rule, with the last push in it, then the newest merged pull requests."""
        gap = asking(snapshot, last_push=True)
        if gap:
            return gap
        forge = snapshot.forge
        if forge.pulls.problem:
            return unseen(forge.pulls.problem, **ASK)
        pulls = (forge.pulls.value or ())[: int(self.entry.number("pull_requests"))]
        if not pulls:
            return weak(f"{forge.branch} asks for approvals, but nothing was merged yet")
        gap = unapproved(pulls, snapshot)
        if gap:
            return gap
        return found(
            f"the last {len(pulls)} merged pull requests were approved by others",
            source(snapshot, "rules and reviews"),
        )


def _owned(snapshot: Snapshot) -> Finding | None:
    """Return the gap in CODEOWNERS: a file of the infrastructure that nobody owns."""
    document = snapshot.codeowners
    if document.problem:
        return unseen(f"{document.path} cannot be read: {document.problem}", Place(document.path))
    files = sorted(filter(infrastructure, snapshot.files))
    if not files:
        return missing("there is no infrastructure code: neither infra/ nor compose.yaml")
    if document.value is None:
        return missing("there is no CODEOWNERS", remedy="name the owners of infra/ in CODEOWNERS")
    free = next((path for path in files if not document.value.of(path)), None)
    if free:
        return missing(f"{document.path} names nobody for {free}", Place(document.path))
    return None
