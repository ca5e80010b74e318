"""Batches."""

from ..features import pipeline
from ..monitoring import prediction_log
from ..serving.guard import Guard


def score(rows: list[dict]) -> dict[str, object]:
    """Score and record."""
    flags = Guard(6.0, 30.0).flags(rows)
    scored = [{"prediction": 0.5, "in_domain": not own, "flags": own} for own in flags]
    prediction_log.append(rows, scored)
    return {"rows": len(rows), "scored": scored, "scheduled_at": None, "delivered_at": None}


def answers(model, rows):
    """Return the answers to raw rows."""
    return pipeline.predict(model, rows)
