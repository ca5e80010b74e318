"""Contributions of a row's features."""

WEIGHTS = {"mean_radius": 0.3, "mean_texture": 0.1}
MEDIAN = {"mean_radius": 13.4, "mean_texture": 18.8}  # of the training rows
BASE = -0.5  # the margin without knowing anything


def margin(row: dict[str, float]) -> float:
    """Return the model's own sum."""
    return BASE + sum(WEIGHTS[name] * (row[name] - MEDIAN[name]) for name in WEIGHTS)


def explain(rows: list[dict[str, float]]) -> list[dict[str, object]]:
    """Return contributions by feature, what they start from, and what they compare with."""
    told = []
    for row in rows:
        shares = {name: WEIGHTS[name] * (row[name] - MEDIAN[name]) for name in WEIGHTS}
        told.append({"contributions": shares, "base": BASE, "reference": MEDIAN})
    return told
