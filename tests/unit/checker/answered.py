"""What jobs that look at answers left behind on branch `evidence`, for the mature project."""

from __future__ import annotations

import json
from typing import Any


def reports(envelope: dict[str, Any], ago: Any) -> dict[str, str]:
    """Return the reports on explanations, on the prediction log and on experiments."""
    explanations = {
        "created_at": ago(days=3),
        "model_version": "17",
        "method": "tree Shapley values, exact",
        "rows": 200,
        "additivity_error": 1e-12,
        "fidelity": 0.93,
        "stability": 0.99,
        "limits": {"max_error": 1e-6, "min_fidelity": 0.5, "min_stability": 0.8},
        "status": "passed",
        "importance": {"mean_radius": 0.7, "mean_texture": 0.2},
    }
    prediction_log = {
        "newest_partition": "2026-06-30",
        "newest_at": ago(hours=12),
        "rows_served": 1000,
        "rows_stored": 998,
        "log_share": 1.0,
        "columns": ["mean_radius", "mean_texture"],
    }
    experiments = {"experiments": {"2026-05-threshold": {"16": 2010, "17": 1995}}}
    bodies = {
        "explanations": explanations,
        "prediction_log": prediction_log,
        "experiments": experiments,
    }
    return {
        f"reports/{name}.json": json.dumps({**envelope, **body}) for name, body in bodies.items()
    }
