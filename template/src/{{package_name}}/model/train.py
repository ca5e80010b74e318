"""Stage `train`: fit the candidate on the training rows; and what it left behind."""

from __future__ import annotations

import hashlib
import json
import shutil
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import sklearn
from sklearn.base import BaseEstimator
from sklearn.ensemble import HistGradientBoostingClassifier, HistGradientBoostingRegressor
from sklearn.pipeline import Pipeline
from threadpoolctl import threadpool_limits

from .. import TASK, reports
from ..data import table
from ..data.columns import conform, features
from ..data.schema import TARGET
from ..errors import BadInput
from ..features import pipeline
from ..features.split import TEST, TRAIN
from ..params import Model, Params
from ..reports import now, replace_file
from ..settings import Settings
from . import artifact

CANDIDATE = "candidate/model.skops"
TRAINING = "candidate/training.json"
CHECKPOINT = "checkpoint"
# Enough rows to tell two versions apart, few enough to be answered at each start of a server.
GOLDEN = 100


def run(settings: Settings, params: Params) -> str:
    """Write models/candidate/{model.skops,training.json}; return one line on the training."""
    start = time.perf_counter()
    rows = table.read(settings.data_dir / TRAIN)
    unfitted = estimator(params.model)
    every = params.model.checkpoint_every
    checkpoints = Checkpoints(settings.models_dir / CHECKPOINT, every) if every else None
    model = fit(rows, unfitted, params.model.threads, checkpoints)
    sha256 = artifact.save(model, settings.models_dir / CANDIDATE)
    seconds = round(time.perf_counter() - start, 2)
    record = {"trained_at": now(), "rows": len(rows), "seconds": seconds, "sha256": sha256}
    replace_file(settings.models_dir / TRAINING, json.dumps(record, indent=2).encode())
    return f"trained on {len(rows)} rows in {seconds} s"


def estimator(params: Model) -> BaseEstimator:
    """Return the unfitted estimator of params.yaml; raises BadInput for an unknown parameter.

    Another estimator than this one: change it here, and the trusted types in artifact.py.
    """
    kind = (
        HistGradientBoostingClassifier
        if TASK == "classification"
        else HistGradientBoostingRegressor
    )
    try:
        return kind(random_state=params.seed, **params.estimator)
    except TypeError as error:
        raise BadInput(f"params.yaml: model: {str(error).rpartition('() ')[2]}") from None


def fit(
    rows: pd.DataFrame,
    unfitted: BaseEstimator,
    threads: int = 1,
    checkpoints: Checkpoints | None = None,
) -> Pipeline:
    """Return the pipeline fitted to rows that obey the schema.

    The same rows, parameters and threads give the same model, bit by bit; another number of threads
    adds in another order. With checkpoints a training that was killed goes on where it was, and
    ends with the same model. Raises BadInput for a value that the estimator refuses.
    """
    raw = conform(rows, features())
    model = pipeline.build(unfitted, raw.head(1000))
    try:
        with threadpool_limits(threads, user_api="openmp"):
            if checkpoints is None:
                return model.fit(raw, rows[TARGET])
            inputs = model[:-1].fit_transform(raw, rows[TARGET])
            checkpoints.fit(unfitted, inputs, rows[TARGET])
            return model
    except ValueError as error:
        raise BadInput(f"the estimator refused: {error}".splitlines()[0]) from None


@dataclass(frozen=True)
class Checkpoints:
    """Training in chunks of `every` rounds, each saved as a whole to a file in `folder`."""

    folder: Path
    every: int

    def fit(self, estimator: BaseEstimator, inputs: Any, target: pd.Series[Any]) -> None:
        """Fit the estimator; go on from the last checkpoint of the same inputs and parameters."""
        wanted = estimator.get_params()
        if not {"warm_start", "max_iter"} <= wanted.keys():
            kind = type(estimator).__name__
            raise BadInput(f"params.yaml: model.checkpoint_every: a {kind} learns in no rounds")
        path = self.folder / f"{_key(estimator, inputs, target)}.skops"
        done = 0
        if path.is_file():
            estimator.__dict__.update(artifact.load_part(path, type(estimator)).__dict__)
            done = estimator.max_iter
        while done < wanted["max_iter"]:
            done = min(done + self.every, wanted["max_iter"])
            estimator.set_params(warm_start=True, max_iter=done).fit(inputs, target)
            if estimator.n_iter_ < done:
                break  # it stopped early by itself
            artifact.save(estimator, path)
        estimator.set_params(**wanted)
        # What other data or parameters left behind goes too.
        shutil.rmtree(self.folder, ignore_errors=True)


def _key(estimator: BaseEstimator, inputs: Any, target: pd.Series[Any]) -> str:
    """Return a digest of all that a training depends on."""
    digest = hashlib.sha256(repr((estimator, sklearn.__version__)).encode())
    digest.update(np.ascontiguousarray(inputs, dtype=np.float64).tobytes())
    digest.update(np.ascontiguousarray(target, dtype=np.float64).tobytes())
    return digest.hexdigest()


@dataclass(frozen=True)
class Candidate:
    """Pipeline, file and sha256 of the last training, its metrics report, and its rows."""

    pipeline: Pipeline
    content: bytes
    sha256: str
    training: dict[str, Any]
    report: dict[str, Any]
    train: pd.DataFrame
    test: pd.DataFrame

    @property
    def sample(self) -> pd.DataFrame:
        """The first test rows, features only: the golden rows of a version."""
        return conform(self.test.head(GOLDEN), features())

    @property
    def measurements(self) -> dict[str, float]:
        """The metrics as a run logs them: the candidate's by name, then `baseline.<name>`."""
        baseline = {f"baseline.{name}": value for name, value in self.report["baseline"].items()}
        return {**self.report["candidate"], **baseline}


def candidate(settings: Settings) -> Candidate:
    """Load what `train` and `evaluate` left behind; raises BadInput if one of them has not run."""
    path = settings.models_dir / CANDIDATE
    report = reports.read("metrics", settings)
    record = settings.models_dir / TRAINING
    if not path.is_file() or not record.is_file() or report is None:
        raise BadInput("no trained and evaluated candidate; run `uv run poe pipeline` first")
    training = json.loads(record.read_text("utf-8"))
    return Candidate(
        pipeline=artifact.load(path, training["sha256"]),
        content=path.read_bytes(),
        sha256=training["sha256"],
        training=training,
        report=report,
        train=table.read(settings.data_dir / TRAIN),
        test=table.read(settings.data_dir / TEST),
    )
