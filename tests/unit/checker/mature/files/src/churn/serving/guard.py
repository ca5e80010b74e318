"""Rows that the model was not trained for."""

from collections.abc import Sequence

RANGES = {"mean_radius": (5.0, 30.0), "mean_texture": (0.0, 60.0)}
CLINICS = {"north", "south"}
KEY = "mean_radius"


class Guard:
    """What the training rows looked like, and which doubts are refused."""

    def __init__(self, refuse: Sequence[str] = ("missing_key_feature",), margin: float = 0.2):
        self.refuse, self.margin = refuse, margin

    def flags(self, rows: list[dict]) -> list[list[str]]:
        """Return for each row what makes it doubtful."""
        found = []
        for row in rows:
            own = [f"out_of_range:{n}" for n in RANGES if self.beyond(n, row.get(n))]
            own += ["unseen_category:clinic"] if row.get("clinic", "north") not in CLINICS else []
            found.append(own + (["missing_key_feature"] if row.get(KEY) is None else []))
        return found

    def beyond(self, name: str, value: float | None) -> bool:
        """Tell whether a number left the range of the training rows by more than the margin."""
        low, high = RANGES[name]
        slack = self.margin * (high - low)
        return value is not None and not low - slack <= value <= high + slack

    def refused(self, flags: list[list[str]]) -> list[int]:
        """Return the rows that get no answer."""
        return [n for n, own in enumerate(flags) if any(f in self.refuse for f in own)]
