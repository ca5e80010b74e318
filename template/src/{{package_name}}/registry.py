"""The model registry: versions, the aliases `challenger` and `champion`, deployment and rollback.

Only this module and `registration` know MLflow's registry. Someone waits for a rollback, so nothing
here imports what a model is made of.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path

from mlflow import MlflowClient
from mlflow.artifacts import download_artifacts
from mlflow.entities.model_registry import ModelVersion
from mlflow.exceptions import MlflowException

from . import tracking
from .data.table import RAW
from .errors import BadInput, Refused
from .model import export
from .reports import append_event, lock_hash
from .settings import Settings

PACKAGE = __name__.partition(".")[0]
CHALLENGER = "challenger"
CHAMPION = "champion"
# Tags of a version. An alias keeps no time and no history; these do.
SHA256 = "sha256"
DEPLOYED_AT = "deployed_at"
ROLLED_BACK_AT = "rolled_back_at"


def promote(settings: Settings, version: str | None = None, trigger: str = "code") -> str:
    """Deploy a version (default: the challenger) as the champion; return one line on it.

    Raises BadInput if there is no such version, or if its files were changed. Raises Refused if the
    environment asks for committed code and the version was trained on other, or if it is the first
    one and nobody would notice that it fails.
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
    _reviewable(client, settings, chosen_version)
    if before is None:
        _ask_for_monitoring(settings)
    seconds = _deploy(client, settings, chosen_version)
    if ROLLED_BACK_AT in chosen_version.tags:
        client.delete_model_version_tag(settings.model_name, version, ROLLED_BACK_AT)
    _record(client, settings, "model_deployed", chosen_version, before, trigger, seconds)
    return f"version {version} is the champion" + (f", before: {before}" if before else "")


def _ask_for_monitoring(settings: Settings) -> None:
    """Refuse a first deployment while monitoring is left open; a laptop is only warned."""
    from .monitoring import retraining  # with scipy and scikit-learn: only this once

    problems = retraining.monitoring_problems()
    if not problems:
        return
    more = f" (and {len(problems) - 1} more)" if len(problems) > 1 else ""
    if settings.monitoring_required:
        raise Refused(f"a first deployment needs its monitoring: {problems[0]}{more}")
    print(f"monitoring is not ready for production: {problems[0]}{more}", file=sys.stderr)


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


def reproduce(settings: Settings, version: str) -> str:
    """Train a version anew from its commit, its lock and its data; return one line on the match.

    Raises BadInput if its commit or data cannot be had, and Refused if another file comes out.
    """
    client = tracking.connect(settings)
    known = get(client, settings, version)
    tags = client.get_run(str(known.run_id)).data.tags
    start = time.perf_counter()
    digest, differs = _train_again(tags)
    same = digest == known.tags[SHA256]
    append_event(
        "reproduced",
        settings=settings,
        model_version=version,
        git_sha=tags.get("git.commit"),
        run_id=known.run_id,
        data_version=tags.get("data.version"),
        status="success" if same else "failure",
        sha256=digest,
        expected=known.tags[SHA256],
        differs=differs,
        duration_s=round(time.perf_counter() - start, 3),
    )
    if not same:
        reasons = "; ".join(differs) or "same commit, lock and data: training is not deterministic"
        raise Refused(f"version {version} comes out as {digest[:12]}: {reasons}")
    return f"version {version} comes out bit by bit: sha256 {digest[:12]}"


def _train_again(tags: Mapping[str, str]) -> tuple[str, list[str]]:
    """Train at a run's commit in a scratch work tree; return the sha256 and what differs."""
    commit, data = tags.get("git.commit"), tags.get("data.version")
    if commit is None or data is None:
        raise BadInput("its run names no commit or no data: it cannot be made again")
    differs = ["its code was not committed"] if tags.get("git.dirty") == "true" else []
    with tempfile.TemporaryDirectory(prefix="reproduce-", dir=".") as folder:
        data_file = _restored(data.removeprefix("md5:"), Path(folder))
        scratch = Path(folder).resolve() / "project"
        _call("git", "worktree", "add", "--quiet", "--detach", str(scratch), commit)
        try:
            raw = scratch / "data" / RAW
            raw.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(data_file, raw)
            lock = lock_hash(scratch / "uv.lock")
            if lock != tags.get("env.lock_hash"):
                differs.append("uv.lock at its commit is not the one it was trained with")
            # The packages are those of the commit's lock: they are here, or uv brings them.
            own = lock == lock_hash()
            python = [sys.executable] if own else ["uv", "run", "--frozen", "python"]
            for stage in ("features", "train"):
                _call(*python, "-m", PACKAGE, stage, cwd=scratch)
            model = scratch / "models" / "candidate" / export.MODEL
            return hashlib.sha256(model.read_bytes()).hexdigest(), differs
        finally:
            _call("git", "worktree", "remove", "--force", str(scratch))


def _restored(md5: str, folder: Path) -> Path:
    """Return the file with that digest, which DVC takes from its cache or its remote."""
    link = folder / f"{Path(RAW).name}.dvc"
    link.write_text(f"outs:\n- md5: {md5}\n  hash: md5\n  path: {Path(RAW).name}\n")
    _call("dvc", "pull", "--quiet", str(link))
    return link.with_suffix("")


def _call(*command: str, cwd: Path | None = None) -> None:
    """Run a program; raises BadInput with the last line of what it had to say."""
    paths = ("DATA_DIR", "MODELS_DIR", "REPORTS_DIR", "VIRTUAL_ENV")  # those of this project
    kept = {name: value for name, value in os.environ.items() if name not in paths}
    if cwd is not None:
        kept["PYTHONPATH"] = str(cwd / "src")
    try:
        subprocess.run(command, cwd=cwd, env=kept, check=True, capture_output=True, text=True)
    except FileNotFoundError:
        raise BadInput(f"{command[0]} is not installed") from None
    except subprocess.CalledProcessError as error:
        said = (error.stderr or error.stdout).strip().splitlines() or ["no reason given"]
        raise BadInput(f"`{' '.join(command[:3])}` failed: {said[-1]}") from None


def _reviewable(client: MlflowClient, settings: Settings, version: ModelVersion) -> None:
    """Raise Refused for a version of changes that were never committed, where that matters."""
    known = client.get_run(version.run_id).data.tags if version.run_id else {}
    if settings.clean_required and known.get("git.dirty") == "true":
        what = f"version {number(version)} was trained on changes that were not committed"
        raise Refused(f"{what}: commit them, and train it again")


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
        raise BadInput(f"MLflow does not answer: {tracking.first_line(error)}") from None


def _moment() -> str:
    """Return the time now, in text that sorts."""
    return datetime.now(UTC).isoformat(timespec="microseconds")
