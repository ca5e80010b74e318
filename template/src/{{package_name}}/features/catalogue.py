"""conf/features.yaml: what each feature means, held against the schema."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from ..errors import BadInput

PATH = Path("conf/features.yaml")


class Description(BaseModel):
    """What people need to know about one feature."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    description: str = Field(min_length=3)
    unit: str | None = None
    source: str | None = None
    owner: str | None = None
    pii: bool = False


class Catalogue(BaseModel):
    """All of conf/features.yaml."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    features: dict[str, Description]


def load(path: Path = PATH) -> dict[str, Description]:
    """Read conf/features.yaml; raises BadInput with one line that names the wrong entry."""
    try:
        return Catalogue.model_validate(yaml.safe_load(path.read_text("utf-8"))).features
    except FileNotFoundError:
        raise BadInput(f"no {path} here: run this from the project's root") from None
    except yaml.YAMLError as error:
        raise BadInput(f"{path} is no YAML: {' '.join(str(error).split())}") from None
    except ValidationError as error:
        first = error.errors()[0]
        name = ".".join(str(part) for part in first["loc"]) or "the file"
        raise BadInput(f"{path}: {name}: {first['msg']}") from None


def check(described: dict[str, Description], names: Sequence[str], path: Path = PATH) -> None:
    """Raise BadInput unless exactly the features of the schema are described."""
    for name in names:
        if name not in described:
            raise BadInput(f"{path} does not describe the feature {name!r} of the schema")
    for name in described:
        if name not in names:
            raise BadInput(f"{path} describes {name!r}, which is no feature of the schema")
