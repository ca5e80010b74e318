"""Experiment tracking: one MLflow run per trained model, with all that is needed to make it again.

MLflow takes seconds to import; only the stages that write to it import this module.
"""

from __future__ import annotations

import json
import logging
import os
import tempfile
import time
import warnings
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any

# Both are read when mlflow is imported.
os.environ.setdefault("MLFLOW_DISABLE_TELEMETRY", "true")
os.environ.setdefault("MLFLOW_ENABLE_ARTIFACTS_PROGRESS_BAR", "false")

import mlflow
import mlflow.sklearn
from mlflow import MlflowClient
from mlflow.entities import Metric, Param
from mlflow.models import infer_signature

from . import reports
from .errors import BadInput
from .params import Params
from .settings import Settings

if TYPE_CHECKING:
    from .model.train import Candidate

# What the logged model needs to be loaded elsewhere; named here so that MLflow need not find out.
REQUIREMENTS = ("numpy", "pandas", "scikit-learn", "skops")
BUNDLE = "bundle"


def connect(settings: Settings) -> MlflowClient:
    """Return a client of the tracking server or database.

    Raises BadInput if none is set, and with one line if it cannot be reached or read.
    """
    if settings.mlflow_tracking_uri is None:
        raise BadInput(
            f"no tracking server for the environment {settings.environment!r}: "
            "set MLFLOW_TRACKING_URI"
        )
    # Its notices on schema migrations and new experiments say nothing that a user could act on.
    for name in ("mlflow", "alembic"):
        logging.getLogger(name).setLevel(logging.ERROR)
    try:
        mlflow.set_tracking_uri(settings.mlflow_tracking_uri)
        client = MlflowClient()
        client.search_experiments(max_results=1)
    except Exception as error:  # each kind of store has errors of its own
        raise BadInput(f"MLflow does not answer: {first_line(error)}") from None
    return client


def log_run(
    settings: Settings,
    params: Params,
    trained: Candidate,
    bundle: Callable[[str], Mapping[str, bytes]] | None = None,
) -> tuple[str, str]:
    """Log the candidate as one run; return the run's id and the URI of the logged model.

    `bundle` turns the run's id into file names and contents, kept with the run byte for byte.
    """
    from .model.artifact import TRUSTED_TYPES  # skops, which a deployment can do without

    client = connect(settings)
    # A run lasts from the start of the training to the end of the evaluation, not of the logging.
    end = int(datetime.fromisoformat(trained.report["created_at"]).timestamp() * 1000)
    trained_at = datetime.fromisoformat(trained.training["trained_at"]).timestamp()
    start = int((trained_at - trained.training["seconds"]) * 1000)
    experiment = _experiment(client, settings)
    known = {**tags(trained.sha256), **_tuning(settings)}
    created = client.create_run(experiment, start_time=start, tags=known)
    with mlflow.start_run(run_id=created.info.run_id) as run:
        mlflow.log_params(flat(params.model_dump(mode="json")))
        mlflow.log_metrics(trained.measurements)
        if bundle is not None:
            with tempfile.TemporaryDirectory() as folder:
                for name, content in bundle(run.info.run_id).items():
                    (Path(folder) / name).write_bytes(content)
                mlflow.log_artifacts(folder, BUNDLE)
        sample = trained.sample
        with warnings.catch_warnings():
            # Whole numbers cannot be missing: the schema says so, and the signature repeats it.
            warnings.filterwarnings("ignore", message=".*integer column.*")
            logged = mlflow.sklearn.log_model(
                trained.pipeline,
                name="model",
                serialization_format="skops",
                skops_trusted_types=list(TRUSTED_TYPES),
                pip_requirements=[f"{name}=={version(name)}" for name in REQUIREMENTS],
                signature=infer_signature(sample, trained.pipeline.predict(sample)),
            )
    client.set_terminated(run.info.run_id, end_time=end)
    return run.info.run_id, logged.model_uri


def log_failure(
    settings: Settings,
    params: Params,
    stage: str,
    span: tuple[float, float],
    status: str,
    reason: str,
) -> str:
    """Log a training or evaluation that came to nothing; return the run's id.

    `span` is its start and end in seconds since 1970, `status` is FAILED or KILLED.
    """
    client = connect(settings)
    about = {**tags(), "stage": stage, "error": reason}
    start, end = (int(moment * 1000) for moment in span)
    run_id = client.create_run(_experiment(client, settings), start, about).info.run_id
    values = flat(params.model_dump(mode="json"))
    client.log_batch(run_id, params=[Param(name, value) for name, value in values.items()])
    client.set_terminated(run_id, status, end)
    return str(run_id)


def log_study(
    settings: Settings, study: str, metric: str, trials: Sequence[dict[str, Any]]
) -> None:
    """Log a search as one run, and each trial as a run below it with its point and score."""
    client = connect(settings)
    experiment = _experiment(client, settings)
    known = {**tags(), "tuning.study": study}
    parent = client.create_run(experiment, run_name=f"search {study}", tags=known)
    for number, trial in enumerate(trials):
        tied = {**known, "mlflow.parentRunId": parent.info.run_id}
        run = client.create_run(experiment, run_name=f"trial {number}", tags=tied)
        client.log_batch(
            run.info.run_id,
            metrics=[Metric(metric, trial["score"], int(time.time() * 1000), 0)],
            params=[Param(name, text) for name, text in flat(trial["point"]).items()],
        )
        client.set_terminated(run.info.run_id)
    client.set_terminated(parent.info.run_id)


def find_run(client: MlflowClient, settings: Settings, digest: str) -> str | None:
    """Return the id of the newest run that logged the model of this sha256, or None."""
    query = f"tags.`model.sha256` = '{digest}'"
    found = client.search_runs([_experiment(client, settings)], query, max_results=1)
    return str(found[0].info.run_id) if found else None


def run(settings: Settings, params: Params) -> str:
    """Stage `track`: log the candidate, once per model file; return one line on the run."""
    from .model.train import candidate

    trained = candidate(settings)
    known = find_run(connect(settings), settings, trained.sha256)
    if known is not None:
        return f"model {trained.sha256[:12]} is known as run {known}"
    run_id, _ = log_run(settings, params, trained)
    return f"run {run_id}"


def tags(digest: str | None = None) -> dict[str, str]:
    """Return the tags from which a run can be traced and made again; unknown ones are left out."""
    known = {
        "git.commit": reports.commit(),
        "git.dirty": reports.dirty(),
        "data.version": reports.data_version(),
        "env.lock_hash": reports.lock_hash(),
        "model.sha256": digest,
        "source": reports.source(),
    }
    return {
        name: str(value).lower() if isinstance(value, bool) else value
        for name, value in known.items()
        if value is not None
    }


def _tuning(settings: Settings) -> dict[str, str]:
    """Return which search the parameters come from: the last one, if there was one."""
    search = reports.read("search", settings)
    if search is None:
        return {}
    return {
        "tuning.study": str(search["study"]),
        "tuning.trials": str(len(search["trials"])),
        "tuning.at": str(search["created_at"]),
    }


def flat(tree: Mapping[str, Any], prefix: str = "") -> dict[str, str]:
    """Return nested parameters as `section.name` -> text, as MLflow keeps them."""
    result: dict[str, str] = {}
    for name, value in tree.items():
        if isinstance(value, Mapping):
            result |= flat(value, f"{prefix}{name}.")
        else:
            result[f"{prefix}{name}"] = value if isinstance(value, str) else json.dumps(value)
    return result


def first_line(error: Exception) -> str:
    """Return what an error says first: MLflow appends statements of SQL and links."""
    return (str(error) or type(error).__name__).splitlines()[0]


def _experiment(client: MlflowClient, settings: Settings) -> str:
    """Return the id of the experiment, which has the model's name; make it if it is new."""
    found = client.get_experiment_by_name(settings.model_name)
    if found is not None:
        return str(found.experiment_id)
    # A server knows where its artifacts go; a database file next to this project does not.
    local = (settings.mlflow_tracking_uri or "").startswith("sqlite:")
    place = settings.mlflow_artifacts.resolve().as_uri() if local else None
    return str(client.create_experiment(settings.model_name, artifact_location=place))
