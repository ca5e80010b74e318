"""Ratios."""


def ratio(a: float, b: float) -> float:
    """Return a by b."""
    return a / b


def derive(frame):
    """Return the rows with what is computed from them."""
    return frame.assign(spread=ratio(frame["mean_texture"], frame["mean_radius"]))
