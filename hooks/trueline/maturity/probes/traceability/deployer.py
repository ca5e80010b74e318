"""2.1.5: CD alone holds the rights to deploy; somebody vouches for it, and the forge agrees."""

from __future__ import annotations

import re

from ....evidence.snapshot import Snapshot
from ... import attestation
from ...cd import EVENTS, Doing, applies, deploys, doings, merging, unreadable
from ...deployments import PRODUCTION
from ...finding import Finding, Place, Strength, at, found, missing, unseen, weak
from ...probe import Probe

# Keys that stay valid until somebody changes them, by what they are handed over as or are called.
_KEYS = re.compile(
    r"aws[-_]?(secret[-_]?)?access[-_]?key([-_]?id)?|credentials[-_]?json|service[-_]?account[-_]?key"
    r"|google[-_](application[-_])?credentials|gcp[-_]?(sa[-_]?key|credentials)|gke[-_]?key|client[-_]?secret"
    r"|azure[-_]?credentials|creds|kube[-_]?config(_data)?|(do|digitalocean)[-_](access[-_])?token"
    r"|ssh[-_]?(private[-_]?)?key|(deploy|private)[-_]key",
    re.IGNORECASE,
)


class OnlyCdDeploys(Probe):
    """Only the CD pipeline can deploy."""

    statement = "2.1.5"

    def observe(self, snapshot: Snapshot) -> Finding:
        """Rights of the workflow, the setting, the signature, and last the forge's own words."""
        jobs = _deploying(snapshot)
        if not jobs:
            return unreadable(snapshot) or missing("no workflow deploys anything")
        for doing in jobs:
            gap = _rights(doing)
            if gap:
                return gap
        settings = next(
            (d for name, d in snapshot.environments.settings.items() if name in PRODUCTION), None
        )
        if settings is None:
            return missing("there is no conf/environments/production.yaml")
        if settings.problem:
            return unseen(
                f"{settings.path} cannot be read: {settings.problem}", Place(settings.path)
            )
        if (settings.value or {}).get("deployer") not in ("ci", "cd"):
            return missing(f"{settings.path} does not say deployer: ci", Place(settings.path))
        signed = attestation.judge(self.entry, snapshot, jobs[0].place, Place(settings.path))
        return signed if signed.strength is not Strength.PROVED else _guarded(snapshot, signed)


def _deploying(snapshot: Snapshot) -> list[Doing]:
    """Return one step of each job that deploys or applies something."""
    found_: dict[tuple[str, str], Doing] = {}
    for event in (*EVENTS, "workflow_dispatch", "schedule", "release"):
        for workflow in merging(snapshot, event, ()):
            for doing, command in doings(workflow, event):
                if doing.job.environments and (applies(command) or deploys(command, doing.step)):
                    found_.setdefault((workflow.path, doing.job.id), doing)
    return list(found_.values())


def _rights(doing: Doing) -> Finding | None:
    job = doing.job
    handed = [(job.secrets, (job.path, job.line)), *((s.secrets, s.location) for s in job.steps)]
    for secrets, location in handed:
        for key, name in secrets:
            if _KEYS.search(key) or _KEYS.search(name):
                return missing(
                    f"job '{job.id}' uses a key that stays valid for good: secret {name}",
                    at(location, key),
                    remedy="let the job ask for a short-lived token (permissions: id-token: write)",
                )
    if not job.mints:
        return missing(
            f"job '{job.id}' deploys without a token of its own (id-token: write)", doing.place
        )
    return None


def _guarded(snapshot: Snapshot, signed: Finding) -> Finding:
    environments, deployments = snapshot.forge.environments, snapshot.forge.deployments
    if environments.value is None or deployments.value is None:
        return weak(
            f"it is signed, but {environments.problem or deployments.problem}",
            *signed.evidence,
            remedy="run `trueline check --forge` with a token that may read",
        )
    guard = next((e for e in environments.value if e.name.lower() in PRODUCTION), None)
    if guard is None:
        return weak("the forge knows no environment production", *signed.evidence)
    if not guard.branch_policy:
        return weak("any branch may deploy to environment production", *signed.evidence)
    if not guard.reviewers:
        return weak("nobody must approve a deployment to production", *signed.evidence)
    made = [d for d in deployments.value if d.environment == guard.name]
    by_hand = [d.creator.name for d in made if not d.by_ci]
    if by_hand:
        return weak(f"{by_hand[0]} deployed to production by hand", *signed.evidence)
    if not made:
        return weak("the forge knows of no deployment to production", *signed.evidence)
    return found(f"{signed.reason}; the forge knows no other deployer", *signed.evidence)
