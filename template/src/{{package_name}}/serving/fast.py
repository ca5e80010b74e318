"""Predictions without data frames, for all requests that wait at the same time.

A pipeline answers one row in milliseconds, nearly all of them spent in pandas and in checks. The
same fitted steps on numpy arrays take a fraction, if the frame is not needed: it is needed by a
`derive` of your own. Which path serves is found at load; one that does not answer exactly as the
pipeline does is not used.
"""

from __future__ import annotations

import ast
import asyncio
import inspect
import textwrap
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
import sklearn
from sklearn.compose import ColumnTransformer
from sklearn.preprocessing import FunctionTransformer, OrdinalEncoder

from ..data.columns import Feature, conform
from ..features import pipeline as features
from ..features.derive import derive
from ..model.champion import Champion
from .request import Columns

NUMPY, DERIVED, FRAME = "numpy", "derived", "frame"
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
            probes = _probes(champion)
            ask = steps.by_derived if derived else steps.by_numpy
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
        types = {feature.name: feature.dtype for feature in self.wanted}
        self.columns: list[tuple[str, _Codes | None]] = []
        for _, step, names in encode.transformers_:
            if isinstance(step, OrdinalEncoder):
                self.columns += [(name, _Codes(step, at)) for at, name in enumerate(names)]
            elif step == "passthrough" or _is_identity(step):
                self.columns += [(name, None) for name in names]
            elif len(names):
                raise Unsuited(f"{type(step).__name__} is not known here")
        self.short = [
            at for at, (name, _) in enumerate(self.columns) if types.get(name) == "float32"
        ]

    def by_numpy(self, columns: Columns) -> Answers:
        """Answer rows whose columns are the model's inputs as they are."""
        matrix = np.empty((columns.length, len(self.columns)))
        for at, (name, codes) in enumerate(self.columns):
            matrix[:, at] = codes.of(columns.values[name]) if codes else columns.numbers(name)
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
        # Missing values are the estimator's to handle, and its parameters were checked in training.
        with sklearn.config_context(assume_finite=True, skip_parameter_validation=True):
            if self.task == "regression":
                return Answers(self.estimator.predict(matrix).tolist(), None)
            probability = self.estimator.predict_proba(matrix)[:, 1]
        prediction = (probability >= features.THRESHOLD).astype(int)
        return Answers(prediction.tolist(), probability.tolist())


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


def _probes(champion: Champion) -> Columns:
    """Return the golden rows, and for each text among the features all that training knew of it."""
    frame = conform(pd.DataFrame(champion.manifest.golden.rows), champion.manifest.features)
    names = [str(name) for name in frame]
    rows = [
        [None if pd.isna(value) else value for value in row]
        for row in frame.astype(object).itertuples(index=False)
    ]
    domain = champion.manifest.domain
    for name, texts in (domain.categories if domain else {}).items():
        at = names.index(name)
        for text in (*texts, UNSEEN, None) if rows else ():
            rows.append([*rows[0][:at], text, *rows[0][at + 1 :]])
    return Columns(names, rows)


@dataclass
class _Waiting:
    rows: Sequence[Sequence[Any]]
    future: asyncio.Future[Any]


class Batcher:
    """Answers all requests that came in during one turn of the event loop together.

    Nothing waits for company: under load requests come in while others are answered, and without
    load a request is answered at once. `answer` takes rows and returns an answer a row; more rows
    than `inline` (0: any) are answered in a thread, so that the loop stays free for other requests.
    """

    def __init__(
        self, answer: Callable[[Sequence[Sequence[Any]]], Sequence[Any]], inline: Callable[[], int]
    ) -> None:
        self._answer, self._inline = answer, inline
        self._waiting: list[_Waiting] = []
        self._busy = False

    async def ask(self, rows: Sequence[Sequence[Any]]) -> Sequence[Any]:
        """Return the answers to these rows; raises what `answer` raises for them alone."""
        loop = asyncio.get_running_loop()
        future: asyncio.Future[Any] = loop.create_future()
        self._waiting.append(_Waiting(rows, future))
        if not self._busy:
            self._busy = True
            loop.call_soon(self._turn, loop)
        result: Sequence[Any] = await future
        return result

    def _turn(self, loop: asyncio.AbstractEventLoop) -> None:
        batch, self._waiting = self._waiting, []
        if not batch:
            self._busy = False
        elif sum(len(one.rows) for one in batch) <= self._inline():
            _deliver(batch, self._all(batch))
            self._turn_later(loop)
        else:
            done = loop.run_in_executor(None, self._all, batch)

            def deliver(task: asyncio.Future[list[Any]]) -> None:
                _deliver(batch, task.result())
                self._turn(loop)

            done.add_done_callback(deliver)

    def _turn_later(self, loop: asyncio.AbstractEventLoop) -> None:
        if self._waiting:
            loop.call_soon(self._turn, loop)
        else:
            self._busy = False

    def _all(self, batch: Sequence[_Waiting]) -> list[Any]:
        """Return answers or the exception of each; a bad row must not spoil others' answers."""
        try:
            answers = self._answer([row for one in batch for row in one.rows])
        except Exception as error:
            if len(batch) == 1:
                return [error]
            return [result for one in batch for result in self._all([one])]
        found, start = [], 0
        for one in batch:
            found.append(answers[start : start + len(one.rows)])
            start += len(one.rows)
        return found


def _deliver(batch: Sequence[_Waiting], results: Sequence[Any]) -> None:
    for one, result in zip(batch, results, strict=True):
        if one.future.done():
            continue  # the client went away
        if isinstance(result, Exception):
            one.future.set_exception(result)
        else:
            one.future.set_result(result)
