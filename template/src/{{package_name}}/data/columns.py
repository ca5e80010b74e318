"""The columns: which are features, what they mean, and whether a frame obeys the schema."""

from __future__ import annotations

import re
from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from typing import Annotated, Any, Literal

import numpy as np
import pandas as pd
import pandera.pandas as pa
from pandas.api import types
from pandera.errors import SchemaErrors
from pydantic import BaseModel, ConfigDict, Field, model_validator

from ..errors import BadInput
from ..settings import checked, read_yaml
from .schema import TARGET, TIME, Source

DESCRIPTIONS = Path("conf/features.yaml")
# Types of a column of truths, the second one with missing values.
BOOLS = ("bool", "boolean")
_TRUTHS: dict[Hashable, bool] = {"true": True, "false": False, 1: True, 0: False}


@dataclass(frozen=True)
class Feature:
    """An input of the model: its name and its pandas type (`float64`, `str` and so on)."""

    name: Annotated[str, Field(description="The column.")]
    dtype: Annotated[str, Field(description="Its pandas type.")]


def feature_schema() -> pa.DataFrameSchema:
    """Return the schema of the features alone: no target, no time, no protected column."""
    schema, names = Source.to_schema(), {feature.name for feature in features()}
    return without(schema, [name for name in schema.columns if name not in names])


def without(schema: pa.DataFrameSchema, names: list[str]) -> pa.DataFrameSchema:
    """Return the schema less some columns.

    A check of whole rows that asks for one of them cannot be evaluated any more and is left out,
    for as long as rows come without that column; all other checks stay.
    """
    less = schema.remove_columns(names)
    less.checks = [_if_there(one, names) for one in schema.checks]
    return less


def _if_there(check: pa.Check, names: Sequence[str]) -> pa.Check:
    """Return a check that passes where `check` fails for want of one of the columns `names`."""

    def asked(frame: pd.DataFrame) -> Any:
        try:
            return check(frame).check_output
        except (KeyError, AttributeError, NameError) as error:
            # rows["x"] and rows[["x"]], rows.x, rows.eval("x > 0"): each names the column.
            if any(re.search(rf"(?<!\w){re.escape(name)}(?!\w)", str(error)) for name in names):
                return True
            raise

    return pa.Check(asked, name=check.name, error=check.error, raise_warning=check.raise_warning)


def features() -> list[Feature]:
    """Return the features in the order of the schema."""
    columns, others = Source.to_schema().columns, {TARGET, TIME, *protected()}
    return [Feature(name, type_name(columns[name])) for name in columns if name not in others]


def type_name(column: pa.Column) -> str:
    """Return the name of a column's type; text is pandas' own `str`, however it is stored."""
    name = str(column.dtype)
    return "str" if name.startswith("str") else name


def check(frame: pd.DataFrame, schema: pa.DataFrameSchema, what: str) -> pd.DataFrame:
    """Return the frame with the schema's types, columns in its order.

    Raises BadInput with one line that names the first column and check that fail; `what` says of
    which data it speaks.
    """
    given: dict[str, pd.Series[Any]] = {}
    for name, column in schema.columns.items():
        if name in frame.columns:
            dtype = str(column.dtype)
            given[name] = truths(frame[name], dtype)
            bad = _altered(given[name], dtype)
            if bad is not None:
                first = shown(name, bad)
                raise BadInput(f"{what}: column {name!r} fails dtype({dtype}): first {first}")
    try:
        typed = schema.validate(frame.assign(**given), lazy=True)
    except SchemaErrors as errors:
        raise BadInput(f"{what}: {violation(errors)}") from None
    return typed[list(schema.columns)]


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
    value = shown(str(first["column"]), first["failure_case"])
    same = cases[(cases["column"] == first["column"]) & (cases["check"] == first["check"])]
    if pd.isna(first["index"]):
        return f"column {first['column']!r} fails {first['check']}: {value}{ending}"
    rows = "1 row" if len(same) == 1 else f"{len(same)} rows"
    return (
        f"column {first['column']!r} fails {first['check']} in {rows}, "
        f"first {value} in row {first['index']}{ending}"
    )


def shown(name: str, value: object) -> str:
    """Return a value as messages may show it: that of a personal column (pii) is left out.

    Without conf/features.yaml nothing says that a value may be shown.
    """
    try:
        entry = described().get(name)
    except BadInput:
        return "a value"
    return "a personal value" if entry is not None and entry.pii else str(value)


def truths(column: pd.Series[Any], dtype: str) -> pd.Series[Any]:
    """Return the column of a bool with 1 and 0, and the words of a CSV file, as true and false."""
    if dtype not in BOOLS or types.infer_dtype(column, skipna=False) == "boolean":
        return column
    return column.astype(object).map(_truth)


def _truth(value: Any) -> Any:
    word = value.lower() if isinstance(value, str) else value
    return _TRUTHS.get(word, value) if isinstance(word, Hashable) else value


def _altered(column: pd.Series[Any], dtype: str) -> str | None:
    """Return the first value that a conversion would make another without a word, or None.

    A fraction is cut to a whole number; a bool is made of anything, also of what is missing.
    """
    if dtype in BOOLS and types.infer_dtype(column, skipna=False) != "boolean":
        known = column if dtype == "bool" else column.dropna()
        return next((repr(v) for v in known if not isinstance(v, (bool, np.bool_))), None)
    if not (dtype.lower().startswith(("int", "uint")) and types.is_float_dtype(column)):
        return None
    cut = column[column.notna() & (column % 1 != 0)]
    return None if cut.empty else str(float(cut.iloc[0]))


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
        column = truths(frame[feature.name], feature.dtype)
        if (bad := _altered(column, feature.dtype)) is not None:
            first = shown(feature.name, bad)
            raise BadInput(f"column {feature.name!r} is not {feature.dtype}: {first}")
        if str(column.dtype) != feature.dtype:
            dtype: Any = feature.dtype  # the stubs know only names written out
            try:
                column = column.astype(dtype)
            except (TypeError, ValueError) as error:
                why = shown(feature.name, error).splitlines()[0]
                raise BadInput(f"column {feature.name!r} is not {feature.dtype}: {why}") from None
        columns[feature.name] = column
    return pd.DataFrame(columns, index=frame.index)


class _Entry(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Description(_Entry):
    """What people and rules need to know about one feature, of the schema or derived."""

    description: str = Field(min_length=3)
    # One sentence for people who are told why the model answered so; default: the description.
    text: str | None = None
    dtype: str | None = None
    unit: str | None = None
    domain: str | None = None
    source: str | None = None
    owner: str | None = None
    pii: bool = False
    status: Literal["active", "experimental", "deprecated"] = "active"
    deprecated_after: date | None = None
    depends_on: tuple[str, ...] = ()
    # Whether the value is known when the prediction is made, or only after.
    available: Literal["before", "after"] = "before"
    # A person's group, such as sex or age: fairness is measured by it, the model never sees it.
    protected: bool = False

    @model_validator(mode="after")
    def _deprecated_from_when(self) -> Description:
        if (self.status == "deprecated") is not (self.deprecated_after is not None):
            raise ValueError("status deprecated and deprecated_after (a date) go together")
        return self


class Pinned(_Entry):
    """The contract of the source as it was accepted: column -> type and checks."""

    owner: str | None = None
    version: str | None = None
    columns: dict[str, str] = {}


class Policy(_Entry):
    """What no model may use, and what one of its inputs may cost; null: no limit."""

    banned_sources: tuple[str, ...] = ()
    # To convert and encode 1,000 rows, and to keep them.
    max_ms_per_1000_rows: float | None = 50
    max_bytes_per_1000_rows: float | None = 1_000_000
    # The share of rows without a value, and the number of other features behind it.
    max_missing: float | None = 0.95
    max_depends_on: int | None = 20


class Catalogue(_Entry):
    """All of conf/features.yaml."""

    features: dict[str, Description]
    derived: dict[str, Description] = {}
    contract: Pinned | None = None
    policy: Policy = Policy()
    # feature -> rule -> why it may break that rule
    exceptions: dict[str, dict[str, Annotated[str, Field(min_length=10)]]] = {}
    # Read by data/privacy.py, which the practice personal_data brings.
    personal: dict[str, Any] = {}


def catalogue(path: Path = DESCRIPTIONS) -> Catalogue:
    """Read conf/features.yaml; raises BadInput with one line that names the wrong entry.

    It is asked for by every conversion of a frame, and read again only once it has changed.
    """
    stamp = path.stat().st_mtime_ns if path.is_file() else None
    return _catalogue(path.absolute(), path, stamp)


@cache
def _catalogue(_place: Path, path: Path, _stamp: int | None) -> Catalogue:
    return checked(Catalogue, read_yaml(path), path)


def described(path: Path = DESCRIPTIONS) -> dict[str, Description]:
    """Return the features of conf/features.yaml; raises BadInput as `catalogue` does."""
    return catalogue(path).features


def personal(path: Path = DESCRIPTIONS) -> frozenset[str]:
    """Return the features that conf/features.yaml marks as personal data: no log holds them."""
    return frozenset(name for name, feature in described(path).items() if feature.pii)


def protected(path: Path = DESCRIPTIONS) -> list[str]:
    """Return the protected columns; none where the descriptions are not at hand."""
    if not path.is_file():
        return []
    return [name for name, told in described(path).items() if told.protected]


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
    columns = Source.to_schema().columns
    for name, told in known.items():
        if name not in names and not (told.protected and name in columns):
            raise BadInput(f"{path} describes {name!r}, which is no feature of the schema")
