"""Stage `register`: the candidate passes the gate and becomes the challenger."""

from __future__ import annotations

from mlflow import MlflowClient
from mlflow.entities.model_registry import ModelVersion

from . import tracking
from .errors import BadInput, Refused
from .model import export
from .model.champion import load_version
from .model.evaluate import Decision, chosen, decide, measure
from .model.train import Candidate, candidate
from .params import Params
from .registry import CHALLENGER, CHAMPION, ROLLED_BACK_AT, SHA256, aliased, get, number, versions
from .reports import append_event, data_version
from .settings import Settings


def run(settings: Settings, params: Params) -> str:
    """Let the candidate through the gate and make it the challenger.

    Does nothing for a model file that is champion or challenger already, or that was rolled back.
    Returns one line on the outcome; raises Refused if the gate says no (the run stays recorded).
    """
    trained = candidate(settings)
    client = tracking.connect(settings)
    known = _find(client, settings, trained.sha256)
    if known is not None:
        for alias in (CHAMPION, CHALLENGER):
            if number(known) == aliased(client, settings, alias):
                return f"unchanged: this model is version {number(known)}, the {alias}"
        if ROLLED_BACK_AT in known.tags:
            return f"unchanged: this model is version {number(known)}, which was rolled back"
    run_id, uri = _recorded(client, settings, params, trained)
    decision, values = _judge(client, settings, params, trained)
    version = None
    if decision.accepted:
        sha256 = trained.sha256
        version = number(known) if known else _create(client, settings, sha256, run_id, uri)
        client.set_registered_model_alias(settings.model_name, CHALLENGER, version)
    append_event(
        "gate_decision",
        settings=settings,
        model_version=version,
        prev_version=aliased(client, settings, CHAMPION),
        run_id=run_id,
        status="success" if decision.accepted else "failure",
        metric=params.evaluate.metric,
        reason=decision.reason,
        **values,
    )
    if not decision.accepted:
        raise Refused(f"the gate refuses the candidate: {params.evaluate.metric} {decision.reason}")
    return f"version {version} is the challenger: {params.evaluate.metric} {decision.reason}"


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
    champion = aliased(client, settings, CHAMPION)
    if champion is None:
        return None
    logged = client.get_run(str(get(client, settings, champion).run_id)).data
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
        pipeline = load_version(settings.models_dir, champion).pipeline
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


def _find(client: MlflowClient, settings: Settings, sha256: str) -> ModelVersion | None:
    same = [v for v in versions(client, settings) if v.tags.get(SHA256) == sha256]
    return same[0] if same else None
