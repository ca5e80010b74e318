"""The columns: which are features, what they mean, and whether a frame obeys the schema."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

import pandas as pd
import pandera.pandas as pa
import yaml
from pandas.api import types
from pandera.errors import SchemaErrors
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from ..errors import BadInput
from .schema import TARGET, TIME, Source

DESCRIPTIONS = Path("conf/features.yaml")


@dataclass(frozen=True)
class Feature:
    """An input of the model: its name and its pandas type (`float64`, `str` and so on)."""

    name: Annotated[str, Field(description="The column.")]
    dtype: Annotated[str, Field(description="Its pandas type.")]


def feature_schema() -> pa.DataFrameSchema:
    """Return the schema of the features alone: all columns but the target and the time."""
    others = [name for name in (TARGET, TIME) if name is not None]
    return Source.to_schema().remove_columns(others)


def features() -> list[Feature]:
    """Return the features in the order of the schema."""
    return [Feature(name, _type(column)) for name, column in feature_schema().columns.items()]


def _type(column: pa.Column) -> str:
    """Return the name of a column's type; text is pandas' own `str`, however it is stored."""
    name = str(column.dtype)
    return "str" if name.startswith("str") else name


def check(frame: pd.DataFrame, schema: pa.DataFrameSchema, what: str) -> pd.DataFrame:
    """Return the frame with the schema's types, columns in its order.

    Raises BadInput with one line that names the first column and check that fail; `what` says of
    which data it speaks.
    """
    for name, column in schema.columns.items():
        bad = _fractions(frame[name], str(column.dtype)) if name in frame.columns else None
        if bad is not None:
            raise BadInput(f"{what}: column {name!r} fails dtype({column.dtype!s}): first {bad}")
    try:
        checked = schema.validate(frame, lazy=True)
    except SchemaErrors as errors:
        raise BadInput(f"{what}: {violation(errors)}") from None
    return checked[list(schema.columns)]


def violation(errors: SchemaErrors) -> str:
    """Say in one line which column fails which check, with the first bad value and its row."""
    cases = errors.failure_cases
    first = cases.iloc[0]
    more = len(cases.drop_duplicates(["column", "check"])) - 1
    ending = f" (and {more} more)" if more else ""
    match str(first["check"]):
        case "column_in_dataframe":
            return f"column {first['failure_case']!r} is missing{ending}"
        case "column_in_schema":
            return f"column {first['failure_case']!r} is not in the schema{ending}"
    same = cases[(cases["column"] == first["column"]) & (cases["check"] == first["check"])]
    if pd.isna(first["index"]):
        return f"column {first['column']!r} fails {first['check']}: {first['failure_case']}{ending}"
    rows = "1 row" if len(same) == 1 else f"{len(same)} rows"
    return (
        f"column {first['column']!r} fails {first['check']} in {rows}, "
        f"first {first['failure_case']} in row {first['index']}{ending}"
    )


def _fractions(column: pd.Series[Any], dtype: str) -> float | None:
    """Return the first number that a conversion to a whole number would cut, or None."""
    if not (dtype.lower().startswith(("int", "uint")) and types.is_float_dtype(column)):
        return None
    cut = column[column.notna() & (column % 1 != 0)]
    return None if cut.empty else float(cut.iloc[0])


def conform(frame: pd.DataFrame, wanted: Sequence[Feature]) -> pd.DataFrame:
    """Return the wanted columns of the frame, in that order and with those types.

    This converts and checks no limits, so it is quick enough for every request. Further columns are
    left out. Raises BadInput if a column is missing or holds what cannot be converted.
    """
    missing = [feature.name for feature in wanted if feature.name not in frame.columns]
    if missing:
        raise BadInput(f"the input lacks the column {missing[0]!r} ({len(missing)} missing)")
    columns = {}
    for feature in wanted:
        column = frame[feature.name]
        if (bad := _fractions(column, feature.dtype)) is not None:
            raise BadInput(f"column {feature.name!r} is not {feature.dtype}: {bad}")
        if str(column.dtype) != feature.dtype:
            dtype: Any = feature.dtype  # the stubs know only names written out
            try:
                column = column.astype(dtype)
            except (TypeError, ValueError) as error:
                raise BadInput(
                    f"column {feature.name!r} is not {feature.dtype}: {error}".splitlines()[0]
                ) from None
        columns[feature.name] = column
    return pd.DataFrame(columns, index=frame.index)


class Description(BaseModel):
    """What people need to know about one feature."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    description: str = Field(min_length=3)
    dtype: str | None = None
    unit: str | None = None
    domain: str | None = None
    source: str | None = None
    owner: str | None = None
    pii: bool = False


class Catalogue(BaseModel):
    """All of conf/features.yaml."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    features: dict[str, Description]


def described(path: Path = DESCRIPTIONS) -> dict[str, Description]:
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


def personal(path: Path = DESCRIPTIONS) -> frozenset[str]:
    """Return the features that conf/features.yaml marks as personal data: no log holds them."""
    return frozenset(name for name, feature in described(path).items() if feature.pii)


def check_described(names: Sequence[str], path: Path = DESCRIPTIONS) -> None:
    """Raise BadInput unless exactly these features are described, each with the schema's dtype."""
    known = described(path)
    dtypes = {feature.name: feature.dtype for feature in features()}
    for name in names:
        if name not in known:
            raise BadInput(f"{path} does not describe the feature {name!r} of the schema")
        dtype = known[name].dtype
        if dtype not in (None, dtypes.get(name)):
            raise BadInput(f"{path}: {name} is {dtype} here and {dtypes.get(name)} in the schema")
    for name in known:
        if name not in names:
            raise BadInput(f"{path} describes {name!r}, which is no feature of the schema")
