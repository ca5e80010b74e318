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
    # A further share that only `final-test` sees, once per version.
    final_share: float = Field(default=0, ge=0, lt=1)

    @model_validator(mode="after")
    def _rows_are_left(self) -> RandomSplit:
        if self.test_share + self.final_share >= 1:
            raise ValueError("test_share and final_share leave no training rows")
        return self


class TimeSplit(_Section):
    """Rows go by their time: each range is [from, to); rows in neither are left out."""

    kind: Literal["time"]
    train: tuple[datetime, datetime]
    test: tuple[datetime, datetime]
    # The column whose values must not be on both sides.
    group: str | None = None
    # A further range that only `final-test` sees, once per version.
    final: tuple[datetime, datetime] | None = None

    @model_validator(mode="after")
    def _test_follows_training(self) -> TimeSplit:
        if not self.train[0] < self.train[1] <= self.test[0] < self.test[1]:
            raise ValueError("the test range must start where the training range ends, or later")
        if self.final is not None and not self.test[1] <= self.final[0] < self.final[1]:
            raise ValueError("the final range must start where the test range ends, or later")
        return self


class Model(BaseModel):
    """Seed and threads; every other key is a parameter of the estimator."""

    model_config = ConfigDict(extra="allow", frozen=True)

    seed: int
    threads: int = Field(default=1, ge=1)
    # Every so many rounds the training is saved, and resumed after a crash; 0: never.
    checkpoint_every: int = Field(default=0, ge=0)

    @property
    def estimator(self) -> dict[str, Any]:
        """The estimator's own parameters."""
        return dict(self.model_extra or {})


class Evaluate(_Section):
    """The metric that decides, the simple model that has to be beaten, and how slices are cut."""

    metric: str
    baseline: Literal["stump", "constant"] = "stump"
    # Columns whose groups are measured one by one; a number is cut at its quartiles.
    slices: tuple[str, ...] = ()
    # So many further columns are chosen: those that the candidate looks at most.
    automatic_slices: int = Field(default=3, ge=0)
    slice_metric: str | None = None
    # With fewer rows than this nothing is said about a slice or a group.
    min_rows: int = Field(default=20, ge=2)
    # Bins of the reliability table, and how often rows are drawn anew for an interval.
    bins: int = Field(default=10, ge=2)
    resamples: int = Field(default=200, ge=20)


class Gate(_Section):
    """What a candidate has to reach; a limit that is left out (null) is not checked.

    Gains, losses and floors are in units of the metric (slices: of the slice metric).
    """

    min_gain_over_baseline: float = Field(ge=0)
    max_loss_to_champion: float = Field(ge=0)
    # Whether the 95 % interval of the gain over the baseline has to lie above 0.
    significant_gain: bool = False
    # Slow decay: the loss against the best of the last versions.
    last_versions: int = Field(default=5, ge=1)
    max_loss_to_best: float | None = Field(default=None, ge=0)
    slice_floor: float | None = None
    max_slice_distance: float | None = Field(default=None, ge=0)
    min_parity_ratio: float | None = Field(default=None, ge=0, le=1)
    max_opportunity_gap: float | None = Field(default=None, ge=0, le=1)
    # Of one row through the whole pipeline, the median of several, in milliseconds.
    max_row_ms: float | None = Field(default=None, gt=0)


class Range(_Section):
    """The values between two ends that the search may try; whole numbers if both ends are."""

    low: float
    high: float
    log: bool = False

    @model_validator(mode="after")
    def _ends_in_order(self) -> Range:
        if not self.low < self.high or (self.log and self.low <= 0):
            raise ValueError("low must be below high, and above 0 on a log scale")
        return self


class Search(_Section):
    """Which parameters of `model` are searched, and why the others are not."""

    trials: int = Field(default=20, ge=1)
    folds: int = Field(default=3, ge=2)
    seed: int = 7
    # A list holds the only values to try.
    space: dict[str, Range | list[Any]] = {}
    fixed: dict[str, str] = {}


class Explain(_Section):
    """What an explanation has to reach to be believed, measured by `explain --measure`."""

    rows: int = Field(default=200, ge=10)
    max_error: float = Field(default=1e-6, gt=0)
    min_fidelity: float = Field(default=0.5, ge=-1, le=1)
    min_stability: float = Field(default=0.8, ge=-1, le=1)


class Params(_Section):
    """All of params.yaml."""

    data: Data
    split: Annotated[RandomSplit | TimeSplit, Field(discriminator="kind")]
    model: Model
    evaluate: Evaluate
    gate: Gate
    search: Search = Search()
    explain: Explain = Explain()


def load(path: Path = PATH) -> Params:
    """Read and check params.yaml; raises BadInput with one line that names the wrong entry."""
    return checked(Params, read_yaml(path), path)
