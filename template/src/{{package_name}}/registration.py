"""Stage `register`: the candidate passes the gate and becomes the challenger."""

from __future__ import annotations

from mlflow import MlflowClient
from mlflow.entities.model_registry import ModelVersion

from . import reports, tracking
from .data import table
from .errors import BadInput, Refused
from .features import registry as features
from .features.split import FINAL
from .model import export
from .model.card import CARD, model_card
from .model.champion import load_version, of_version
from .model.evaluate import chosen, measure
from .model.gate import Decision, Facts, decide
from .model.train import Candidate, candidate
from .params import Params
from .registry import CHALLENGER, CHAMPION, ROLLED_BACK_AT, SHA256, aliased, get, number, versions
from .reports import append_event, data_version
from .settings import Settings

# A tag of a version: when its one look at the final rows was.
FINAL_TEST_AT = "final_test_at"


def run(settings: Settings, params: Params) -> str:
    """Let the candidate through the gate; write reports/registration.json, unless it is refused.

    Returns and raises as `register`.
    """
    trained = candidate(settings)
    outcome = register(settings, params, trained)
    body = {"sha256": trained.sha256, "outcome": outcome, "registry": settings.registry_stamp()}
    reports.write("registration", body, settings)
    return outcome


def register(settings: Settings, params: Params, trained: Candidate) -> str:
    """Make the candidate the challenger if the gate lets it through.

    Does nothing for a model file that is champion or challenger already, or that was rolled back.
    Returns one line on the outcome; raises Refused if the gate says no (the run stays recorded).
    """
    client = tracking.connect(settings)
    known = _find(client, settings, trained.sha256)
    if known is not None:
        for alias in (CHAMPION, CHALLENGER):
            if number(known) == aliased(client, settings, alias):
                return f"this model is version {number(known)}, the {alias}"
        if ROLLED_BACK_AT in known.tags:
            return f"this model is version {number(known)}, which was rolled back"
    run_id, uri = _recorded(client, settings, params, trained)
    decision, facts = _judge(client, settings, params, trained)
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
        candidate=facts.candidate,
        baseline=facts.baseline,
        champion=facts.champion,
        earlier=list(facts.earlier),
        margin=facts.margin,
        row_ms=facts.row_ms,
        checks=[check._asdict() for check in decision.checks],
    )
    if not decision.accepted:
        raise Refused(f"the gate refuses the candidate: {params.evaluate.metric} {decision.reason}")
    return f"version {version} is the challenger: {params.evaluate.metric} {decision.reason}"


def final_test(settings: Settings, version: str, again: str | None = None) -> str:
    """Measure a version on the rows held back by the split, once; return one line on it.

    Rows that are looked at twice become rows to choose by. Raises Refused for a second use without
    a reason, and BadInput if no rows are held back; each use is an event.
    """
    client = tracking.connect(settings)
    known = get(client, settings, version)
    rows = table.read(settings.data_dir / FINAL)
    if rows.empty:
        raise BadInput("no rows are held back: set `final_share` (or `final`) of `split`")
    before = known.tags.get(FINAL_TEST_AT)
    if before is not None and not (again or "").strip():
        raise Refused(
            f"version {version} had its final test at {before}; --again REASON repeats it"
        )
    values = measure(of_version(settings, version).pipeline, rows)
    moment = reports.now()
    client.set_model_version_tag(settings.model_name, version, FINAL_TEST_AT, moment)
    facts = {"metrics": values, "rows": len(rows), "again": again}
    append_event(
        "final_test", settings=settings, model_version=version, run_id=known.run_id, **facts
    )
    reports.write(f"final_test_{version}", {"model_version": version, **facts}, settings)
    return ", ".join(f"{name} {value:.4f}" for name, value in values.items())


def _recorded(
    client: MlflowClient, settings: Settings, params: Params, trained: Candidate
) -> tuple[str, str]:
    """Return run id and model URI of the candidate; log a run unless this model file has one."""
    run_id = tracking.find_run(client, settings, trained.sha256)
    if run_id is not None:
        outputs = client.get_run(run_id).outputs
        if outputs is not None and outputs.model_outputs:
            return run_id, f"models:/{outputs.model_outputs[0].model_id}"

    def bundle(run_id: str) -> dict[str, bytes]:
        told = model_card(trained, settings, params).encode()
        return {**export.pack(trained, settings.model_name, run_id), CARD: told}

    return tracking.log_run(settings, params, trained, bundle)


def _judge(
    client: MlflowClient, settings: Settings, params: Params, trained: Candidate
) -> tuple[Decision, Facts]:
    """Return the gate's decision and the facts it rests on."""
    name = params.evaluate.metric
    report = trained.report
    margin = report.get("margin")
    facts = Facts(
        candidate=report["candidate"][name],
        baseline=report["baseline"][name],
        champion=_champions_value(client, settings, params, trained),
        earlier=_earlier_values(client, settings, params, trained),
        margin=(margin["low"], margin["high"]) if margin else None,
        slices=reports.read("slices", settings) or {},
        fairness=reports.read("fairness", settings) or {},
        row_ms=report.get("row_ms"),
        policy=features.objections(features.load(), trained.train),
    )
    return decide(facts, params.gate, higher_is_better=chosen(name).higher_is_better), facts


def _earlier_values(
    client: MlflowClient, settings: Settings, params: Params, trained: Candidate
) -> list[float]:
    """Return what the last versions were registered with, without those that were rolled back.

    Each was measured on the test rows of its time: this watches the trend, `champion` compares.
    """
    known = [
        version
        for version in versions(client, settings)
        if ROLLED_BACK_AT not in version.tags and version.tags.get(SHA256) != trained.sha256
    ]
    last = sorted(known, key=lambda version: -int(version.version))[: params.gate.last_versions]
    logged = [client.get_run(str(version.run_id)).data.metrics for version in last]
    name = params.evaluate.metric
    return [float(metrics[name]) for metrics in logged if name in metrics]


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
