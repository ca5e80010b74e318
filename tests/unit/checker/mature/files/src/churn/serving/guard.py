"""What the model was not trained for."""

CLINICS = {"north", "south", None}


class Guard:
    """The limits of one version."""

    def __init__(self, low: float, high: float) -> None:
        self.low, self.high = low, high

    def flags(self, rows: list[dict[str, float]]) -> list[list[str]]:
        """Return for each row what makes it doubtful."""
        return [[*self.beyond(row), *self.strange(row)] for row in rows]

    def beyond(self, row: dict[str, float]) -> list[str]:
        """Return the flags of numbers that training never saw."""
        value = row.get("mean_radius")
        if value is None:
            return ["missing_key_feature:mean_radius"]
        return [] if self.low <= value <= self.high else ["out_of_range:mean_radius"]

    def strange(self, row: dict[str, float]) -> list[str]:
        """Return the flags of categories that training never saw."""
        return [] if row.get("clinic") in CLINICS else ["unseen_category:clinic"]
