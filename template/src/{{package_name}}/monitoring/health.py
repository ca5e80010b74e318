"""Whether what goes into the model and comes out of it is sound: schema, finite numbers, skew, and
which cases people should look at.
"""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pandera.pandas as pa
from pandera.errors import SchemaErrors
from pydantic import Field
from sklearn.pipeline import Pipeline

from .. import TASK, operations
from ..data import table
from ..data.columns import conform, feature_schema, features, personal, without
from ..data.schema import Source
from ..errors import BadInput
from ..model.champion import Champion
from .statistics import Floats
from .watched import Outcome, Scene, logged_features, typed

# Rounding may differ between processors in the last digits.
TOLERANCE = 1e-9
# As many answers are computed again.
ANSWERS = 5000


class InvariantLimits(operations.Section):
    """Which share of rows may break the schema, and which may hold NaN or infinity."""

    window_days: float = Field(default=7, gt=0)
    max_violation_rate: float = Field(default=0.01, ge=0, lt=1)
    max_non_finite_rate: float = Field(default=0.0, ge=0, lt=1)


class SkewLimits(operations.Section):
    """How many features must be exactly what the pipeline computes offline.

    `offline` is a file of the same rows from the source that training uses, found by `keys`;
    without it each logged row alone is held against all of them in one table.
    """

    window_days: float = Field(default=7, gt=0)
    min_match: float = Field(default=0.999, gt=0, le=1)
    rows: int = Field(default=200, ge=1)
    offline: Path | None = None
    keys: tuple[str, ...] = ()


class CaseLimits(operations.Section):
    """How often doubtful cases are reviewed, how many of them, and which share is too much."""

    every_days: float = Field(default=7, gt=0)
    sample: int = Field(default=20, ge=1)
    max_share: float = Field(default=0.2, ge=0, le=1)


def invariants(seen: Scene, limits: InvariantLimits) -> Outcome:
    """Hold logged rows and ingested data against today's schema; write reports/invariants.json."""
    names = [feature.name for feature in logged_features(seen.logged)]
    whole = feature_schema()
    # Not select_columns: a check of the row that asks for a column no log has would always fail.
    schema = without(whole, [str(name) for name in whole.columns if name not in names])
    logged = seen.within(limits.window_days).having(names)
    sides: dict[str, dict[str, Any]] = {}
    if len(logged.answers):
        sides["serving"] = violations(_typed(logged.features), schema)
    ingested = seen.settings.data_dir / table.RAW
    if ingested.is_file():
        sides["training"] = violations(table.read(ingested), Source.to_schema())
    if not sides:
        return Outcome("unknown", "no logged predictions and no ingested data")
    wrong = [name for name, side in sides.items() if side["rate"] > limits.max_violation_rate]
    rates = ", ".join(f"{name} {side['rate']:.2%}" for name, side in sides.items())
    outcome = Outcome("finding" if wrong else "fine", f"rows that break the schema: {rates}")
    body = {
        "max_violation_rate": limits.max_violation_rate,
        "sides": sides,
    }
    return seen.conclude("invariants", outcome, body, len(logged.answers), limits.window_days)


def violations(frame: pd.DataFrame, schema: pa.DataFrameSchema) -> dict[str, Any]:
    """Return rows, share of rows that break a rule, and the number of rows for each rule."""
    frame = frame.reset_index(drop=True)
    try:
        schema.validate(frame, lazy=True)
    except SchemaErrors as errors:
        cases = errors.failure_cases
    else:
        return {"rows": len(frame), "rate": 0.0, "rules": {}}
    rules = {}
    for (column, check), group in cases.groupby(["column", "check"], dropna=False):
        whole = group["index"].isna().any()  # the column as such is wrong
        rules[f"{column}: {check}"] = len(frame) if whole else int(group["index"].nunique())
    whole = cases["index"].isna().any()
    bad = len(frame) if whole else int(cases["index"].nunique())
    return {"rows": len(frame), "rate": bad / len(frame), "rules": rules}


def _typed(frame: pd.DataFrame) -> pd.DataFrame:
    """Give each column the schema's type where that can be done; the log knows only JSON's."""
    columns = {}
    for feature in features():
        if feature.name in frame.columns:
            try:
                columns[feature.name] = conform(frame, [feature])[feature.name]
            except BadInput:
                columns[feature.name] = frame[feature.name]
    return pd.DataFrame(columns, index=frame.index)


def non_finite(seen: Scene, limits: InvariantLimits) -> Outcome:
    """Count NaN and infinity among logged inputs that must not miss, and among answers."""
    logged = seen.within(limits.window_days)
    rows = len(logged.answers)
    if not rows:
        return Outcome("unknown", f"nothing was logged in {limits.window_days:g} days")
    counts = {}
    for name, column in feature_schema().columns.items():
        if name in logged.features.columns:
            values = logged.features[name]
            bad = np.isinf(_floats(values))
            if not column.nullable:
                # A row of an older schema never had the column; that is no missing value.
                had = [number for number, known in enumerate(logged.columns) if name in known]
                bad |= (values.isna() & logged.answers["logged"].isin(had)).to_numpy()
            counts[str(name)] = int(bad.sum())
    answers = ["prediction", "probability"] if TASK == "classification" else ["prediction"]
    counts |= {
        name: int((~np.isfinite(logged.answers[name].to_numpy(np.float64))).sum())
        for name in answers
    }
    wrong = {name: count for name, count in counts.items() if count}
    most = max(wrong.values(), default=0) / rows
    named = ", ".join(f"{name} {count}" for name, count in wrong.items()) or "none"
    outcome = Outcome(
        "finding" if most > limits.max_non_finite_rate else "fine",
        f"NaN or infinity in {rows} rows: {named}",
    )
    body = {
        "max_non_finite_rate": limits.max_non_finite_rate,
        "counts": counts,
    }
    return seen.conclude("non_finite", outcome, body, rows, limits.window_days)


def _floats(column: pd.Series) -> Floats:
    # A text is no number, though pandas reads INF as one.
    column = column.mask(column.map(lambda value: isinstance(value, str)))
    return pd.to_numeric(column, errors="coerce").to_numpy(np.float64, na_value=np.nan)


def uncertain_cases(seen: Scene, limits: CaseLimits) -> Outcome:
    """Count what was flagged since the last review; write reports/uncertain_cases.json.

    Cases are named `<request_id>-<row>`, evenly spread over the period: the prediction log has
    their values, which may be personal.
    """
    answers = seen.within(limits.every_days).answers
    rows = len(answers)
    if not rows:
        return Outcome("unknown", f"nothing was logged in {limits.every_days:g} days")
    flagged = answers[answers["flags"].map(len) > 0]
    kinds = Counter(
        kind for found in flagged["flags"] for kind in {flag.partition(":")[0] for flag in found}
    )
    wanted = min(len(flagged), limits.sample)
    picked = flagged.iloc[np.linspace(0, len(flagged) - 1, wanted).round().astype(int)]
    names = [f"{case.request_id}-{case.row}" for case in picked.itertuples()]
    body = {
        "counts": {"rows": rows, "flagged": len(flagged), **dict(sorted(kinds.items()))},
        "sampled": names,
        "max_share": limits.max_share,
    }
    much = len(flagged) > limits.max_share * rows
    text = f"{len(flagged)} of {rows} rows are doubtful, {len(names)} are named for review"
    outcome = Outcome("finding" if much else "fine", text)
    return seen.conclude("uncertain_cases", outcome, body, rows, limits.every_days)


def skew(seen: Scene, limits: SkewLimits) -> Outcome:
    """Compute logged rows' features and answers again, offline; write reports/skew.json."""
    if seen.champion is None:
        return Outcome("unknown", seen.reason)
    manifest = seen.champion.manifest
    names = [feature.name for feature in manifest.features]
    there = {feature.name for feature in logged_features(seen.logged)}
    if hidden := personal() & (set(names) - there):
        return Outcome("unknown", f"the log holds no personal columns, as {min(hidden)!r} is")
    logged = seen.within(limits.window_days).having(names, manifest.version)
    if not len(logged.answers):
        return Outcome("unknown", f"version {manifest.version} has logged no predictions")
    rows = typed(logged.features, manifest.features)
    served, offline = _both_sides(rows.sample(min(len(rows), limits.rows), random_state=0), limits)
    if not len(served):
        return Outcome("unknown", f"{limits.offline} holds none of the logged rows")
    encode = seen.champion.pipeline[:-1]
    try:
        one_by_one = [_encoded(encode, served.iloc[[number]]) for number in range(len(served))]
        online, again = np.vstack(one_by_one), _encoded(encode, offline)
    except Exception as error:  # derive.py is the user's: it may raise anything
        reason = (str(error) or type(error).__name__).splitlines()[0]
        return Outcome("finding", f"the features of logged rows cannot be computed: {reason}")
    match = matches(online, again)
    found = {
        name: {"match": rate, "served": summary(a), "offline": summary(b)}
        for name, rate, a, b in zip(
            _names(encode, len(match)), match, online.T, again.T, strict=True
        )
    }
    answered = _answered(seen.champion, rows.head(ANSWERS), logged.answers.head(ANSWERS))
    low = [name for name, rate in zip(found, match, strict=True) if rate < limits.min_match]
    low += ["the answers"] if answered < limits.min_match else []
    text = f"differs offline: {', '.join(low)}" if low else f"{len(found)} features are the same"
    outcome = Outcome("finding" if low else "fine", f"{text} ({len(served)} rows)")
    body = {
        "min_match": limits.min_match,
        "offline": "one table" if limits.offline is None else str(limits.offline),
        "answers_match": answered,
        "features": found,
    }
    return seen.conclude("skew", outcome, body, len(served), limits.window_days)


def _both_sides(rows: pd.DataFrame, limits: SkewLimits) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return logged rows and the same ones from the offline file, in the same order."""
    if limits.offline is None:
        return rows, rows
    keys = list(limits.keys)
    unknown = set(keys) - set(rows.columns)
    if not keys or unknown:
        raise BadInput(f"conf/operations.yaml: skew.keys: no such feature {sorted(unknown)}")
    wanted = [feature for feature in features() if feature.name in rows.columns]
    known = conform(table.read(limits.offline), wanted).drop_duplicates(keys, keep="last")
    place = pd.Series(range(len(known)), index=pd.MultiIndex.from_frame(known[keys]))
    found = place.reindex(pd.MultiIndex.from_frame(rows[keys]))
    there = found.notna().to_numpy()
    return rows[there], known.iloc[found[there].astype(int)]


def matches(served: Floats, offline: Floats) -> list[float]:
    """Return for each column the share of rows that are exactly equal; NaN equals NaN."""
    same = (served == offline) | (np.isnan(served) & np.isnan(offline))
    return [float(share) for share in same.mean(axis=0)]


def _encoded(encode: Pipeline, rows: pd.DataFrame) -> Floats:
    return np.asarray(encode.transform(rows), dtype=np.float64)


def _names(encode: Pipeline, count: int) -> list[str]:
    last = encode[-1]
    if hasattr(last, "get_feature_names_out"):
        return [str(name) for name in last.get_feature_names_out()]
    return [f"input {number}" for number in range(count)]


def summary(values: Floats) -> dict[str, float | None]:
    """Return smallest, largest and mean value, and the share that is missing."""
    known = values[~np.isnan(values)]
    facts: dict[str, float | None] = {"missing": float(np.isnan(values).mean())}
    for name, function in (("min", np.min), ("max", np.max), ("mean", np.mean)):
        facts[name] = float(function(known)) if len(known) else None
    return facts


def _answered(champion: Champion, rows: pd.DataFrame, logged: pd.DataFrame) -> float:
    """Return the share of logged answers that the champion gives again."""
    answers = champion.predict(rows)
    column = "probability" if "probability" in answers else "prediction"
    same = np.isclose(
        answers[column].to_numpy(np.float64),
        logged[column].to_numpy(np.float64),
        rtol=TOLERANCE,
        atol=TOLERANCE,
    )
    return float(same.mean())
