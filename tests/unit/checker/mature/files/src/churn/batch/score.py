"""Batches."""

from ..features import pipeline


def score(rows: list[int]) -> dict[str, object]:
    """Score and record."""
    return {"rows": len(rows), "scheduled_at": None, "delivered_at": None}


def answers(model, rows):
    """Return the answers to raw rows."""
    return pipeline.predict(model, rows)
