"""How far explanations can be believed."""

from statistics import correlation

from .local import MEDIAN, explain, margin


def measure(rows: list[dict[str, float]]) -> dict[str, float]:
    """Compare contributions with what deleting a feature changes, and with those of noisy rows."""
    said, real, noisy = [], [], []
    for row in rows:
        shares = explain([row])[0]["contributions"]
        near = explain([{name: value * 1.001 for name, value in row.items()}])[0]["contributions"]
        for name in MEDIAN:
            said.append(shares[name])
            noisy.append(near[name])
            real.append(margin(row) - margin({**row, name: MEDIAN[name]}))
    return {"fidelity": correlation(said, real), "stability": correlation(said, noisy)}
