"""params.yaml, read and checked: what a run depends on."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

from .settings import checked, read_yaml

PATH = Path("params.yaml")


class _Section(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Data(_Section):
    """Where the data comes from, and as of which point in time."""

    source: str = "sample"
    as_of: datetime | None = None


class RandomSplit(_Section):
    """A random share of the rows is the test data."""

    kind: Literal["random"]
    test_share: float = Field(gt=0, lt=1)
    seed: int
    # The column whose rows of one value stay together, such as a customer.
    group: str | None = None


class TimeSplit(_Section):
    """Rows go by their time: each range is [from, to); rows in neither are left out."""

    kind: Literal["time"]
    train: tuple[datetime, datetime]
    test: tuple[datetime, datetime]
    # The column whose values must not be on both sides.
    group: str | None = None

    @model_validator(mode="after")
    def _test_follows_training(self) -> TimeSplit:
        if not self.train[0] < self.train[1] <= self.test[0] < self.test[1]:
            raise ValueError("the test range must start where the training range ends, or later")
        return self


class Model(BaseModel):
    """Seed and threads; every other key is a parameter of the estimator."""

    model_config = ConfigDict(extra="allow", frozen=True)

    seed: int
    threads: int = Field(default=1, ge=1)

    @property
    def estimator(self) -> dict[str, Any]:
        """The estimator's own parameters."""
        return dict(self.model_extra or {})


class Evaluate(_Section):
    """The metric that decides, and the simple model that has to be beaten."""

    metric: str
    baseline: Literal["stump", "constant"] = "stump"


class Gate(_Section):
    """How much better than the baseline, and how much worse than the champion, in the metric."""

    min_gain_over_baseline: float = Field(ge=0)
    max_loss_to_champion: float = Field(ge=0)


class Params(_Section):
    """All of params.yaml."""

    data: Data
    split: Annotated[RandomSplit | TimeSplit, Field(discriminator="kind")]
    model: Model
    evaluate: Evaluate
    gate: Gate


def load(path: Path = PATH) -> Params:
    """Read and check params.yaml; raises BadInput with one line that names the wrong entry."""
    return checked(Params, read_yaml(path), path)
