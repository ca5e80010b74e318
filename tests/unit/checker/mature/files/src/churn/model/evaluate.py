"""Measure."""


def metric(hits: int, n: int) -> float:
    """Return the share of hits."""
    return hits / n
