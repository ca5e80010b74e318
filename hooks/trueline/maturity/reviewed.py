"""What the forge's rules and its history say about changes: asked for, brought by, agreed to."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from ..evidence.forge import Change, Pull, Rule
from ..evidence.snapshot import Snapshot
from .finding import Finding, Place, missing, unseen, weak

# What is left to do where the forge was not asked: for `remedy` and `start`.
ASK = {
    "remedy": "run `trueline check --forge` with a GITHUB_TOKEN or GITLAB_TOKEN that may read",
    "start": "trueline next --forge",
}


def source(snapshot: Snapshot, what: str) -> Place:
    """Return what the forge said as a place: the repository there, and what was asked about it."""
    forge = snapshot.forge
    return Place(f"{forge.kind}:{forge.repository}", None, what)


def ruled(snapshot: Snapshot) -> Finding | None:
    """Return the gap in the rule that asks for pull requests; None when there is none."""
    forge = snapshot.forge
    if forge.rules.value is None:
        return unseen(forge.rules.problem or "the forge said nothing of its rules", **ASK)
    rules = forge.rules.value.pull_request
    if not rules:
        return missing(f"no active rule of {forge.branch} asks for a pull request")
    bypass = _open(rules, [rule.bypass for rule in rules], snapshot)
    if bypass:
        return weak(
            f"the rule may be bypassed by {', '.join(bypass)}",
            remedy="take the bypass out of the rule, or record it with its reason in maturity.yaml",
        )
    return None


def asking(
    snapshot: Snapshot, *, code_owners: bool = False, last_push: bool = False
) -> Finding | None:
    """Return the gap in the rules about reviews: an approval, of an owner, of the last push."""
    gap = ruled(snapshot)
    rules = snapshot.forge.rules.value
    if rules is None or (gap and not rules.pull_request):
        return gap
    branch = snapshot.forge.branch
    counts = [rule.approvals for rule in rules.pull_request]
    approving = tuple(rule for rule in rules.pull_request if rule.approvals)
    if not approving and None in counts:
        return unseen(f"the token may not see how many approvals {branch} asks for", **ASK)
    if not approving:
        return missing(f"{branch} asks for pull requests, but for no approval")
    owned = tuple(rule for rule in rules.pull_request if rule.code_owners)
    if code_owners and not owned:
        return missing(f"{branch} asks for approvals, but not for those of code owners")
    if last_push and not any(rule.last_push for rule in rules.pull_request):
        return weak(
            f"{branch} lets an approval stand though something was pushed after it",
            remedy="require approval of the most recent reviewable push",
        )
    if gap:
        return gap
    for needed in (approving, owned if code_owners else approving):
        bypass = _open(needed, [rule.unreviewed for rule in needed], snapshot)
        if bypass:
            return weak(f"the rule may be bypassed by {', '.join(bypass)}")
    return None


def _open(
    rules: Sequence[Rule], bypass: Iterable[tuple[str, ...] | None], snapshot: Snapshot
) -> tuple[str, ...]:
    """Return who gets past every one of the rules; what the token may not see is not held against.

    Those that maturity.yaml records with a reason are left out.
    """
    recorded = snapshot.vouched.bypass
    seen = [
        tuple(name for name in names if name not in recorded)
        for names in bypass
        if names is not None
    ]
    return min(seen, key=len) if seen and rules else ()


def direct(changes: Sequence[Change], snapshot: Snapshot, what: str) -> Finding | None:
    """Return the gap when one of the commits came by no merged pull request."""
    forge = snapshot.forge
    if forge.pulls.problem:
        return unseen(forge.pulls.problem, **ASK)
    unknown = [change for change in changes if change.pulls is None]
    if unknown:
        return unseen(f"the forge did not say how {unknown[0].sha[:12]} came", **ASK)
    pushed = [change for change in changes if not change.pulls]
    if pushed:
        return weak(
            f"{len(pushed)} of the last {len(changes)} commits{what} came by no pull request",
            *(Place(change.sha[:12]) for change in pushed[:5]),
            remedy="merge by pull request from now on",
        )
    return None


def unapproved(pulls: Sequence[Pull], snapshot: Snapshot) -> Finding | None:
    """Return the gap when nobody but its author, or a bot, agreed to one of the requests."""
    unknown = [pull for pull in pulls if pull.approved_by is None]
    if unknown:
        return unseen(f"the forge did not say who approved #{unknown[0].number}", **ASK)
    lacking = [pull for pull in pulls if not _approved(pull, snapshot)]
    if lacking:
        return weak(
            f"{len(lacking)} of the last {len(pulls)} pull requests had no approval of another "
            "person",
            *(Place(f"#{pull.number}") for pull in lacking[:5]),
            remedy="merge from now on what somebody else approved",
        )
    return None


def _approved(pull: Pull, snapshot: Snapshot) -> bool:
    return any(
        not person.bot
        and person.name != pull.author.name
        and person.name not in snapshot.vouched.bots
        for person in pull.approved_by or ()
    )


def bringing(changes: Iterable[Change], snapshot: Snapshot) -> list[Pull]:
    """Return the merged pull requests that brought some commits, the newest merge first."""
    numbers = {number for change in changes for number in change.pulls or ()}
    return [pull for pull in snapshot.forge.pulls.value or () if pull.number in numbers]
