"""What the flights must look like: what is known before departure, and the label."""

from __future__ import annotations

import pandas as pd
import pandera.pandas as pa

TARGET = "late"
TIME: str | None = "day"


class Source(pa.DataFrameModel):
    """One flight from an airport of New York City."""

    carrier: str = pa.Field(str_matches=r"^[A-Z0-9]{2}$")
    origin: str = pa.Field(isin=["EWR", "JFK", "LGA"])
    dest: str = pa.Field(str_matches=r"^[A-Z]{3}$")
    distance: int = pa.Field(ge=1, le=10000)
    sched_dep_time: int = pa.Field(ge=0, le=2400)
    sched_arr_time: int = pa.Field(ge=0, le=2400)
    day: pd.Timestamp
    month: int = pa.Field(ge=1, le=12)
    weekday: int = pa.Field(ge=0, le=6)
    late: int = pa.Field(isin=[0, 1])

    class Config:
        """Further columns are an error; types are converted where nothing is lost."""

        strict = True
        coerce = True
