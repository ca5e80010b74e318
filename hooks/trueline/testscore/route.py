"""Whether an alert would reach somebody: a rule that raises it, and a route to a person."""

from __future__ import annotations

from ..evidence.snapshot import Snapshot
from ..maturity.finding import Place


def route(snapshot: Snapshot) -> tuple[Place | None, str]:
    """Return where alerts go, or why nobody would hear of one."""
    rules, manager = snapshot.alerts, snapshot.alertmanager
    for document in (rules, manager):
        if document.problem:
            return None, f"{document.path} cannot be read ({document.problem})"
    if not rules.value:
        return None, f"{rules.path} has no alert"
    if manager.value is None:
        return None, f"there is no {manager.path} that would send an alert to somebody"
    for alert in rules.value:
        receiver = manager.value.route.leads({"alertname": alert.name, **alert.labels})
        if manager.value.reaching.get(receiver):
            return Place(manager.path, None, f"{alert.name} goes to {receiver}"), ""
    return None, f"no receiver of {manager.path} that an alert goes to reaches anybody"
