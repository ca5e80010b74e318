"""What the model was not trained for."""


class Guard:
    """The limits of one version."""

    def __init__(self, low: float, high: float) -> None:
        self.low, self.high = low, high

    def flags(self, rows: list[dict[str, float]]) -> list[list[str]]:
        """Return for each row what makes it doubtful."""
        inside = [self.low <= row.get("mean_radius", self.low) <= self.high for row in rows]
        return [[] if known else ["out_of_range:mean_radius"] for known in inside]
