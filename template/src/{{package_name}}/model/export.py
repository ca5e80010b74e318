"""Export: a version as the files that a deployment needs, put in place as a whole."""

from __future__ import annotations

import json
import platform
import shutil
import tempfile
from pathlib import Path

import pandas as pd
import sklearn
from pandas.api import types

from .. import TASK, reports
from ..data.columns import conform, features
from ..data.table import to_rows
from ..errors import BadInput
from ..features.pipeline import predict
from ..reports import replace_file
from . import artifact
from .champion import Domain, Golden, Manifest, load_folder
from .train import Candidate

MODEL = "model.skops"
MANIFEST = "manifest.json"
# The registry gives the number after the files are written.
NO_VERSION = "unregistered"
# Text with more different values than this is an identifier or prose: a new value is no surprise.
MAX_DOMAIN_CATEGORIES = 1000


def pack(trained: Candidate, name: str, run_id: str) -> dict[str, bytes]:
    """Return file names and contents of the candidate's export, still without a version.

    The golden rows are real test rows: whoever may read the model may read them.
    """
    answers = predict(trained.pipeline, trained.sample, TASK)
    probabilities = answers["probability"].tolist() if "probability" in answers else None
    manifest = Manifest(
        name=name,
        version=NO_VERSION,
        sha256=trained.sha256,
        run_id=run_id,
        git_commit=reports.commit(),
        data_version=reports.data_version(),
        task=TASK,
        features=features(),
        trusted_types=list(artifact.TRUSTED_TYPES),
        trained_at=trained.training["trained_at"],
        python=platform.python_version(),
        sklearn=sklearn.__version__,
        golden=Golden(
            rows=to_rows(trained.sample),
            predictions=answers["prediction"].tolist(),
            probabilities=probabilities,
        ),
        domain=domain(conform(trained.train, features())),
    )
    return {MODEL: trained.content, MANIFEST: _json(manifest)}


def domain(rows: pd.DataFrame) -> Domain:
    """Return ranges, categories and shares of missing values of rows with the features' types."""
    ranges: dict[str, tuple[float, float]] = {}
    categories: dict[str, list[str]] = {}
    for name, column in rows.items():
        known = column.dropna()
        if known.empty:
            continue
        if types.is_datetime64_any_dtype(column):
            ranges[str(name)] = (known.min().timestamp(), known.max().timestamp())
        elif types.is_numeric_dtype(column):
            ranges[str(name)] = (float(known.min()), float(known.max()))
        elif known.nunique() <= MAX_DOMAIN_CATEGORIES:
            categories[str(name)] = sorted(str(value) for value in known.unique())
    missing = {str(name): float(share) for name, share in rows.isna().mean().items()}
    return Domain(ranges=ranges, categories=categories, missing=missing)


def unpack(bundle: Path, version: str, sha256: str, models_dir: Path) -> Manifest:
    """Put the files of a bundle to models/<version>/, checked, as a whole; return the manifest.

    Raises BadInput, and changes nothing, if a file is not the registered one or cannot be used.
    """
    place = models_dir / version
    models_dir.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=".export-", dir=models_dir) as folder:
        new = Path(folder) / "new"
        shutil.copytree(bundle, new)
        manifest = Manifest.model_validate_json((new / MANIFEST).read_bytes())
        if manifest.sha256 != sha256:
            raise BadInput(f"the run's files are not those of version {version}: sha256 differs")
        manifest = manifest.model_copy(update={"version": version})
        (new / MANIFEST).write_bytes(_json(manifest))
        load_folder(new)
        if place.exists():
            place.rename(Path(folder) / "old")
        new.rename(place)
    return manifest


def point_to(version: str, models_dir: Path) -> None:
    """Make the version the champion that `champion.load` finds."""
    replace_file(models_dir / "champion.json", (json.dumps({"version": version}) + "\n").encode())


def _json(manifest: Manifest) -> bytes:
    return (json.dumps(manifest.model_dump(mode="json"), indent=2) + "\n").encode()
