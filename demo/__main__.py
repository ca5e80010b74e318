"""`make demo`: a project is made, trained, served, monitored, rolled back and checked.

It is repeatable: the project in build/demo is made anew each time, its environment and its lock
are kept. Nothing leaves this machine; a second run needs no network.
"""

from __future__ import annotations

import json
import shutil
import sys
import time
from pathlib import Path
from typing import Any

from .serving import ask, get, serving
from .snapshot import snapshot
from .steps import Failed, Running, Steps, fail, run

ROOT = Path(__file__).parents[1]
BUILD = ROOT / "build"
PROJECT = BUILD / "demo"
KEPT = (".venv", "uv.lock")
POE = ["uv", "run", "poe", "-q"]


def main() -> None:
    """Run every step; the first that fails ends the demo with exit code 1."""
    begin = time.perf_counter()
    steps = Steps()
    try:
        _make(steps)
        _train(steps)
        first = _serve_while_training(steps)
        _second_version(steps)
        card = _roll_back(steps, first)
    except (Failed, OSError) as failure:
        fail(str(failure))
    print(f"\n{card}")
    seconds = time.perf_counter() - begin
    print(f"  {seconds:.1f} s in all; the project is in {PROJECT.relative_to(ROOT)}")
    (BUILD / "demo.json").write_text(json.dumps(steps.seconds, indent=1))


def _make(steps: Steps) -> None:
    with steps.step("put the working tree into a template repository") as notes:
        BUILD.mkdir(exist_ok=True)
        revision = snapshot(ROOT, BUILD / "template.git")
        notes.append(f"build/template.git at {revision[:10]}")
    with steps.step("copier copy: a project with default answers") as notes:
        kept = _set_aside()
        run(
            [
                sys.executable,
                "-m",
                "copier",
                "copy",
                "--quiet",
                "--defaults",
                "--vcs-ref",
                "main",
                f"git+file://{BUILD / 'template.git'}",
                str(PROJECT),
            ],
            ROOT,
        )
        _bring_back(kept)
        made = [f for f in PROJECT.rglob("*") if f.is_file() and ".venv" not in f.parts]
        notes.append(f"{len(made)} files in build/demo")
    with steps.step("uv sync, and the first commits"):
        _git("init", "-q", "-b", "main")
        if not run(["git", "config", "--get", "--default", "", "user.email"], PROJECT).strip():
            _git("config", "user.name", "Demo")
            _git("config", "user.email", "demo@localhost")
        _git("add", "-A", ":!uv.lock")
        _git("commit", "-q", "-m", "Made from the template")
        _sync()
        _git("add", "uv.lock")
        _git("commit", "-q", "-m", "Lock the environment")


def _sync() -> None:
    """Take packages that this machine has already; ask the package index only for what is missing.

    The index is asked for each of 200 packages, which takes longer than all the rest of the step.
    """
    try:
        run(["uv", "sync", "-q", "--offline"], PROJECT)
    except Failed:
        run(["uv", "sync", "-q"], PROJECT)


def _train(steps: Steps) -> None:
    with steps.step("pipeline: ingest validate features train evaluate register") as notes:
        # MLflow makes its tables when it is first used; the second processor has time for that now.
        # They must stand before a version is registered: that would make them a second time.
        tables = Running(["uv", "run", "mlflow", "db", "upgrade", "sqlite:///mlflow.db"], PROJECT)
        run(["uv", "run", "dvc", "repro", "-q", "evaluate"], PROJECT)
        tables.output()
        run([*POE, "pipeline"], PROJECT)
        metrics = json.loads((PROJECT / "reports/metrics.json").read_text())
        notes.append(_metrics_line(metrics))


def _serve_while_training(steps: Steps) -> dict[str, Any]:
    """Deploy, serve and monitor version 1 while version 2 trains; return what 1 predicts."""
    with steps.step("version 1 is promoted, serves, is monitored; 2 trains") as notes:
        _learn_more_slowly()
        training = Running([*POE, "pipeline"], PROJECT)
        run([*POE, "promote"], PROJECT)
        asked = Running([*POE, "predict"], PROJECT)
        with serving(PROJECT) as address:
            offline: dict[str, Any] = json.loads(asked.output())
            online = ask(address, offline["rows"])
            for key in ("model_version", "predictions", "probabilities"):
                if online.get(key) != offline.get(key):
                    raise Failed(f"served {key} {online.get(key)}, offline {offline.get(key)}")
            again = ask(address, _changed(offline["rows"]))
            if again["probabilities"] == online["probabilities"]:
                raise Failed("a changed row did not change the answer")
            if "http_requests_total{" not in get(address, "/metrics"):
                raise Failed("/metrics counts no requests")
        notes.append(
            f"{len(online['predictions'])} answers of version {online['model_version']} equal the "
            "offline ones; a changed row changes them"
        )
        run([*POE, "monitor", "--current", "data/processed/test.parquet"], PROJECT)
        columns = json.loads((PROJECT / "reports/drift.json").read_text())["columns"]
        moved = [name for name, found in columns.items() if found["status"] != "stable"]
        notes.append(
            f"{len(columns)} columns compared, {len(moved)} moved: build/demo/reports/drift.html"
        )
        training.output()
    return offline


def _learn_more_slowly() -> None:
    """Change one parameter and commit, as someone does who wants a better model."""
    params = PROJECT / "params.yaml"
    text = params.read_text()
    slower = text.replace("learning_rate: 0.1", "learning_rate: 0.05")
    if slower == text:
        raise Failed("params.yaml holds no `learning_rate: 0.1` to change")
    params.write_text(slower)
    _git("commit", "-qam", "Learn more slowly")


def _second_version(steps: Steps) -> None:
    with steps.step("promote: version 2 becomes the champion"):
        run([*POE, "promote"], PROJECT)
        if _champion() != "2":
            raise Failed(f"the champion is version {_champion()}, not 2")


def _roll_back(steps: Steps, first: dict[str, Any]) -> str:
    """Go back to version 1, hold its predictions against the first ones; return the card."""
    with steps.step("rollback: the version before answers again") as notes:
        run([*POE, "rollback"], PROJECT)
        notes.append(f"version {_champion()} is the champion again")
    with steps.step("predictions equal the first ones; check what the evidence says"):
        card = Running([*POE, "check"], PROJECT)
        after = json.loads(run([*POE, "predict"], PROJECT))
        if after != first:
            raise Failed(f"after the rollback: {after}\nbefore: {first}")
        return card.output()


def _champion() -> str:
    version = json.loads((PROJECT / "models/champion.json").read_text())["version"]
    return str(version)


def _changed(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Give the first row the numbers of the last one: another row, and one that can exist."""
    return [rows[-1], *rows[1:]]


def _metrics_line(metrics: dict[str, Any]) -> str:
    name = metrics["metric"]
    return (
        f"{name} {metrics['candidate'][name]:.4f}, baseline {metrics['baseline'][name]:.4f} "
        f"on {metrics['rows']['test']} held-out rows"
    )


def _git(*args: str) -> None:
    run(["git", *args], PROJECT)


def _set_aside() -> Path | None:
    """Keep the environment and the lock of the last run; all else in build/demo is removed."""
    kept = BUILD / "kept"
    if not PROJECT.exists():
        return kept if kept.exists() else None
    kept.mkdir(exist_ok=True)
    for name in KEPT:
        if (PROJECT / name).exists() and not (kept / name).exists():
            shutil.move(PROJECT / name, kept / name)
    shutil.rmtree(PROJECT)
    return kept


def _bring_back(kept: Path | None) -> None:
    if kept is None:
        return
    for name in KEPT:
        if (kept / name).exists():
            shutil.move(kept / name, PROJECT / name)
    shutil.rmtree(kept)


if __name__ == "__main__":
    main()
