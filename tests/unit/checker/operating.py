"""What jobs that operate a model left behind on branch `evidence`, for the mature project."""

from __future__ import annotations

import json
from typing import Any

HEAD = "@HEAD@"
VERSION, BEFORE, OLDER = "17", "16", "12"  # deployed, deployed before it, long gone
SHA256 = "5f" * 32
# By which a version or a deployment is traced; the manifest of a version has the same ones.
FACTS = {
    "git_dirty": False,
    "infra_hash": "1a" * 32,
    "lock_hash": "2b" * 32,
    "image_digest": "sha256:" + "c" * 64,
    "model_uri": f"models:/churn/{VERSION}",
    "model_sha256": SHA256,
    "data_version": "md5:" + "4d" * 16,
}


def manifest(commit: str) -> dict[str, Any]:
    """Return what the files of the newest version say of it."""
    return {"version": VERSION, "git_commit": commit, "sha256": SHA256, **FACTS}


def events(ago: Any) -> list[dict[str, Any]]:
    """Return deployments, trainings and a test of the way to a person, the oldest first."""

    def event(number: str, kind: str, at: str, **fields: Any) -> dict[str, Any]:
        known = {"event_id": number, "type": kind, "ts": at, "env": "production"}
        known |= {"status": "success", "source": "github:run/7", "git_sha": HEAD}
        return {**known, "model_version": VERSION, "prev_version": BEFORE, **fields}

    deployed = [
        event(
            f"d{days}{place[0]}", "model_deployed", ago(days=days, hours=hours), env=place, **FACTS
        )
        for days in (35, 25, 15, 5)
        for place, hours in (("staging", 1), ("production", 0))
    ]
    for one in deployed[:6]:
        one.update(model_version=BEFORE, prev_version="15")
    gate = {"metric": "roc_auc", "trigger": "code"}
    return [
        event("g1", "gate_decision", ago(days=60), candidate=0.91, **gate | {"model_version": BEFORE}),
        *deployed,
        event("g2", "gate_decision", ago(days=5, hours=2), candidate=0.92, **gate),
        event("a1", "alert_test", ago(days=30), receiver="oncall"),
        event(
            "g3",
            "gate_decision",
            "2026-06-29T04:20:00Z",
            **gate | {"trigger": "schedule", "source": "github:run/9"},
        ),
    ]  # fmt: skip


def reports(envelope: dict[str, Any], ago: Any) -> dict[str, str]:
    """Return the reports of the scheduled jobs."""
    rates = {"budget_per_month": 500, "training_per_hour": 2.0, "serving_per_hour": 0.5}
    month = {"training": 4.0, "serving": 365.0, "fixed": 20.0, "total": 389.0}
    bodies: dict[str, dict[str, Any]] = {
        "load": {
            "created_at": ago(days=5),
            "users": 20,
            "p95_ms": 40,
            "error_rate": 0,
            "rps": 120,
            "model_version": VERSION,
            "limits": {"p95_ms": 100, "error_rate": 0.01, "rps": 100},
            "missed": [],
            "stress": {
                "users": 80,
                "rps": 300,
                "breaking_point": {"users": 160, "p95_ms": 180, "error_rate": 0.0, "rps": 310},
            },
        },
        "cost": {
            "status": "fine",
            "training_seconds": 1800,
            "month": month,
            "budget_delta": 111.0,
            "rates": rates,
            "inputs": {"model_version": VERSION},
        },
        "kpi": {
            "status": "fine",
            "kpis": [
                {"name": "missed_cases", "value": 0.91, "status": "between"},
                {"name": "referrals", "value": 0.45, "status": "between"},
            ],
            "label_delay_days": 1,
            "inputs": {"model_version": VERSION, "window_days": 30, "rows": 900},
        },
        "metrics_trend": {
            "metric": "roc_auc",
            "k": 5,
            "versions": [
                {"model_version": BEFORE, "created_at": ago(days=60), "metrics": {"roc_auc": 0.91}},
                {"model_version": VERSION, "created_at": ago(days=5), "metrics": {"roc_auc": 0.92}},
            ],
            "status": "fine",
        },
        "uncertain_cases": {
            "created_at": ago(days=2),
            "from": ago(days=9),
            "to": ago(days=2),
            "counts": {"rows": 900, "low_certainty": 14, "out_of_range": 3},
            "sampled": [f"01JZ8Q4V7N2M5R9T3W6Y8A1B{n}C" for n in range(5)],
        },
        "staleness": {
            "metric": "roc_auc",
            "curve": [{"age_days": age, "value": 0.92 - age / 1000} for age in (0, 7, 14, 28, 56)],
            "suggested_max_age_days": 14,
            "status": "passed",
        },
    }
    return {
        f"reports/{name}.json": json.dumps({**envelope, **body}) for name, body in bodies.items()
    }


def usage(ago: Any) -> dict[str, Any]:
    """Return which of two versions uses which feature."""
    registered = {BEFORE: ago(days=60), VERSION: ago(days=5, hours=2)}
    features = {BEFORE: ["mean_radius", "mean_texture"]}
    features[VERSION] = [*features[BEFORE], "mean_area"]
    told = [
        {"model_version": name, "registered_at": at, "features": features[name]}
        for name, at in registered.items()
    ]
    return {
        "versions": [{**one, "registry_sha256": "e" * 64} for one in told],
        "usage": {
            feature: [name for name in features if feature in features[name]]
            for feature in features[VERSION]
        },
        "unused": ["mean_smoothness"],
    }
