"""What is derived from a row before the model sees it.

This is one of the five files to edit for your own data. It runs inside the model's pipeline, so the
same lines act in training, in the API and in batch scoring.
"""

from __future__ import annotations

import pandas as pd


def derive(frame: pd.DataFrame) -> pd.DataFrame:
    """Return the model's inputs: numbers, or text for categories; missing values may stay.

    `frame` holds the features of the schema. Look at one row at a time (no means over the frame, no
    neighbours): in the API a frame is a single row. Keep every row and its order.
    """
    return frame
