"""The candidate: the model that was trained last, with its measurements and what a run records."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

import pandas as pd
from sklearn.pipeline import Pipeline

from .. import reports
from ..data import table
from ..data.columns import conform, features
from ..errors import BadInput
from ..features.split import TEST
from ..settings import Settings
from . import artifact
from .train import CANDIDATE, TRAINING


@dataclass(frozen=True)
class Candidate:
    """Pipeline, file and sha256 of the last training, its metrics report, and the test rows."""

    pipeline: Pipeline
    content: bytes
    sha256: str
    training: dict[str, Any]
    report: dict[str, Any]
    test: pd.DataFrame

    @property
    def sample(self) -> pd.DataFrame:
        """The first test rows, features only."""
        return conform(self.test.head(), features())

    @property
    def measurements(self) -> dict[str, float]:
        """The metrics as a run logs them: the candidate's by name, then `baseline.<name>`."""
        baseline = {f"baseline.{name}": value for name, value in self.report["baseline"].items()}
        return {**self.report["candidate"], **baseline}


def load(settings: Settings) -> Candidate:
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
        test=table.read(settings.data_dir / TEST),
    )
