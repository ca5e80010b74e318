"""Ratios."""


def ratio(a: float, b: float) -> float:
    """Return a by b."""
    return a / b
