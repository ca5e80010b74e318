"""What is derived from a flight before the model sees it."""

from __future__ import annotations

import pandas as pd


def derive(frame: pd.DataFrame) -> pd.DataFrame:
    """Return the model's inputs: the hour counts, the minute hardly does."""
    return frame.assign(
        departure_hour=frame["sched_dep_time"] // 100,
        arrival_hour=frame["sched_arr_time"] // 100,
    )
