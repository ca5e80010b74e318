"""The whole loop of a deployed model, as a team lives it; every step is a command of the project.

Load, drift, alert, late labels, a retraining requested, gate, promotion, rollback.
"""

from __future__ import annotations

import contextlib
import json
import re
import time
from pathlib import Path
from typing import Any

import yaml
from machine import Machine

from demo.serving import serving

ROWS = Path(__file__).parent / "live" / "drifted_rows.py"
# The service under load shares two cores with other tests, so less is asked of it than by default.
LOAD = {"p95_ms": 2000, "error_rate": 0.01, "rps": 10}
ROLLBACK_SECONDS = 30.0


class Loop:
    """One project with a champion, and what can be done with it."""

    def __init__(self, machine: Machine, project: Path, *, serves: bool) -> None:
        self.machine = machine
        self.project = project
        self.serves = serves
        self.address = "batch"

    def poe(self, *args: str, code: int = 0) -> str:
        """Run a task; it has to exit with `code`."""
        done = self.machine.run(["uv", "run", "poe", "-q", *args], self.project, check=False)
        assert done.returncode == code, f"{args}: {done.returncode}\n{done.stdout}\n{done.stderr}"
        return done.stdout

    def ask(self) -> dict[str, Any]:
        """Ask for predictions of drifted rows; give answers and versions."""
        said: dict[str, Any] = json.loads(self.python(str(ROWS), "ask", self.address))
        return said

    def python(self, *args: str) -> str:
        """Run the project's Python."""
        return self.machine.run(["uv", "run", "python", *args], self.project).stdout

    def report(self, name: str) -> dict[str, Any]:
        """Read a report."""
        known: dict[str, Any] = json.loads((self.project / "reports" / f"{name}.json").read_text())
        return known

    def champion(self) -> str:
        """Give the version that is deployed."""
        return str(json.loads((self.project / "models" / "champion.json").read_text())["version"])

    def events(self) -> list[dict[str, Any]]:
        """Give all events, the oldest first."""
        lines = (self.project / "reports" / "events.jsonl").read_text().splitlines()
        return [json.loads(line) for line in lines]

    def ask_until(self, version: str) -> dict[str, Any]:
        """Ask until a running service has taken the new champion over; a batch does at once."""
        deadline = time.monotonic() + ROLLBACK_SECONDS
        while (said := self.ask())["versions"] != [version]:
            assert self.serves and time.monotonic() < deadline, f"{said['versions']}: no {version}"
        return said


def live_through(machine: Machine, project: Path, *, serves: bool) -> None:
    """Take a project with a champion once around the loop, back to that champion."""
    loop = Loop(machine, project, serves=serves)
    first_version, seen = loop.champion(), len(loop.events())
    _configure(loop)
    with serving(project, machine.env) if serves else contextlib.nullcontext("batch") as address:
        loop.address = address
        if serves:
            loop.poe("load-test", "--host", address, "--users", "4", "--seconds", "5")
            assert loop.report("load")["missed"] == []
        first = loop.ask()
        assert first["versions"] == [first_version]
        _drift_asks_for_a_retraining(loop)
        second_version = _retrain(loop)
        second = loop.ask_until(second_version)
        pairs = zip(first["answers"], second["answers"], strict=True)
        assert sum(a != b for a, b in pairs) >= 0.05 * len(first["answers"])

        begin = time.monotonic()
        loop.poe("rollback")
        assert time.monotonic() - begin < ROLLBACK_SECONDS
        assert loop.champion() == first_version
        assert loop.ask_until(first_version)["answers"] == first["answers"]
    wanted = {
        "alert",
        "alert_outcome",
        "retrain_triggered",
        "gate_decision",
        "model_deployed",
        "rollback",
    }
    kinds = [event["type"] for event in loop.events()[seen:] if event["type"] in wanted]
    order = sorted(wanted, key=kinds.index)
    assert order == [
        "alert",
        "retrain_triggered",
        "alert_outcome",
        "gate_decision",
        "model_deployed",
        "rollback",
    ]


def _configure(loop: Loop) -> None:
    """Say where labels come from, as a team does before it deploys."""
    path = loop.project / "conf" / "operations.yaml"
    conf = yaml.safe_load(path.read_text())
    conf["drift"]["alert"] = "#model"
    conf["quality"] |= {"labels": "data/labels.parquet", "label_delay_days": 0}
    conf["load"] = LOAD
    path.write_text(yaml.safe_dump(conf))
    loop.machine.git("commit", "-qam", "Say who hears of findings", cwd=loop.project)


def _drift_asks_for_a_retraining(loop: Loop) -> None:
    loop.poe("retrain-if-needed")
    loop.poe("monitor", code=1)
    assert loop.report("monitor")["jobs"]["quality"]["status"] == "unknown"
    drift = loop.report("drift")
    assert drift["status"] == "finding"
    loop.poe("retrain-if-needed")  # one run is no reason

    loop.python(str(ROWS), "label")
    loop.poe("monitor", code=1)
    quality = loop.report("quality")
    assert quality["coverage"] > 0
    assert quality["inputs"]["rows"] >= 100
    alert = loop.report("monitor")["jobs"]["drift"]["alert"]
    loop.poe("retrain-if-needed", code=1)
    loop.poe("alert-outcome", alert, "true", "--note", "the rows were chosen")


def _retrain(loop: Loop) -> str:
    """Train with another parameter, pass the gate and deploy; return the version."""
    params = loop.project / "params.yaml"
    text = params.read_text()
    changed = re.sub(r"learning_rate: [\d.]+", "learning_rate: 0.07", text, count=1)
    assert changed != text
    params.write_text(changed)
    loop.machine.git("commit", "-qam", "Learn a little more slowly", cwd=loop.project)
    loop.poe("pipeline")
    loop.poe("promote", "--trigger", "drift")
    loop.poe("retrain-if-needed")  # it was answered
    return loop.champion()
