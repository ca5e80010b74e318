"""2.1.4: a merge that changes infrastructure is applied by CD, and the newest one was."""

from __future__ import annotations

import re

from ....evidence.infra import concerns
from ....evidence.snapshot import Snapshot
from ...cd import EVENTS, Doing, applies, doings, merging, unreadable
from ...deployments import PRODUCTION, newest, since
from ...finding import Finding, Place, found, missing, old, weak
from ...probe import Probe
from ...proof import foreign

KINDS = ("terraform", "kubernetes", "compose")
# Environments whose names say that nobody is served there.
_TRIAL = re.compile(r"^(?:stag\w*|test\w*|dev\w*|qa|int\w*|preview|sandbox|local)$")


class MergeAppliesInfrastructure(Probe):
    """A merge applies infrastructure through CD."""

    statement = "2.1.4"

    def observe(self, snapshot: Snapshot) -> Finding:
        """Look for the job that applies it, then for the newest time that it did."""
        # A compose file beside Terraform is there for laptops.
        kind = next((kind for kind in KINDS if snapshot.infra.files.get(kind)), "")
        if not kind:
            return missing("there is no infrastructure code that a merge could apply")
        paths = snapshot.infra.files[kind]
        seen: list[Doing] = []
        for event in EVENTS:
            for workflow in merging(snapshot, event, paths):
                for doing, command in doings(workflow, event):
                    if applies(command, kind):
                        seen.append(doing)
        bound = [doing for doing in seen if doing.job.environments]
        open_ = [doing for doing in bound if not doing.ignored]
        if not open_:
            return self._nothing(snapshot, seen, bound)
        names = {name.lower() for doing in open_ for name in doing.job.environments}
        if all(_TRIAL.search(name) for name in names):
            tried = ", ".join(sorted(names))
            return weak(f"it is applied to {tried}, and never to production", open_[0].place)
        return self._applied(snapshot, open_[0].place)

    def _nothing(self, snapshot: Snapshot, seen: list[Doing], bound: list[Doing]) -> Finding:
        if bound:
            return weak(f"a failed apply would not show: {bound[0].ignored}", bound[0].place)
        if seen:
            return missing(f"job '{seen[0].job.id}' applies without an environment", seen[0].place)
        return unreadable(snapshot) or missing(
            f"no workflow applies infrastructure that a merge into {snapshot.branch} changes"
        )

    def _applied(self, snapshot: Snapshot, place: Place) -> Finding:
        last = newest(snapshot, "infra_deploy", lambda env: env in (*PRODUCTION, ""))
        if last.event is None:
            return weak(f"it is configured, but never seen to run: {last.gap}", place)
        reason = foreign(last.field("git_sha"), snapshot)
        if reason:
            return weak(f"the newest deployment {reason}", place, *last.places)
        changed = since(last, snapshot, concerns)
        if changed:
            return old(f"{changed[0]} changed since it was last applied", place, *last.places)
        return found("CD applied the newest infrastructure", place, *last.places)
