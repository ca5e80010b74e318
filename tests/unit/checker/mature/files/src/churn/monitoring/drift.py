"""Drift."""


def drifts(before: list[float], after: list[float]) -> bool:
    """Tell whether the mean moved."""
    return sum(before) != sum(after)
