"""Offline predictions: ask an exported version without serving it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pandas as pd

from ..data import table
from ..data.columns import check, conform, feature_schema
from ..settings import Settings
from .champion import Champion, load, load_version


def run(
    settings: Settings, *, version: str | None, file: Path | None, rows_only: bool = False
) -> str:
    """Return version, rows and answers as JSON; without a file, for the version's golden rows.

    With `rows_only` it is the body of a request to POST /predict: the rows and nothing else.
    """
    champion = _champion(settings, version)
    wanted = champion.manifest.features
    if file is None:
        rows = conform(pd.DataFrame(champion.manifest.golden.rows), wanted)
    else:
        names = [feature.name for feature in wanted]
        given = table.read(file)
        kept = given[[name for name in given.columns if name in names]]
        rows = check(kept, feature_schema(), str(file))
    if rows_only:
        return json.dumps({"rows": table.to_rows(rows)})
    answers = champion.predict(rows)
    result: dict[str, Any] = {
        "model_version": champion.manifest.version,
        "rows": table.to_rows(rows),
        "predictions": answers["prediction"].tolist(),
    }
    if "probability" in answers:
        result["probabilities"] = answers["probability"].tolist()
    return json.dumps(result)


def _champion(settings: Settings, version: str | None) -> Champion:
    if version is None:
        return load(settings.models_dir)
    if version.isdigit() and not (settings.models_dir / version).is_dir():
        from .. import registry  # MLflow takes seconds: only for a version that is not here yet

        registry.fetch(settings, version)
    return load_version(settings.models_dir, version)
