"""The model as a file: a skops archive, the same bytes for the same model."""

from __future__ import annotations

import hashlib
import io
import json
import zipfile
from pathlib import Path
from typing import Any

from sklearn.base import BaseEstimator
from sklearn.pipeline import Pipeline
from skops import io as skops
from skops.io.exceptions import UntrustedTypesFoundException

from ..errors import BadInput
from ..features import pipeline as features
from ..reports import replace_file

# Types beyond skops' own list that a model file may hold. Written here, never taken from a file:
# a file that asks for more is refused. Add to it when you change the estimator.
TRUSTED_TYPES = (
    "numpy.dtype",
    "sklearn.ensemble._hist_gradient_boosting.predictor.TreePredictor",
    f"{features.inputs.__module__}.{features.inputs.__name__}",
)
CONSTANTS = ("JsonNode", "TypeNode")  # what skops writes for numbers, text and classes
EPOCH = (1980, 1, 1, 0, 0, 0)  # the earliest time that a zip archive can hold


def save(model: BaseEstimator, path: Path) -> str:
    """Write a fitted pipeline or estimator and return the file's sha256; never half of a file."""
    content = _normal(skops.dumps(model))
    replace_file(path, content)
    return hashlib.sha256(content).hexdigest()


def load(path: Path, sha256: str | None = None) -> Pipeline:
    """Read a fitted pipeline; with `sha256`, only if the file has that digest.

    Raises BadInput if the file is missing, was changed, or holds types that are not trusted.
    """
    if not path.is_file():
        raise BadInput(f"no model file at {path}")
    content = path.read_bytes()
    if sha256 is not None and hashlib.sha256(content).hexdigest() != sha256:
        raise BadInput(f"{path} is not the file that was registered: its sha256 differs")
    return _read(content, path, Pipeline)


def load_part(path: Path, kind: type[BaseEstimator]) -> BaseEstimator:
    """Read what `save` wrote of a part of a pipeline; errors as in `load`."""
    return _read(path.read_bytes(), path, kind)


def _read(content: bytes, path: Path, kind: type[BaseEstimator]) -> Any:
    try:
        model = skops.loads(content, trusted=list(TRUSTED_TYPES))
    except UntrustedTypesFoundException as error:
        raise BadInput(f"{path}: {error}".splitlines()[0]) from None
    except (zipfile.BadZipFile, KeyError, ValueError) as error:
        raise BadInput(f"{path} is no model file: {error}") from None
    if not isinstance(model, kind):
        raise BadInput(f"{path} holds a {type(model).__name__}, not a {kind.__name__.lower()}")
    return model


def _normal(archive: bytes) -> bytes:
    """Rewrite a skops archive without what differs between two equal models.

    skops names objects after their address in memory and stamps entries with the time: number the
    objects in the order of the schema and use one fixed time instead.
    """
    with zipfile.ZipFile(io.BytesIO(archive)) as old:
        entries = {name: old.read(name) for name in old.namelist()}
    schema = json.loads(entries.pop("schema.json"))
    numbers: dict[tuple[str, int], int] = {}
    files: dict[str, str] = {}
    _renumber(schema, numbers, files)
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as new:
        for name, new_name in sorted(files.items(), key=lambda pair: pair[1]):
            new.writestr(_entry(new_name), entries[name])
        new.writestr(_entry("schema.json"), json.dumps(schema))
    return target.getvalue()


def _entry(name: str) -> zipfile.ZipInfo:
    info = zipfile.ZipInfo(name, date_time=EPOCH)
    info.compress_type = zipfile.ZIP_DEFLATED
    return info


def _renumber(node: Any, numbers: dict[tuple[str, int], int], files: dict[str, str]) -> None:
    match node:
        case list():
            for item in node:
                _renumber(item, numbers, files)
        case dict():
            if isinstance(node.get("__id__"), int):
                # Whether two equal constants are one object is chance: each gets its own number.
                constant = node.get("__loader__") in CONSTANTS
                key = ("new", len(numbers)) if constant else ("old", node["__id__"])
                node["__id__"] = numbers.setdefault(key, len(numbers))
            if isinstance(name := node.get("file"), str):
                suffix = Path(name).suffix
                node["file"] = files.setdefault(name, f"{len(files):06d}{suffix}")
            for item in node.values():
                _renumber(item, numbers, files)
