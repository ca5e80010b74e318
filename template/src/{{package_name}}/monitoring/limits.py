"""The limits in conf/operations.yaml: what counts as drift, as too old, as late."""

from __future__ import annotations

from pathlib import Path

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from ..errors import BadInput

FILE = Path("conf/operations.yaml")


class _Section(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class DriftLimits(_Section):
    """When a column counts as drifted; the meaning of each is written in conf/operations.yaml."""

    every_hours: float = Field(default=24, gt=0)
    alert: str | None = None
    window_days: float = Field(default=7, gt=0)
    min_rows: int = Field(default=50, ge=2)
    without: tuple[str, ...] = ()
    bins: int = Field(default=10, ge=2, le=100)
    alpha: float = Field(default=0.01, gt=0, lt=1)
    watch_psi: float = Field(default=0.02, gt=0)
    drift_psi: float = Field(default=0.1, gt=0)
    label_change: float = Field(default=0.1, gt=0)


class ModelLimits(_Section):
    """How old the champion may become, in days since it was trained."""

    max_age_days: float = Field(gt=0)


class DeliveryLimits(_Section):
    """How often a scored file is due, in hours."""

    every_hours: float = Field(gt=0)


class Limits(_Section):
    """All limits; without `delivery` no deliveries are watched."""

    drift: DriftLimits
    model: ModelLimits
    delivery: DeliveryLimits | None = None


def load(path: Path = FILE) -> Limits:
    """Read the limits. Raises BadInput if the file is missing or a value in it is wrong."""
    if not path.is_file():
        raise BadInput(f"{path} is missing")
    try:
        return Limits.model_validate(yaml.safe_load(path.read_text("utf-8")))
    except yaml.YAMLError as error:
        raise BadInput(f"{path} is no YAML: {error}".replace("\n", " ")) from None
    except ValidationError as error:
        first = error.errors()[0]
        name = ".".join(str(part) for part in first["loc"])
        raise BadInput(f"{path}: {name}: {first['msg']}") from None
