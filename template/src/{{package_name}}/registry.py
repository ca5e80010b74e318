"""The model registry: versions, the aliases `challenger` and `champion`, deployment and rollback.

The only module that knows MLflow's registry.
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
from .errors import BadInput, Refused
from .model import export
from .model.champion import load_version
from .model.evaluate import Decision, chosen, decide, measure
from .model.train import Candidate, candidate
from .params import Params
from .reports import append_event, data_version
from .settings import Settings

CHALLENGER = "challenger"
CHAMPION = "champion"
# Tags of a version. An alias keeps no time and no history; these do.
SHA256 = "sha256"
DEPLOYED_AT = "deployed_at"
ROLLED_BACK_AT = "rolled_back_at"


def register(settings: Settings, params: Params) -> str:
    """Stage `register`: let the candidate through the gate and make it the challenger.

    Does nothing for a model file that is champion or challenger already, or that was rolled back.
    Returns one line on the outcome; raises Refused if the gate says no (the run stays recorded).
    """
    trained = candidate(settings)
    client = tracking.connect(settings)
    known = _find(client, settings, trained.sha256)
    if known is not None:
        for alias in (CHAMPION, CHALLENGER):
            if _number(known) == _aliased(client, settings, alias):
                return f"unchanged: this model is version {_number(known)}, the {alias}"
        if ROLLED_BACK_AT in known.tags:
            return f"unchanged: this model is version {_number(known)}, which was rolled back"
    run_id, uri = _recorded(client, settings, params, trained)
    decision, values = _judge(client, settings, params, trained)
    version = None
    if decision.accepted:
        sha256 = trained.sha256
        version = _number(known) if known else _create(client, settings, sha256, run_id, uri)
        client.set_registered_model_alias(settings.model_name, CHALLENGER, version)
    append_event(
        "gate_decision",
        settings=settings,
        model_version=version,
        prev_version=_aliased(client, settings, CHAMPION),
        run_id=run_id,
        status="success" if decision.accepted else "failure",
        metric=params.evaluate.metric,
        reason=decision.reason,
        **values,
    )
    if not decision.accepted:
        raise Refused(f"the gate refuses the candidate: {params.evaluate.metric} {decision.reason}")
    return f"version {version} is the challenger: {params.evaluate.metric} {decision.reason}"


def promote(settings: Settings, version: str | None = None, trigger: str = "code") -> str:
    """Deploy a version (default: the challenger) as the champion; return one line on it.

    Raises BadInput if there is no such version, or if its files were changed.
    """
    client = tracking.connect(settings)
    before = _aliased(client, settings, CHAMPION)
    if version is None:
        version = _aliased(client, settings, CHALLENGER)
        if version is None:
            raise BadInput("no challenger to promote; `uv run poe pipeline` registers one")
    chosen_version = _get(client, settings, version)
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
    current = _aliased(client, settings, CHAMPION)
    if current is None:
        raise BadInput("no champion to roll back from")
    since = _get(client, settings, current).tags.get(DEPLOYED_AT, "")
    earlier = [
        version
        for version in _versions(client, settings)
        if ROLLED_BACK_AT not in version.tags and "" < version.tags.get(DEPLOYED_AT, "") < since
    ]
    if not earlier:
        raise BadInput(f"no version was deployed before version {current}: nothing to go back to")
    target = max(earlier, key=lambda version: version.tags[DEPLOYED_AT])
    seconds = _deploy(client, settings, target)
    client.set_model_version_tag(settings.model_name, current, ROLLED_BACK_AT, _moment())
    _record(client, settings, "rollback", target, current, "rollback", seconds)
    return f"version {_number(target)} is the champion again, version {current} is rolled back"


def fetch(settings: Settings, version: str) -> None:
    """Export a version to models/<version>/ without deploying it."""
    client = tracking.connect(settings)
    _export(settings, _get(client, settings, version))


def _deploy(client: MlflowClient, settings: Settings, version: ModelVersion) -> float:
    """Export a version and make it the champion, in registry and folder; return the seconds."""
    start = time.perf_counter()
    _export(settings, version)
    name, number = settings.model_name, _number(version)
    client.set_registered_model_alias(name, CHAMPION, number)
    if number == _aliased(client, settings, CHALLENGER):
        client.delete_registered_model_alias(name, CHALLENGER)
    client.set_model_version_tag(name, number, DEPLOYED_AT, _moment())
    export.point_to(number, settings.models_dir)
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
        model_version=_number(version),
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
            line = f"version {_number(version)} has no files: {error}".splitlines()[0]
            raise BadInput(line) from None
        export.unpack(Path(bundle), _number(version), version.tags[SHA256], settings.models_dir)


def _recorded(
    client: MlflowClient, settings: Settings, params: Params, trained: Candidate
) -> tuple[str, str]:
    """Return run id and model URI of the candidate; log a run unless this model file has one."""
    run_id = tracking.find_run(client, settings, trained.sha256)
    if run_id is not None:
        outputs = client.get_run(run_id).outputs
        if outputs is not None and outputs.model_outputs:
            return run_id, f"models:/{outputs.model_outputs[0].model_id}"
    return tracking.log_run(
        settings, params, trained, lambda run_id: export.pack(trained, settings.model_name, run_id)
    )


def _judge(
    client: MlflowClient, settings: Settings, params: Params, trained: Candidate
) -> tuple[Decision, dict[str, float | None]]:
    """Return the gate's decision and the values it rests on."""
    name = params.evaluate.metric
    values = {
        "candidate": trained.report["candidate"][name],
        "baseline": trained.report["baseline"][name],
        "champion": _champions_value(client, settings, params, trained),
    }
    metric = chosen(name)
    decision = decide(**values, limits=params.gate, higher_is_better=metric.higher_is_better)
    return decision, values


def _champions_value(
    client: MlflowClient, settings: Settings, params: Params, trained: Candidate
) -> float | None:
    """Return the champion's metric on the candidate's test rows, or None without a champion.

    What was logged at its registration holds if data and split are still the same. Otherwise it is
    measured anew; if it cannot read today's columns, the logged value has to do.
    """
    number = _aliased(client, settings, CHAMPION)
    if number is None:
        return None
    logged = client.get_run(str(_get(client, settings, number).run_id)).data
    value = logged.metrics.get(params.evaluate.metric)
    split = tracking.flat({"split": params.split.model_dump(mode="json")})
    same_rows = (
        data_version() is not None
        and logged.tags.get("data.version") == data_version()
        and split.items() <= logged.params.items()
    )
    if value is not None and same_rows:
        return float(value)
    try:
        pipeline = load_version(settings.models_dir, number).pipeline
        return measure(pipeline, trained.test)[params.evaluate.metric]
    except (BadInput, KeyError, ValueError):
        return value


def _create(client: MlflowClient, settings: Settings, sha256: str, run_id: str, uri: str) -> str:
    """Register a new version and return its number."""
    name = settings.model_name
    if not client.search_registered_models(f"name = '{name}'"):
        client.create_registered_model(name)
    created = client.create_model_version(name, source=uri, run_id=run_id, tags={SHA256: sha256})
    return str(created.version)


def _versions(client: MlflowClient, settings: Settings) -> list[ModelVersion]:
    return list(client.search_model_versions(f"name = '{settings.model_name}'"))


def _find(client: MlflowClient, settings: Settings, sha256: str) -> ModelVersion | None:
    same = [v for v in _versions(client, settings) if v.tags.get(SHA256) == sha256]
    return same[0] if same else None


def _get(client: MlflowClient, settings: Settings, version: str) -> ModelVersion:
    for known in _versions(client, settings):
        if _number(known) == version:
            return known
    raise BadInput(f"there is no version {version} of {settings.model_name}")


def _number(version: ModelVersion) -> str:
    """Return a version's number as text: MLflow gives text or an int, depending on the store."""
    return str(version.version)


def _aliased(client: MlflowClient, settings: Settings, alias: str) -> str | None:
    """Return the version that an alias names, or None if nothing has it.

    Raises BadInput if the registry cannot say: that must never pass for "there is no champion".
    """
    try:
        return str(client.get_model_version_by_alias(settings.model_name, alias).version)
    except MlflowException as error:
        if error.error_code in ("RESOURCE_DOES_NOT_EXIST", "INVALID_PARAMETER_VALUE"):
            return None
        raise BadInput(f"MLflow does not answer: {tracking.first_line(error)}") from None


def _moment() -> str:
    """Return the time now, in text that sorts."""
    return datetime.now(UTC).isoformat(timespec="microseconds")
