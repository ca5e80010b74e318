"""Batches."""


def score(rows: list[int]) -> dict[str, object]:
    """Score and record."""
    return {"rows": len(rows), "scheduled_at": None, "delivered_at": None}
