"""Export: a version as the files that a deployment needs, put in place as a whole."""

from __future__ import annotations

import hashlib
import io
import json
import platform
import shutil
import tempfile
from importlib.metadata import version as installed
from pathlib import Path
from typing import TYPE_CHECKING

from .. import TASK, reports
from ..data.columns import conform, features, personal
from ..data.schema import TARGET, TIME
from ..data.table import to_rows
from ..errors import BadInput
from ..reports import replace_file
from .champion import Golden, Manifest, load_folder, read_manifest

if TYPE_CHECKING:
    from .train import Candidate

MODEL = "model.skops"
MANIFEST = "manifest.json"
REFERENCE = "reference.parquet"
# Enough to see a shift that matters, and little enough to travel with each version.
REFERENCE_ROWS = 2000
# The registry gives the number after the files are written.
NO_VERSION = "unregistered"


def pack(trained: Candidate, name: str, run_id: str) -> dict[str, bytes]:
    """Return file names and contents of the candidate's export, still without a version.

    The golden rows are real test rows: whoever may read the model may read them.
    """
    from ..features.pipeline import predict
    from .artifact import TRUSTED_TYPES

    answers = predict(trained.pipeline, trained.sample, TASK)
    probabilities = answers["probability"].tolist() if "probability" in answers else None
    manifest = Manifest(
        name=name,
        version=NO_VERSION,
        sha256=trained.sha256,
        run_id=run_id,
        git_commit=reports.commit(),
        data_version=reports.data_version(),
        environment=reports.environment_hash(),
        task=TASK,
        features=features(),
        trusted_types=list(TRUSTED_TYPES),
        trained_at=trained.training["trained_at"],
        python=platform.python_version(),
        sklearn=installed("scikit-learn"),
        golden=Golden(
            rows=to_rows(trained.sample),
            predictions=answers["prediction"].tolist(),
            probabilities=probabilities,
        ),
    )
    return {MODEL: trained.content, MANIFEST: _json(manifest), REFERENCE: reference(trained)}


def reference(trained: Candidate) -> bytes:
    """Return what monitoring holds this version against, as a Parquet file.

    It holds at most REFERENCE_ROWS training rows (always the same ones), without personal features
    and the time. The file's attributes: the answers to as many test rows, the metrics on all of
    them, when the data ends, and how many rows and seconds the training took.
    """
    from ..features.pipeline import predict

    hidden = {*personal(), TIME}
    names = [feature.name for feature in features() if feature.name not in hidden]
    rows, test = (
        frame.sample(min(len(frame), REFERENCE_ROWS), random_state=0)
        for frame in (trained.train, trained.test)
    )
    sample = rows[[*names, TARGET]].reset_index(drop=True)
    answers = predict(trained.pipeline, conform(test, features()), TASK)
    sample.attrs = {
        "predictions": answers["prediction"].tolist(),
        "metrics": trained.report["candidate"],
        "data_end": None if TIME is None else str(trained.train[TIME].max()),
        "training": {name: trained.training.get(name) for name in ("rows", "seconds")},
    }
    buffer = io.BytesIO()
    sample.to_parquet(buffer, index=False)
    return buffer.getvalue()


def unpack(bundle: Path, version: str, sha256: str, models_dir: Path) -> Manifest:
    """Put the files of a bundle to models/<version>/, checked, as a whole; return the manifest.

    Raises BadInput, and changes nothing, if a file is not the registered one or cannot be used.
    """
    place = models_dir / version
    models_dir.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=".export-", dir=models_dir) as folder:
        new = Path(folder) / "new"
        shutil.copytree(bundle, new)
        manifest = read_manifest(new / MANIFEST)
        if not manifest.sha256 == _sha256(new / MODEL) == sha256:
            raise BadInput(f"the run's files are not those of version {version}: sha256 differs")
        manifest = manifest.model_copy(update={"version": version})
        (new / MANIFEST).write_bytes(_json(manifest))
        if manifest.environment != reports.environment_hash():
            # Under the code and packages that it was registered with it has answered already.
            load_folder(new)
        if place.exists():
            place.rename(Path(folder) / "old")
        new.rename(place)
    return manifest


def point_to(version: str, models_dir: Path) -> None:
    """Make the version the champion that `champion.load` finds."""
    replace_file(models_dir / "champion.json", (json.dumps({"version": version}) + "\n").encode())


def _sha256(path: Path) -> str | None:
    return hashlib.sha256(path.read_bytes()).hexdigest() if path.is_file() else None


def _json(manifest: Manifest) -> bytes:
    return (json.dumps(manifest.model_dump(mode="json"), indent=2) + "\n").encode()
