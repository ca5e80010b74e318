"""From raw rows to answers."""

from sklearn.pipeline import Pipeline
from sklearn.preprocessing import FunctionTransformer

from .derive import derive


def build(estimator) -> Pipeline:
    """Return the unfitted pipeline."""
    return Pipeline([("derive", FunctionTransformer(derive)), ("estimator", estimator)])


def predict(model: Pipeline, rows):
    """Return the answers to raw rows."""
    return model.predict(rows)
