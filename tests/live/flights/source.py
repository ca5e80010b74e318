"""Where the data comes from: the flights that left New York City in 2013, from a CSV file."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import pandas as pd

from ..params import load as load_params
from . import table

LATE_MINUTES = 15


def load(as_of: datetime | None) -> pd.DataFrame:
    """Return one row a flight with what is known before departure, and whether it arrived late.

    Flights without an arrival delay (cancelled, diverted) have no label. The year is over, so
    `as_of` changes nothing.
    """
    flights = table.read(Path(load_params().data.source))
    day = pd.to_datetime(flights[["year", "month", "day"]])
    known = flights[["carrier", "origin", "dest", "distance", "sched_dep_time", "sched_arr_time"]]
    late = (flights["arr_delay"] > LATE_MINUTES).astype("Int64")
    return known.assign(
        day=day,
        month=flights["month"],
        weekday=day.dt.day_of_week,
        late=late.where(flights["arr_delay"].notna()),
    )
