"""The request and the answer: pydantic models; that of a row is made from the pandera schema.

The API and the schema accept and refuse the same rows. pandera takes milliseconds for a request, so
its columns and checks are translated once, when the server starts.

Types are stricter here than at ingest, where a CSV file holds text only and pandera converts it (it
would also cut 1.5 to 1 for a whole number). JSON has types, so a wrong one is a client's mistake: a
number is taken only if nothing is lost (1 as a float, 1.0 as an integer), never from text or from
true; null is taken where the schema says nullable; numbers must be finite; a point in time is text
as in ISO 8601.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from types import GenericAlias
from typing import Annotated, Any, Literal

import numpy as np
import pandas as pd
import pandera.pandas as pa
from pandera import dtypes
from pandera.errors import SchemaError, SchemaErrors
from pydantic import (
    AfterValidator,
    AwareDatetime,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    NaiveDatetime,
    ValidationError,
    create_model,
    model_validator,
)

from ..errors import BadInput

MAX_ROWS = 1000


class Row(BaseModel):
    """One row to predict for; `row_model` adds the features."""

    model_config = ConfigDict(extra="forbid", allow_inf_nan=False)

    def values(self) -> list[Any]:
        """Return the values in the order of the schema, whatever the order in the request."""
        return list(self.__dict__.values())


class Answer(BaseModel):
    """The predictions, in the order of the rows; probabilities of a 1 for a yes or no."""

    model_version: str = Field(description="The version that answered.")
    request_id: str = Field(description="The name of this answer in the prediction log.")
    predictions: list[float | int] = Field(description="One a row, in the order of the rows.")
    probabilities: list[float] | None = Field(
        None, description="Probability of a 1, one a row; a classification only."
    )
    flags: list[list[str]] = Field(
        description="What makes each row doubtful: `kind` or `kind:column`."
    )


def row_model(
    schema: pa.DataFrameSchema, descriptions: Mapping[str, str] | None = None
) -> type[Row]:
    """Return the model of a row that has the columns of `schema`, described for its readers.

    A row is looked at alone: checks of a whole column (unique values, a mean) see one value. A
    check of the row that asks for the target or the time is not in `schema`: see data/columns.py.
    Raises BadInput for a column type that has no counterpart in JSON.
    """
    fields: dict[str, Any] = {}
    for number, (name, column) in enumerate(schema.columns.items()):
        kind = _type(str(name), column.dtype)
        for check in column.checks:
            if not check.raise_warning:
                kind = _constrained(kind, check, column.dtype)
        if column.nullable:
            kind = kind | None
        # The name is an alias: a column may be called like a method of pydantic, or hold a space.
        default = ... if column.required else None
        text = (descriptions or {}).get(str(name))
        named = Field(default, alias=str(name), title=str(name), description=text)
        fields[f"column_{number}"] = (kind, named)
    if schema.checks:
        fields["__validators__"] = {"row": model_validator(mode="after")(_row_check(schema))}
    model: type[Row] = create_model("Row", __base__=Row, **fields)
    return model


def request_model(row: type[Row]) -> type[BaseModel]:
    """Return the model of a request: {"rows": [...]} with 1 to MAX_ROWS rows."""
    text = f"1 to {MAX_ROWS} rows to predict for."
    rows = (
        GenericAlias(list, (row,)),
        Field(min_length=1, max_length=MAX_ROWS, description=text),
    )
    fields: dict[str, Any] = {"rows": rows}
    return create_model("Request", __config__=ConfigDict(extra="forbid"), **fields)


def frame(rows: Sequence[Row], columns: Sequence[str]) -> pd.DataFrame:
    """Return the rows as a frame with the schema's `columns`, in its order."""
    # Python's own values: pandas would turn large whole numbers beside a null into floats.
    return pd.DataFrame([row.values() for row in rows], columns=list(columns), dtype=object)


def _type(name: str, dtype: Any) -> Any:
    """Return the Python type of a column and the limits of its size."""
    if dtypes.is_bool(dtype):
        return Annotated[bool, Field(strict=True)]
    if dtypes.is_int(dtype) or dtypes.is_uint(dtype):
        low, high = _whole_range(dtype)
        return Annotated[int, Field(strict=True, ge=low, le=high), BeforeValidator(_whole)]
    if dtypes.is_float(dtype):
        number = Annotated[float, Field(strict=True)]
        return number if dtype.bit_width == 64 else Annotated[number, _finite(dtype.bit_width)]
    if dtypes.is_category(dtype):
        names = getattr(dtype, "categories", None)
        return Literal[tuple(names)] if names else Annotated[str, Field(strict=True)]
    if dtypes.is_datetime(dtype):
        kind = NaiveDatetime if getattr(dtype, "tz", None) is None else AwareDatetime
        # Only pandas knows which years its type can hold.
        return Annotated[kind, BeforeValidator(_moment), AfterValidator(_ask_pandera([], dtype))]
    if dtypes.is_string(dtype):
        return Annotated[str, Field(strict=True)]
    raise BadInput(f"column {name!r} has the type {dtype}, which the API cannot read from JSON")


def _whole_range(dtype: Any) -> tuple[int, int]:
    if dtypes.is_uint(dtype):
        return 0, int(2**dtype.bit_width - 1)
    half = 2 ** (dtype.bit_width - 1)
    return -half, half - 1


def _finite(bits: int) -> AfterValidator:
    """Refuse what is too large for a shorter float and would become infinite."""
    kind = np.dtype(f"float{bits}").type

    def finite(value: float) -> float:
        with np.errstate(over="ignore"):
            if not np.isfinite(kind(value)):
                raise ValueError(f"is too large for float{bits}")
        return value

    return AfterValidator(finite)


def _whole(value: object) -> object:
    """Let 1.0 pass for 1: JavaScript and pandas write whole numbers either way."""
    return int(value) if isinstance(value, float) and value.is_integer() else value


def _moment(value: object) -> datetime:
    if not isinstance(value, str):
        raise ValueError("a point in time is text as in ISO 8601")
    return datetime.fromisoformat(value)


def _constrained(kind: Any, check: pa.Check, dtype: Any) -> Any:
    """Add a check to a type; what has no counterpart is asked of pandera, value by value."""
    known = check.statistics or {}
    # float32 is compared after rounding, which only pandas does.
    plain = dtypes.is_int(dtype) or (dtypes.is_float(dtype) and dtype.bit_width == 64)
    match check.name:
        case "greater_than_or_equal_to" if plain:
            return Annotated[kind, Field(ge=known["min_value"])]
        case "greater_than" if plain:
            return Annotated[kind, Field(gt=known["min_value"])]
        case "less_than_or_equal_to" if plain:
            return Annotated[kind, Field(le=known["max_value"])]
        case "less_than" if plain:
            return Annotated[kind, Field(lt=known["max_value"])]
        case "isin" if plain or dtypes.is_string(dtype):
            allowed = list(known["allowed_values"])
            listed = Field(json_schema_extra={"enum": allowed})
            return Annotated[kind, listed, AfterValidator(_among(allowed))]
    return Annotated[kind, AfterValidator(_ask_pandera([check], dtype))]


def _among(allowed: list[Any]) -> Callable[[Any], Any]:
    values = frozenset(allowed)

    def among(value: Any) -> Any:
        if value not in values:
            raise ValueError(f"must be one of {allowed}")
        return value

    return among


def _ask_pandera(checks: list[pa.Check], dtype: Any) -> Callable[[Any], Any]:
    schema = pa.SeriesSchema(dtype, checks=checks, coerce=True)

    def ask(value: Any) -> Any:
        try:
            schema.validate(pd.Series([value], dtype=object))
        except (SchemaError, SchemaErrors):
            raise ValueError(f"fails {checks[0].name if checks else dtype}") from None
        return value

    return ask


def _row_check(schema: pa.DataFrameSchema) -> Callable[[Row], Row]:
    """Return a validator that asks pandera for the checks that look at several columns."""

    def check(row: Row) -> Row:
        try:
            schema.validate(frame([row], [str(name) for name in schema.columns]))
        except (SchemaError, SchemaErrors):
            raise ValueError("fails a check over several columns") from None
        return row

    return check


def example(schema: pa.DataFrameSchema, row: type[Row]) -> dict[str, Any] | None:
    """Return a row that the model accepts, made from the schema alone: real rows may be personal.

    A value that no check describes well enough (a pattern, a check of your own) is taken from the
    column's `metadata={"example": ...}` in the schema. Returns None if a row cannot be made.
    """
    made: dict[str, Any] = {}
    for name, column in schema.columns.items():
        alone = row_model(pa.DataFrameSchema({name: column}))
        accepted = (value for value in _guesses(column) if _takes(alone, {str(name): value}))
        first = next(itertools.chain(accepted, [_NOTHING]))
        if first is _NOTHING:
            return None
        made[str(name)] = first
    return made if _takes(row, made) else None


_NOTHING = object()


def _guesses(column: pa.Column) -> list[Any]:
    """Return values to try, as they stand in JSON, the most telling first."""
    known = {key: value for one in column.checks for key, value in (one.statistics or {}).items()}
    given = (column.metadata or {}).get("example")
    low, high = known.get("min_value"), known.get("max_value")
    edges = [edge for edge in (low, high) if isinstance(edge, int | float)]
    numbers: list[float] = [0, 1, -1]
    if len(edges) == 2:
        middle = sum(edges) / 2
        numbers = [float(f"{middle:.3g}"), round(middle), middle, *numbers]
    elif edges:
        numbers = [edges[0], edges[0] + 1, edges[0] - 1, *numbers]
    texts = ["text", "A", "AA", "AAA", "a", "1", "2026-03-02T10:15:00", "2026-03-02T10:15:00Z"]
    names = getattr(column.dtype, "categories", None) or []
    options = list(known.get("allowed_values", []))
    return [*([] if given is None else [given]), *options, *names, *numbers, True, *texts, None]


def _takes(model: type[Row], row: dict[str, Any]) -> bool:
    try:
        model.model_validate(row)
    except ValidationError:
        return False
    return True
