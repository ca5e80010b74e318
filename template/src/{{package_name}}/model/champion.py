"""The champion: the exported model that predictions come from. Serving needs this and no MLflow.

models/champion.json names the version; models/<version>/ holds model.skops and manifest.json.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
import pandas as pd
from pydantic import BaseModel, ConfigDict, ValidationError

from ..data import table
from ..data.columns import Feature, check, conform, feature_schema
from ..errors import BadInput
from ..settings import Settings

# Whoever only puts a version in place reads the manifest and waits for no scikit-learn.
if TYPE_CHECKING:
    from sklearn.pipeline import Pipeline

# Rounding may differ between processors in the last digits; a real change is far above this.
TOLERANCE = 1e-9
# Of the golden rows, so many are shown where no file is given.
SHOWN = 5


class Golden(BaseModel):
    """Some test rows and what this version answered to them when it was registered."""

    rows: list[dict[str, Any]]
    predictions: list[float]
    probabilities: list[float] | None


class Domain(BaseModel):
    """What the training rows looked like, feature by feature: beyond it the model only guesses.

    `ranges` holds the lowest and the highest number (a point in time: seconds since 1970),
    `categories` every text, `missing` the share of rows without a value.
    """

    model_config = ConfigDict(frozen=True)

    ranges: dict[str, tuple[float, float]]
    categories: dict[str, list[str]]
    missing: dict[str, float]


class Manifest(BaseModel):
    """What is known about one exported version."""

    model_config = ConfigDict(frozen=True)

    name: str
    version: str
    sha256: str
    run_id: str
    git_commit: str | None
    data_version: str | None
    # reports.environment_hash() at registration; unknown for versions of an older template.
    environment: str | None = None
    task: Literal["classification", "regression"]
    features: list[Feature]
    trusted_types: list[str]
    trained_at: str
    python: str
    sklearn: str
    golden: Golden
    # Versions that were exported before there was a domain have none; nothing is flagged then.
    domain: Domain | None = None


@dataclass(frozen=True)
class Champion:
    """A loaded version: its manifest and its pipeline."""

    manifest: Manifest
    pipeline: Pipeline

    def predict(self, frame: pd.DataFrame) -> pd.DataFrame:
        """Predict for raw rows.

        Takes a frame with at least the features of the manifest. Returns `prediction` (0 or 1 in a
        classification) and for a classification `probability` of a 1, on the index of `frame`.
        Raises BadInput for a missing column or a value of the wrong type.
        """
        from ..features.pipeline import predict

        rows = conform(frame, self.manifest.features)
        return predict(self.pipeline, rows, self.manifest.task)


def load(models_dir: Path) -> Champion:
    """Load the champion.

    Raises BadInput if none was promoted, if its file was changed or asks for types that are not
    trusted, or if it answers its golden rows differently under the code that is installed.
    """
    pointer = models_dir / "champion.json"
    if not pointer.is_file():
        raise BadInput(f"no champion in {models_dir}; run `uv run poe promote` first")
    try:
        version = json.loads(pointer.read_text("utf-8"))["version"]
    except (ValueError, KeyError, TypeError):
        raise BadInput(f"{pointer} names no version") from None
    return load_version(models_dir, str(version))


def load_version(models_dir: Path, version: str) -> Champion:
    """Load an exported version; errors as in `load`."""
    folder = models_dir / version
    if not version.isdigit() or not folder.is_dir():
        raise BadInput(f"version {version} is not exported to {models_dir}")
    return load_folder(folder)


def load_folder(folder: Path) -> Champion:
    """Load the version that is exported to `folder`; errors as in `load`."""
    from . import artifact

    path = folder / "manifest.json"
    manifest = read_manifest(path)
    unknown = set(manifest.trusted_types) - set(artifact.TRUSTED_TYPES)
    if unknown:
        raise BadInput(f"{path} asks to trust {min(unknown)}, which this code does not")
    pipeline = artifact.load(folder / "model.skops", manifest.sha256)
    champion = Champion(manifest, pipeline)
    _check_golden(champion)
    return champion


def read_manifest(path: Path) -> Manifest:
    """Read a manifest; raises BadInput if it is missing or broken."""
    if not path.is_file():
        raise BadInput(f"no {path}")
    try:
        return Manifest.model_validate_json(path.read_bytes())
    except ValidationError as error:
        raise BadInput(f"{path}: {error.errors()[0]['msg']}") from None


def offline(
    settings: Settings, *, version: str | None, file: Path | None, rows_only: bool = False
) -> str:
    """Return version, rows and answers as JSON; without a file, for some golden rows.

    With `rows_only` it is the body of a request to POST /predict: the rows and nothing else.
    """
    champion = of_version(settings, version)
    rows = rows_of(champion, file)
    if file is None:
        rows = rows.head(SHOWN)
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


def rows_of(champion: Champion, file: Path | None) -> pd.DataFrame:
    """Return the features of a file's rows, checked, or of the version's golden rows."""
    wanted = champion.manifest.features
    if file is None:
        return conform(pd.DataFrame(champion.manifest.golden.rows), wanted)
    names = [feature.name for feature in wanted]
    given = table.read(file)
    if given.empty:
        raise BadInput(f"{file} holds no rows")
    kept = given[[name for name in given.columns if name in names]]
    return check(kept, feature_schema(), str(file))


def of_version(settings: Settings, version: str | None) -> Champion:
    """Load a version (default: the champion), and fetch it first if it is not here yet."""
    if version is None:
        return load(settings.models_dir)
    if version.isdigit() and not (settings.models_dir / version).is_dir():
        from .. import registry  # MLflow takes seconds: only for a version that is not here yet

        registry.fetch(settings, version)
    return load_version(settings.models_dir, version)


def _check_golden(champion: Champion) -> None:
    """Refuse a model that answers differently than when it was registered.

    derive.py is code, not part of the file: after it changed, an older version would be served with
    features that it was not trained on.
    """
    golden = champion.manifest.golden
    if not golden.rows:
        return
    where = f"deploy it from commit {str(champion.manifest.git_commit)[:12]}"
    try:
        answers = champion.predict(pd.DataFrame(golden.rows))
    except Exception as error:  # derive.py is the user's: it may raise anything
        reason = str(error).splitlines()[0] if str(error) else type(error).__name__
        raise BadInput(
            f"version {champion.manifest.version} cannot answer under this code ({reason}); {where}"
        ) from None
    expected = golden.predictions if golden.probabilities is None else golden.probabilities
    column = "prediction" if golden.probabilities is None else "probability"
    if not np.allclose(answers[column], expected, rtol=TOLERANCE, atol=TOLERANCE):
        raise BadInput(
            f"version {champion.manifest.version} answers its golden rows differently under this "
            f"code; {where}"
        )
