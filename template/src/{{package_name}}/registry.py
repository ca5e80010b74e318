"""The model registry: versions, the aliases `challenger` and `champion`, deployment and rollback.

Only this module and `registration` know MLflow's registry. Someone waits for a rollback, so nothing
here imports what a model is made of.
"""

from __future__ import annotations

import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path

from mlflow import MlflowClient
from mlflow.artifacts import download_artifacts
from mlflow.entities.model_registry import ModelVersion
from mlflow.exceptions import MlflowException

from . import tracking
from .errors import BadInput
from .model import export
from .reports import append_event
from .settings import Settings

CHALLENGER = "challenger"
CHAMPION = "champion"
# Tags of a version. An alias keeps no time and no history; these do.
SHA256 = "sha256"
DEPLOYED_AT = "deployed_at"
ROLLED_BACK_AT = "rolled_back_at"


def promote(settings: Settings, version: str | None = None, trigger: str = "code") -> str:
    """Deploy a version (default: the challenger) as the champion; return one line on it.

    Raises BadInput if there is no such version, or if its files were changed.
    """
    client = tracking.connect(settings)
    before = aliased(client, settings, CHAMPION)
    if version is None:
        version = aliased(client, settings, CHALLENGER)
        if version is None:
            raise BadInput("no challenger to promote; `uv run poe pipeline` registers one")
    chosen_version = get(client, settings, version)
    if version == before:
        _export(settings, chosen_version)
        export.point_to(version, settings.models_dir)
        return f"version {version} is the champion already"
    seconds = _deploy(client, settings, chosen_version)
    if ROLLED_BACK_AT in chosen_version.tags:
        client.delete_model_version_tag(settings.model_name, version, ROLLED_BACK_AT)
    _record(client, settings, "model_deployed", chosen_version, before, trigger, seconds)
    return f"version {version} is the champion" + (f", before: {before}" if before else "")


def rollback(settings: Settings) -> str:
    """Deploy the version that was deployed before the champion; return one line on it.

    A version that was rolled back is never returned to. Raises BadInput if there is none before.
    """
    client = tracking.connect(settings)
    current = aliased(client, settings, CHAMPION)
    if current is None:
        raise BadInput("no champion to roll back from")
    since = get(client, settings, current).tags.get(DEPLOYED_AT, "")
    earlier = [
        version
        for version in versions(client, settings)
        if ROLLED_BACK_AT not in version.tags and "" < version.tags.get(DEPLOYED_AT, "") < since
    ]
    if not earlier:
        raise BadInput(f"no version was deployed before version {current}: nothing to go back to")
    target = max(earlier, key=lambda version: version.tags[DEPLOYED_AT])
    seconds = _deploy(client, settings, target)
    client.set_model_version_tag(settings.model_name, current, ROLLED_BACK_AT, _moment())
    _record(client, settings, "rollback", target, current, "rollback", seconds)
    return f"version {number(target)} is the champion again, version {current} is rolled back"


def fetch(settings: Settings, version: str) -> None:
    """Export a version to models/<version>/ without deploying it."""
    client = tracking.connect(settings)
    _export(settings, get(client, settings, version))


def _deploy(client: MlflowClient, settings: Settings, version: ModelVersion) -> float:
    """Export a version and make it the champion, in registry and folder; return the seconds."""
    start = time.perf_counter()
    _export(settings, version)
    name, deployed = settings.model_name, number(version)
    client.set_registered_model_alias(name, CHAMPION, deployed)
    if deployed == aliased(client, settings, CHALLENGER):
        client.delete_registered_model_alias(name, CHALLENGER)
    client.set_model_version_tag(name, deployed, DEPLOYED_AT, _moment())
    export.point_to(deployed, settings.models_dir)
    return round(time.perf_counter() - start, 3)


def _record(
    client: MlflowClient,
    settings: Settings,
    kind: str,
    version: ModelVersion,
    before: str | None,
    trigger: str,
    seconds: float,
) -> None:
    """Append the event of a deployment; commit and data are those of the model, not of today."""
    known = client.get_run(version.run_id).data.tags if version.run_id else {}
    append_event(
        kind,
        settings=settings,
        model_version=number(version),
        prev_version=before,
        git_sha=known.get("git.commit"),
        run_id=version.run_id,
        data_version=known.get("data.version"),
        trigger=trigger,
        duration_s=seconds,
    )


def _export(settings: Settings, version: ModelVersion) -> None:
    with tempfile.TemporaryDirectory() as folder:
        try:
            bundle = download_artifacts(
                run_id=version.run_id,
                artifact_path=tracking.BUNDLE,
                dst_path=folder,
                tracking_uri=settings.mlflow_tracking_uri,
            )
        except (MlflowException, OSError) as error:
            line = f"version {number(version)} has no files: {error}".splitlines()[0]
            raise BadInput(line) from None
        export.unpack(Path(bundle), number(version), version.tags[SHA256], settings.models_dir)


def versions(client: MlflowClient, settings: Settings) -> list[ModelVersion]:
    """Return all versions of the model, in the registry's own order."""
    return list(client.search_model_versions(f"name = '{settings.model_name}'"))


def get(client: MlflowClient, settings: Settings, version: str) -> ModelVersion:
    """Return the version of that number; raises BadInput if there is none."""
    for known in versions(client, settings):
        if number(known) == version:
            return known
    raise BadInput(f"there is no version {version} of {settings.model_name}")


def number(version: ModelVersion) -> str:
    """Return a version's number as text: MLflow gives text or an int, depending on the store."""
    return str(version.version)


def aliased(client: MlflowClient, settings: Settings, alias: str) -> str | None:
    """Return the version that an alias names, or None if nothing has it.

    Raises BadInput if the registry cannot say: that must never pass for "there is no champion".
    """
    try:
        return str(client.get_model_version_by_alias(settings.model_name, alias).version)
    except MlflowException as error:
        if error.error_code in ("RESOURCE_DOES_NOT_EXIST", "INVALID_PARAMETER_VALUE"):
            return None
        raise BadInput(f"MLflow does not answer: {str(error).splitlines()[0]}") from None


def _moment() -> str:
    """Return the time now, in text that sorts."""
    return datetime.now(UTC).isoformat(timespec="microseconds")
