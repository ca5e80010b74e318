"""The one pipeline from raw rows to predictions: training, serving and batch all use this object.

derive (yours) -> encode (numbers as they are, categories as integers) -> estimator.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
from pandas.api import types
from sklearn.base import BaseEstimator
from sklearn.compose import ColumnTransformer
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import FunctionTransformer, OrdinalEncoder

from ..errors import BadInput
from .derive import derive

# Gradient boosted trees sort a feature into at most 255 bins; rarer categories share the last one.
MAX_CATEGORIES = 254
# From which probability on a classification answers 1.
THRESHOLD = 0.5


def inputs(frame: pd.DataFrame) -> pd.DataFrame:
    """Derive the model's inputs from raw rows, and turn pandas' nullable numbers into floats.

    scikit-learn cannot read pandas.NA.
    """
    derived = derive(frame.copy())
    if len(derived) != len(frame):
        raise BadInput(f"derive turned {len(frame)} rows into {len(derived)}: keep each row")
    nullable = {
        name: "float64"
        for name, dtype in derived.dtypes.items()
        if types.is_extension_array_dtype(dtype)
        and (types.is_numeric_dtype(dtype) or types.is_bool_dtype(dtype))
    }
    return derived.astype(nullable) if nullable else derived


def build(estimator: BaseEstimator, sample: pd.DataFrame) -> Pipeline:
    """Return the unfitted pipeline for an estimator that can cope with NaN.

    `sample` holds a few raw rows (features only, typed by the schema): from them it sees which
    derived columns are numbers and which are categories.
    Raises BadInput for a derived column that is neither, such as a point in time.
    """
    encode = encoder(inputs(sample))
    return Pipeline(
        [("derive", FunctionTransformer(inputs)), ("encode", encode), ("estimator", estimator)]
    )


def encoder(derived: pd.DataFrame) -> ColumnTransformer:
    """Return the unfitted encoder of derived columns: numbers as they are, categories as integers.

    It learns its categories when it is fitted, from training rows alone.
    """
    numbers, categories = [], []
    for name, dtype in derived.dtypes.items():
        if types.is_numeric_dtype(dtype) or types.is_bool_dtype(dtype):
            numbers.append(name)
        elif types.is_string_dtype(dtype) or isinstance(dtype, pd.CategoricalDtype):
            categories.append(name)
        else:
            raise BadInput(
                f"derive returns the column {name!r} of type {dtype}: make numbers or text of it"
            )
    ordinal = OrdinalEncoder(
        handle_unknown="use_encoded_value",
        unknown_value=-1,
        encoded_missing_value=np.nan,
        max_categories=MAX_CATEGORIES,
    )
    return ColumnTransformer(
        [("numbers", "passthrough", numbers), ("categories", ordinal, categories)],
        verbose_feature_names_out=False,
    )


def predict(model: Pipeline, rows: pd.DataFrame, task: str) -> pd.DataFrame:
    """Return what a fitted pipeline answers to rows with the schema's features and types.

    Columns: `prediction` (classification: 0 or 1), and for classification `probability` of a 1.
    """
    if task == "regression":
        return pd.DataFrame({"prediction": model.predict(rows)}, index=rows.index)
    probability = model.predict_proba(rows)[:, 1]
    prediction = (probability >= THRESHOLD).astype(int)
    return pd.DataFrame({"prediction": prediction, "probability": probability}, index=rows.index)
