"""3.2.1: hooks of six kinds at held versions, and CI that runs them all."""

from __future__ import annotations

from ....evidence.hooks import KINDS
from ....evidence.snapshot import Snapshot
from ...ci import PUSH, stepping
from ...finding import Finding, Place, found, missing, unseen, weak
from ...probe import Probe

CONFIG = ".pre-commit-config.yaml"


class HooksEnforceGuidelines(Probe):
    """Pre-commit hooks hold the code to its guidelines."""

    statement = "3.2.1"

    def observe(self, snapshot: Snapshot) -> Finding:
        """Look at the configuration; then for CI, since a hook on a laptop may not be installed."""
        document = snapshot.hooks
        if document.problem:
            return unseen(f"{CONFIG} cannot be read: {document.problem}", Place(CONFIG))
        if document.value is None:
            return missing(f"there is no {CONFIG}")
        hooks = document.value
        lacking = [kind for kind in KINDS if kind not in hooks.kinds]
        if lacking:
            idle = f" ({hooks.idle[0]})" if hooks.idle else ""
            names = ", ".join(lacking)
            return missing(
                f"no hook for {names}{idle}", Place(CONFIG), remedy=f"add hooks for {names}"
            )
        if hooks.moving:
            return missing(f"{hooks.moving[0]} is no fixed version", Place(CONFIG))
        here = Place(CONFIG, None, f"hooks for {', '.join(hooks.kinds)}")
        # Any changed file could break a hook, so CI's word holds for exactly the files it saw.
        seen = stepping(snapshot, _runs_all, judged=lambda _: True)
        if seen.place is None:
            if seen.at:
                return weak(seen.gap, here, *seen.at, **PUSH)
            return weak("CI does not run the hooks on all files", here)
        return found("six kinds of hooks, and CI ran them on all files", here, *seen.at, seen.place)


def _runs_all(words: tuple[str, ...]) -> bool:
    named = words[0].rpartition("/")[2] in ("pre-commit", "prek") and words[1:2] == ("run",)
    return named and ("--all-files" in words or "-a" in words)
