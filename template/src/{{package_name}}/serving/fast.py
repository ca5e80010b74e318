"""Predictions without data frames.

A pipeline answers one row in milliseconds, nearly all of them spent in pandas and in checks. The
same fitted steps on numpy arrays take a fraction, if the frame is not needed: it is needed by a
`derive` of your own. Which path serves is found at load; one that does not answer exactly as the
pipeline does is not used.
"""

from __future__ import annotations

import ast
import inspect
import textwrap
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
import sklearn
from sklearn.compose import ColumnTransformer
from sklearn.ensemble import HistGradientBoostingClassifier, HistGradientBoostingRegressor
from sklearn.preprocessing import FunctionTransformer, OrdinalEncoder

from ..data.columns import Feature, conform
from ..features import pipeline as features
from ..features.derive import derive
from ..model.champion import Champion
from .guard import Columns

NUMPY, DERIVED, FRAME = "numpy", "derived", "frame"
# Up to here the trees are walked down together; beyond it one by one is as quick.
FEW_ROWS = 128
# Text that no data holds.
UNSEEN = "\0unseen"


@dataclass(frozen=True)
class Answers:
    """One prediction a row, and for a classification the probability of a 1."""

    predictions: list[float]
    probabilities: list[float] | None


class Unsuited(Exception):
    """The pipeline has a step that is not known here."""


class Predictor:
    """Asks a champion on the quickest path (`path`) that answers as its pipeline does."""

    def __init__(self, champion: Champion) -> None:
        self.champion = champion
        self.path, self.reason = FRAME, ""
        self._ask: Callable[[Columns], Answers] = self._by_frame
        try:
            steps = _Steps(champion)
            derived = not returns_its_argument(derive)
            ask = steps.by_derived if derived else steps.by_numpy
            for probes in _probes(champion):
                if ask(probes) != self._by_frame(probes):
                    raise Unsuited("its answers differ from the pipeline's")
        except Exception as error:  # derive.py is the user's: it may raise anything
            self.reason = str(error) or type(error).__name__
        else:
            self.path, self._ask = (DERIVED if derived else NUMPY), ask

    def predict(self, columns: Columns) -> Answers:
        """Predict for rows that obey the request model. Raises BadInput as `Champion.predict`."""
        return self._ask(columns)

    def _by_frame(self, columns: Columns) -> Answers:
        answers = self.champion.predict(pd.DataFrame(columns.values, dtype=object))
        probability = answers.get("probability")
        return Answers(
            answers["prediction"].tolist(), None if probability is None else probability.tolist()
        )


class _Steps:
    """The fitted steps of a pipeline, taken apart: columns to codes and numbers, then estimator."""

    def __init__(self, champion: Champion) -> None:
        (_, first), (_, encode), (_, estimator) = champion.pipeline.steps
        if not (isinstance(first, FunctionTransformer) and first.func is features.inputs):
            raise Unsuited("its first step is not features.pipeline.inputs")
        if not isinstance(encode, ColumnTransformer):
            raise Unsuited("its second step is no ColumnTransformer")
        self.wanted = champion.manifest.features
        self.task = champion.manifest.task
        self.estimator = estimator
        self.forest = _forest(estimator)
        types = {feature.name: feature.dtype for feature in self.wanted}
        self.columns: list[tuple[str, _Codes | None]] = []
        for _, step, names in encode.transformers_:
            if isinstance(step, OrdinalEncoder):
                self.columns += [(name, _Codes(step, at)) for at, name in enumerate(names)]
            elif step == "passthrough" or _is_identity(step):
                self.columns += [(name, None) for name in names]
            elif len(names):
                raise Unsuited(f"{type(step).__name__} is not known here")
        self.plain = [at for at, (_, codes) in enumerate(self.columns) if codes is None]
        self.numbers = [self.columns[at][0] for at in self.plain]
        self.short = [
            at for at, (name, _) in enumerate(self.columns) if types.get(name) == "float32"
        ]

    def by_numpy(self, columns: Columns) -> Answers:
        """Answer rows whose columns are the model's inputs as they are."""
        matrix = np.empty((columns.length, len(self.columns)))
        if self.numbers:
            matrix[:, self.plain] = columns.table(self.numbers).T
        for at, (name, codes) in enumerate(self.columns):
            if codes:
                matrix[:, at] = codes.of(columns.values[name])
        for at in self.short:
            matrix[:, at] = matrix[:, at].astype(np.float32)
        return self._answer(matrix)

    def by_derived(self, columns: Columns) -> Answers:
        """Answer rows that `derive` has to see first."""
        frame = features.inputs(typed(columns, self.wanted))
        matrix = np.empty((columns.length, len(self.columns)))
        for at, (name, codes) in enumerate(self.columns):
            column = frame[name]
            matrix[:, at] = codes.of(column.tolist()) if codes else column.to_numpy(np.float64)
        return self._answer(matrix)

    def _answer(self, matrix: npt.NDArray[np.float64]) -> Answers:
        answer: npt.NDArray[np.float64]
        if self.forest and len(matrix) <= FEW_ROWS:
            answer = self.forest.loss.link.inverse(self.forest.raw(matrix))
        else:
            # Missing values are the estimator's to handle; training has checked its parameters.
            with sklearn.config_context(assume_finite=True, skip_parameter_validation=True):
                if self.task == "regression":
                    answer = self.estimator.predict(matrix)
                else:
                    answer = self.estimator.predict_proba(matrix)[:, 1]
        if self.task == "regression":
            return Answers(answer.tolist(), None)
        return Answers((answer >= features.THRESHOLD).astype(int).tolist(), answer.tolist())


class _Codes:
    """What an ordinal encoder makes of each text, asked from the encoder itself."""

    def __init__(self, encoder: OrdinalEncoder, at: int) -> None:
        known = [text for text in encoder.categories_[at] if isinstance(text, str)]
        if not known:
            raise Unsuited("it has a category without a text")
        values = pd.Series([*known, UNSEEN, None], dtype="str")
        others = {
            str(name): pd.Series([encoder.categories_[i][0]] * len(values), dtype=object)
            for i, name in enumerate(encoder.feature_names_in_)
        }
        name = str(encoder.feature_names_in_[at])
        *codes, self.unseen, self.missing = encoder.transform(
            pd.DataFrame({**others, name: values})
        )[:, at].tolist()
        self.codes: Mapping[str, float] = dict(zip(known, codes, strict=True))

    def of(self, values: Sequence[Any]) -> list[float]:
        """Return the codes of the values; None, NaN and pandas.NA are missing."""
        get, unseen = self.codes.get, self.unseen
        return [get(value, unseen) if isinstance(value, str) else self.missing for value in values]


def _is_identity(step: Any) -> bool:
    return isinstance(step, FunctionTransformer) and step.func is None


def typed(columns: Columns, wanted: Sequence[Feature]) -> pd.DataFrame:
    """Return the wanted columns as a frame with the features' types."""
    made: dict[str, Any] = {}
    for feature in wanted:
        values = columns.values[feature.name]
        if feature.dtype == "float64":
            made[feature.name] = columns.numbers(feature.name)
        else:
            made[feature.name] = pd.Series(values, dtype=object)
    return conform(pd.DataFrame(made), wanted)


def returns_its_argument(function: Callable[..., Any]) -> bool:
    """Tell whether a function's source does nothing but return its one argument."""
    try:
        (parsed,) = ast.parse(textwrap.dedent(inspect.getsource(function))).body
    except (OSError, TypeError, ValueError, SyntaxError):
        return False
    if not isinstance(parsed, ast.FunctionDef) or parsed.decorator_list:
        return False
    names = [argument.arg for argument in parsed.args.args]
    match [line for line in parsed.body if not _is_text(line)]:
        case [ast.Return(value=ast.Name(id=name))]:
            return names == [name]
    return False


def _is_text(line: ast.stmt) -> bool:
    return isinstance(line, ast.Expr) and isinstance(line.value, ast.Constant)


def _probes(champion: Champion) -> Iterator[Columns]:
    """Give the golden rows, one without numbers, and one for each text that training knew of."""
    frame = conform(pd.DataFrame(champion.manifest.golden.rows), champion.manifest.features)
    names = [str(name) for name in frame]
    rows = [
        [None if pd.isna(value) else value for value in row]
        for row in frame.astype(object).itertuples(index=False)
    ]
    domain = champion.manifest.domain
    gaps = [feature.dtype == "float64" for feature in champion.manifest.features]
    for row in rows[:1]:
        rows.append([None if gap else value for gap, value in zip(gaps, row, strict=True)])
        for name, texts in (domain.categories if domain else {}).items():
            at = names.index(name)
            rows += [[*row[:at], text, *row[at + 1 :]] for text in (*texts, UNSEEN, None)]
    for start in range(0, len(rows), FEW_ROWS):
        yield Columns.of_rows(names, rows[start : start + FEW_ROWS])


class _Forest:
    """Gradient boosted trees, all walked down at once: quicker than one by one for a few rows.

    scikit-learn asks a hundred trees in turn, at ten microseconds each. The leaves are added in the
    order in which it adds them, so that the sum is the same to the last bit.
    """

    def __init__(self, estimator: Any) -> None:
        if estimator.n_trees_per_iteration_ != 1:
            raise Unsuited("it has several classes")
        trees = [tree for (tree,) in estimator._predictors]
        nodes = np.concatenate([tree.nodes for tree in trees])
        if nodes["is_categorical"].any():
            raise Unsuited("it splits by category")
        sizes = [len(tree.nodes) for tree in trees]
        self.roots = np.cumsum([0, *sizes[:-1]])
        leaf = nodes["is_leaf"].astype(bool)
        own, start = np.arange(len(nodes)), np.repeat(self.roots, sizes)
        # A leaf leads to itself, so that trees of different depths can be walked in step.
        right = np.where(leaf, own, nodes["right"] + start)
        left = np.where(leaf, own, nodes["left"] + start)
        self.children = np.stack([right, left], axis=1).ravel()
        self.feature = np.where(leaf, 0, nodes["feature_idx"])
        self.threshold = np.where(leaf, np.inf, nodes["num_threshold"])
        self.missing_left = nodes["missing_go_to_left"].astype(bool)
        self.value = nodes["value"]
        self.depth = max(tree.get_max_depth() for tree in trees)
        self.baseline = float(np.ravel(estimator._baseline_prediction)[0])
        self.loss = estimator._loss

    def raw(self, matrix: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
        """Return the sum of the leaves that each row reaches."""
        count, width = matrix.shape
        flat, first = matrix.ravel(), np.arange(count) * width
        missing = np.isnan(flat)
        any_missing = missing.any()
        at = np.repeat(self.roots[:, None], count, axis=1)
        for _ in range(self.depth):
            cell = self.feature[at] + first
            to_left = flat[cell] <= self.threshold[at]
            if any_missing:
                to_left |= missing[cell] & self.missing_left[at]
            at = self.children[2 * at + to_left]
        leaves = np.vstack([np.full(count, self.baseline), self.value[at]])
        total: npt.NDArray[np.float64] = np.cumsum(leaves, axis=0)[-1]
        return total


def _forest(estimator: Any) -> _Forest | None:
    if not isinstance(estimator, HistGradientBoostingClassifier | HistGradientBoostingRegressor):
        return None
    return _Forest(estimator)
