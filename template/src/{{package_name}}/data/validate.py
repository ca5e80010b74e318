"""Stage `validate`: is the ingested data, as a whole, fit to train on? And what it says of itself.

`infer` reads expectations off the training rows and shows how schema.py would look with those that
it lacks. People decide: schema.py is never written.
"""

from __future__ import annotations

import ast
import difflib
import math
from pathlib import Path
from typing import Any

import pandas as pd
import pandera.pandas as pa
from pandas.api import types

from .. import TASK, reports
from ..errors import BadInput
from ..params import Params
from ..reports import replace_file
from ..settings import Settings
from . import schema, table
from .columns import check, described, features
from .schema import TARGET, TIME, Source

# Below this no split leaves enough rows to tell two models apart.
MIN_ROWS = 50
# Limits are proposed this share of the seen range beyond it: new data reaches a little further.
MARGIN = 0.5
# A range of more than so many times the one seen would pass a value in the wrong unit.
LOOSE = 100
# Text with at most so many values, each seen ten times on average, is taken for a category.
MAX_VALUES, TIMES_SEEN = 20, 10


def run(settings: Settings) -> str:
    """Check data/raw/source.parquet and write reports/validation.json with a profile per column.

    Raises BadInput with one line that names the column and the check that fails.
    """
    ingested = table.read(settings.data_dir / table.RAW)
    frame = check(ingested, Source.to_schema(), "the ingested data")
    fit_to_train(frame)
    personal = {name for name, entry in described().items() if entry.pii}
    profiles = {name: profile(frame[name], shown=name not in personal) for name in frame.columns}
    reports.write("validation", {"rows": len(frame), "columns": profiles}, settings)
    return f"{len(frame)} rows, {len(frame.columns)} columns"


def fit_to_train(frame: pd.DataFrame) -> None:
    """Raise BadInput for too few rows, a target with one value, or a column without any."""
    if len(frame) < MIN_ROWS:
        raise BadInput(f"{len(frame)} rows are too few to train and test on (at least {MIN_ROWS})")
    values = frame[TARGET].nunique()
    if values < 2:
        raise BadInput(f"column {TARGET!r} has one value only: there is nothing to learn")
    if TASK == "classification" and not frame[TARGET].isin([0, 1]).all():
        other = frame.loc[~frame[TARGET].isin([0, 1]), TARGET].iloc[0]
        raise BadInput(f"column {TARGET!r} holds {other}; a classification needs 0 and 1")
    empty = [feature.name for feature in features() if frame[feature.name].isna().all()]
    if empty:
        raise BadInput(f"column {empty[0]!r} has no values at all")
    if TIME is not None and frame[TIME].isna().any():
        raise BadInput(f"column {TIME!r} gives the time of a row and has missing values")


def profile(column: pd.Series[Any], *, shown: bool = True) -> dict[str, Any]:
    """Return type, share of missing values and, by type, the range or the number of values.

    Of a personal column (not `shown`) the mean alone: the lowest and highest are one person's.
    """
    facts: dict[str, Any] = {"dtype": str(column.dtype), "missing": float(column.isna().mean())}
    known = column.dropna()
    if types.is_numeric_dtype(column) and not types.is_bool_dtype(column) and len(known):
        mean = {"mean": float(known.mean())}
        outer = {"min": float(known.min()), **mean, "max": float(known.max())}
        facts |= outer if shown else mean
    else:
        facts["values"] = int(known.nunique())
    return facts


def infer(settings: Settings, params: Params, *, from_source: bool, file: Path | None) -> int:
    """Print what the data says and schema.py does not, as a difference; return 1 if there is any.

    Looks at the training rows alone, or at what the source gives (for a new data set, which ingest
    would refuse). With `file`, the proposed schema.py is written there.
    """
    if from_source:
        from . import ingest

        frame = ingest.load(settings, params)
    else:
        frame = table.read(settings.data_dir / table.TRAIN)
    personal = frozenset(name for name, entry in described().items() if entry.pii)
    path = Path(str(schema.__file__))
    found = proposals(frame, Source.to_schema(), personal)
    proposed = propose(path.read_text("utf-8"), found)
    for name, (reason, _, _) in found.items():
        print(f"{name}: {reason}")
    old, new = path.read_text("utf-8").splitlines(True), proposed.splitlines(True)
    print("".join(difflib.unified_diff(old, new, "schema.py", "proposed")), end="")
    if file is not None:
        replace_file(file, proposed.encode())
        print(f"written to {file}")
    if not found:
        print(f"schema.py says all that {len(frame)} rows say")
    return 1 if found else 0


Proposal = tuple[str, str, dict[str, Any]]  # why, the type as in schema.py, arguments of pa.Field


def proposals(
    frame: pd.DataFrame, known: pa.DataFrameSchema, personal: frozenset[str] = frozenset()
) -> dict[str, Proposal]:
    """Return for each column what the schema lacks; no values of personal columns are in it."""
    found: dict[str, Proposal] = {}
    for name, values in frame.items():
        name = str(name)
        kind, wanted = expected(values, shown=name not in personal)
        column = known.columns.get(name)
        if column is None:
            found[name] = ("not in the schema", kind, wanted)
            continue
        reasons, arguments = _lacking(column, values, wanted)
        if reasons:
            found[name] = ("; ".join(reasons), kind, arguments)
    for name in known.columns:
        if name not in frame.columns:
            found[name] = ("in the schema, and not in the data", "", {})
    return found


def expected(values: pd.Series[Any], *, shown: bool = True) -> tuple[str, dict[str, Any]]:
    """Return type and arguments of pa.Field that a column suggests; `shown`: its values may be."""
    known = values.dropna()
    arguments: dict[str, Any] = {"nullable": True} if len(known) < len(values) else {}
    if types.is_bool_dtype(known.infer_objects()):
        return "bool", arguments
    if types.is_datetime64_any_dtype(values):
        return "pd.Timestamp", arguments
    if types.is_numeric_dtype(values):
        whole = bool((known % 1 == 0).all())
        kind = "int" if whole and len(known) == len(values) else "float"
        low, high = float(known.min()), float(known.max())
        if shown and high > low:
            further = MARGIN * (high - low)
            floor = max(0.0, low - further) if low >= 0 else low - further
            arguments |= {"ge": _round(floor, math.floor), "le": _round(high + further, math.ceil)}
        return kind, arguments
    count = known.nunique()
    if shown and 0 < count <= MAX_VALUES and len(known) >= TIMES_SEEN * count:
        arguments["isin"] = sorted(str(value) for value in known.unique())
    return "str", arguments


def _lacking(
    column: pa.Column, values: pd.Series[Any], wanted: dict[str, Any]
) -> tuple[list[str], dict[str, Any]]:
    """Return reasons and arguments for what a column of the schema lacks beside its data."""
    reasons: list[str] = []
    arguments: dict[str, Any] = {}
    missing = wanted.get("nullable", False)
    if missing is not bool(column.nullable):
        share = float(values.isna().mean())
        reasons.append(f"{share:.1%} are missing" if missing else "nullable, and none is missing")
        arguments["nullable"] = missing
    limits = limits_of(column)
    others = [check for check in column.checks if str(check.name) not in LIMITS]
    if "isin" in wanted and not column.checks:
        reasons.append(f"{len(wanted['isin'])} values only")
        arguments["isin"] = wanted["isin"]
    if "ge" not in wanted or others:
        return reasons, arguments
    low, high = float(values.min()), float(values.max())
    for key, word in (("ge", "lower"), ("le", "upper")):
        if limits[key] is None:
            reasons.append(f"no {word} limit")
            arguments[key] = wanted[key]
    floor, top = limits["ge"], limits["le"]
    if floor is not None and top is not None and top - floor > LOOSE * (high - low):
        reasons.append(f"limits {top - floor:g} apart for values {high - low:g} apart")
        arguments |= {"ge": wanted["ge"], "le": wanted["le"]}
    return reasons, arguments


# pandera's names of the checks that are limits -> the arguments of pa.Field that set them
LIMITS = {
    "greater_than_or_equal_to": ("ge",),
    "greater_than": ("ge",),
    "less_than_or_equal_to": ("le",),
    "less_than": ("le",),
    "in_range": ("ge", "le"),
}


def limits_of(column: pa.Column) -> dict[str, float | None]:
    """Return the lowest (`ge`) and highest (`le`) value that a column may have; None: any."""
    found: dict[str, float | None] = {"ge": None, "le": None}
    for limit in column.checks:
        for key in LIMITS.get(str(limit.name), ()):
            found[key] = float(limit.statistics["min_value" if key == "ge" else "max_value"])
    return found


def _round(value: float, towards: Any) -> float | int:
    """Round outwards to two digits that count."""
    if value == 0:
        return 0
    unit = 10.0 ** (math.floor(math.log10(abs(value))) - 1)
    rounded = float(f"{towards(value / unit) * unit:.2g}")
    return int(rounded) if rounded.is_integer() else rounded


def propose(text: str, found: dict[str, Proposal]) -> str:
    """Return the text of schema.py with the proposals in the class `Source`, all else as it is."""
    classes = [node for node in ast.parse(text).body if isinstance(node, ast.ClassDef)]
    body = next(node for node in classes if node.name == "Source")
    fields = [node for node in body.body if isinstance(node, ast.AnnAssign)]
    lines = text.splitlines()
    at = {node.target.id: node for node in fields if isinstance(node.target, ast.Name)}
    end = max((node.end_lineno or 0) for node in fields) if fields else body.end_lineno or 0
    new = [name for name in found if name not in at]
    lines[end:end] = [_field(name, found[name][1], {}, found[name][2]) for name in new]
    for name in sorted(at, key=lambda name: -at[name].lineno):
        if name not in found:
            continue
        node, (_, kind, arguments) = at[name], found[name]
        call = node.value if isinstance(node.value, ast.Call) else None
        given = {k.arg: ast.unparse(k.value) for k in call.keywords if k.arg} if call else {}
        line = _field(name, ast.unparse(node.annotation), given, arguments)
        lines[node.lineno - 1 : node.end_lineno] = [line] if kind else []
    return "\n".join(lines) + "\n"


def _field(name: str, kind: str, given: dict[str, str], arguments: dict[str, Any]) -> str:
    replaced = {"ge": "gt", "le": "lt"}
    kept = {k: v for k, v in given.items() if k not in {replaced.get(a) for a in arguments}}
    written = {**kept, **{key: repr(value) for key, value in arguments.items()}}
    inside = ", ".join(f"{key}={value}" for key, value in written.items() if value != "False")
    return f"    {name}: {kind} = pa.Field({inside})" if inside else f"    {name}: {kind}"
