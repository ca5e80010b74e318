"""Schema."""

import pandera.pandas as pa

TARGET = "malignant"
TIME: str | None = "seen_at"


class Source(pa.DataFrameModel):
    """Columns."""

    mean_radius: float = pa.Field(ge=0)
    mean_texture: float
    mean_area: float
    mean_smoothness: float
    seen_at: str
    malignant: int = pa.Field(isin=[0, 1])

    class Config:
        """Strict."""

        strict = True
