"""The metrics of a run: from MLflow's own database, or from the list of runs that CI published."""

from __future__ import annotations

from collections.abc import Mapping

from ..evidence.document import mapping, sequence, text
from ..evidence.snapshot import Snapshot
from .proof import foreign


def metrics_of(run_id: str, snapshot: Snapshot) -> tuple[Mapping[str, float] | None, str]:
    """Return a run's metrics and where they stand; None and the reason when nobody has them."""
    store = snapshot.tracking
    run = store.value.runs.get(run_id) if store.value else None
    if run is not None and run.status in ("FINISHED", ""):
        return run.metrics, store.path
    for report in snapshot.runs.report("experiments"):
        # On a laptop a list of runs is only a file; a database was at least made by runs.
        if report.ci and foreign(report.commit, snapshot) is None:
            for item in map(mapping, sequence(report.body.get("runs"))):
                if text(item.get("run_id")) == run_id:
                    return _published(item, text(report.body.get("metric"))), report.where
    if run is not None:
        return None, f"did not finish ({run.status})"
    if store.problem:
        return None, f"cannot be looked up: {store.path}: {store.problem}"
    if store.value is None:
        return None, f"cannot be looked up: no {store.path}, no reports/experiments.json from CI"
    return None, f"is not in {store.path}"


def _published(item: dict[str, object], metric: str) -> dict[str, float]:
    """Read one line of `poe experiments --json`: the metric and the baseline's, or all of them."""
    said = {**mapping(item.get("metrics"))}
    said.setdefault(metric, item.get("metric"))
    said.setdefault(f"baseline.{metric}", item.get("baseline"))
    return {
        name: float(value)
        for name, value in said.items()
        if isinstance(value, (int, float)) and not isinstance(value, bool) and abs(value) < 1e300
    }
