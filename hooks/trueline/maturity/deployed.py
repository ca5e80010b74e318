"""What CI deployed: the events of deployments and the version that serves now."""

from __future__ import annotations

from ..evidence.document import text
from ..evidence.runs import BRANCH, Event
from ..evidence.snapshot import Snapshot
from .proof import foreign

DEPLOYED, ROLLED_BACK = "model_deployed", "rollback"


def deployments(snapshot: Snapshot) -> list[Event]:
    """Return the deployments on branch evidence, the newest first; what a laptop tried is none."""
    return [
        event
        for event in snapshot.runs.dated(DEPLOYED)
        if event.place == BRANCH and event.at and event.at <= snapshot.now
    ]


def serving(snapshot: Snapshot) -> tuple[str, str]:
    """Return the version that CI deployed to production last and the one before it; '' for none."""
    for event in snapshot.runs.dated(DEPLOYED, ROLLED_BACK):
        version = text(event.fields.get("model_version"))
        counts = event.ci and text(event.fields.get("status")) == "success"
        place = text(event.fields.get("env"))
        # A drill that names no version deployed nothing.
        named = bool(version) or event.type == DEPLOYED
        if (
            counts
            and named
            and place in ("production", "")
            and event.at
            and event.at <= snapshot.now
            and (snapshot.shallow or not foreign(text(event.fields.get("git_sha")), snapshot))
        ):
            return version, text(event.fields.get("prev_version"))
    return "", ""
