"""What CI's events say of deployments: the newest that went well, and whether it is of HEAD."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from ..evidence.document import text
from ..evidence.runs import BRANCH, Event
from ..evidence.snapshot import Snapshot
from .finding import Place

PRODUCTION = ("production", "prod", "live", "prd")


@dataclass(frozen=True)
class Deployment:
    """The newest event of a kind that CI recorded, or the reason why none counts."""

    event: Event | None = None
    gap: str = ""

    @property
    def places(self) -> tuple[Place, ...]:
        """Where it is written down."""
        if self.event is None:
            return ()
        return (Place(where(self.event), None, f"{self.event.type} {self.event.at:%Y-%m-%d}"),)

    def field(self, name: str) -> str:
        """Return one of its fields as text; '' when it is not there."""
        return text(self.event.fields.get(name)) if self.event else ""


def where(event: Event) -> str:
    """Return the file of an event as a report shows it."""
    return "evidence:events.jsonl" if event.place == BRANCH else "reports/events.jsonl"


def newest(
    snapshot: Snapshot, kind: str, wanted: Callable[[str], bool] = lambda _: True
) -> Deployment:
    """Return the newest event of a kind in one of the wanted environments that CI recorded."""
    found = [
        event
        for event in snapshot.runs.latest(snapshot.now, kind)
        if wanted(text(event.fields.get("env")).lower())
    ]
    by_ci = [event for event in found if event.ci]
    if not by_ci:
        return Deployment(
            gap=f"no event {kind}{' from CI' if found else ''} says that it went well"
        )
    return Deployment(max(by_ci, key=lambda event: event.at.timestamp() if event.at else 0.0))


def since(deployment: Deployment, snapshot: Snapshot, touched: Callable[[str], bool]) -> list[str]:
    """Return the paths that matter and differ between what was deployed and HEAD, sorted."""
    changed = snapshot.commit(deployment.field("git_sha")).changed
    return sorted(path for path in changed if touched(path))
