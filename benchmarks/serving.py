"""A made project's API beside `mlflow models serve` on the same pipeline.

`python -m benchmarks.serving [PROJECT]` measures a made project with a champion (default: one of
the breast cancer data is made) and adds to benchmarks/results.json; it takes two minutes. Both
servers have one worker and the same core, run at the same time and are loaded in turn by `wrk`
(Debian) from another core, so that a drift of the machine's speed hits both alike. First both have
to answer 1,000 rows alike. Log, guard and metrics are on; only the limit of the rate is raised.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from .projects import add, environment, make, package, python, run, train

SECONDS, TURNS = 5, 5
GOALS = {4: {"times": 15.0, "p99 share": 0.1}, 16: {"times": 1.0, "p99 share": 1.0}}
ASK = {"ours": "/predict", "mlflow": "/invocations"}
# Run in the project: saves the champion as an MLflow model and gives 1,000 rows with their answers.
PREPARE = """
import json, sys
import mlflow, pandas as pd
from pathlib import Path
from {package}.data import table
from {package}.model import champion
loaded = champion.load(Path("models"))
names = [feature.name for feature in loaded.manifest.features]
test = table.read(Path("data/processed/test.parquet"))[names]
rows = pd.concat([test] * (1000 // len(test) + 1), ignore_index=True).head(1000)
mlflow.sklearn.save_model(loaded.pipeline, sys.argv[1], pip_requirements=[],
    serialization_format="cloudpickle", pyfunc_predict_fn="predict_proba")
json.dump({{"rows": table.to_rows(rows), "expected": loaded.predict(rows)["probability"].tolist()}},
    open(sys.argv[2], "w"))
"""


def main() -> None:
    """Measure and write down."""
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        if len(sys.argv) > 1:
            project = Path(sys.argv[1]).resolve()
        else:
            project = make(folder, {"task": "classification"})
            train(project)
        add(measure(project, folder))


def measure(project: Path, folder: Path) -> dict[str, dict[str, Any]]:
    """Return the figures of both servers by the number of connections."""
    model, asked = folder / "model", folder / "asked.json"
    script = PREPARE.format(package=package(project))
    run([*python(project), "-c", script, str(model), str(asked)], project)
    facts = json.loads(asked.read_text())
    with _servers(project, folder, model) as ports:
        _alike(ports, facts)
        scripts = {name: _script(folder, name, facts["rows"][0]) for name in ports}
        return {
            f"serving at {connections} connections": _compare(ports, scripts, connections)
            for connections in GOALS
        }


def _compare(ports: dict[str, int], scripts: dict[str, Path], connections: int) -> dict[str, Any]:
    found: dict[str, list[tuple[float, float]]] = {name: [] for name in ports}
    for turn in range(TURNS + 1):
        for name, port in ports.items():
            figures = _load(port, ASK[name], scripts[name], connections)
            if turn:
                found[name].append(figures)
    figures_: dict[str, Any] = {}
    for name, pairs in found.items():
        figures_[f"{name} requests/s"] = round(statistics.median(rate for rate, _ in pairs))
        figures_[f"{name} p99 ms"] = round(statistics.median(p99 for _, p99 in pairs), 1)
    figures_["times"] = round(figures_["ours requests/s"] / figures_["mlflow requests/s"], 1)
    figures_["p99 share"] = round(figures_["ours p99 ms"] / figures_["mlflow p99 ms"], 3)
    return figures_ | {f"goal {name}": value for name, value in GOALS[connections].items()}


def _load(port: int, path: str, script: Path, connections: int) -> tuple[float, float]:
    """Load a server for some seconds; return requests a second and the 99th percentile in ms."""
    url = f"http://127.0.0.1:{port}{path}"
    wrk = ["taskset", "-c", "1", "wrk", "-t1", f"-c{connections}", f"-d{SECONDS}s", "--latency"]
    text = subprocess.run(
        [*wrk, "-s", str(script), url], capture_output=True, text=True, check=True
    ).stdout
    if "Non-2xx" in text:
        raise SystemExit(f"{url} refused requests:\n{text}")
    rate = float(re.findall(r"Requests/sec:\s+([\d.]+)", text)[0])
    number, unit = re.findall(r"99%\s+([\d.]+)(us|ms|s)", text)[0]
    return rate, float(number) * {"us": 0.001, "ms": 1.0, "s": 1000.0}[unit]


def _script(folder: Path, name: str, row: dict[str, Any]) -> Path:
    body = {"rows": [row]} if name == "ours" else {"dataframe_records": [row]}
    path = folder / f"{name}.lua"
    path.write_text(
        'wrk.method = "POST"\nwrk.headers["content-type"] = "application/json"\n'
        f"wrk.body = [[{json.dumps(body)}]]\n"
    )
    return path


def _alike(ports: dict[str, int], facts: dict[str, Any]) -> None:
    """End the benchmark unless both servers answer the rows exactly as the pipeline did."""
    ours = _ask(ports["ours"], "/predict", {"rows": facts["rows"]})["probabilities"]
    other = _ask(ports["mlflow"], "/invocations", {"dataframe_records": facts["rows"]})
    if ours != facts["expected"] or [p for _, p in other["predictions"]] != facts["expected"]:
        raise SystemExit("the servers do not answer alike")


def _ask(port: int, path: str, body: object) -> Any:
    request = urllib.request.Request(f"http://127.0.0.1:{port}{path}", json.dumps(body).encode())
    request.add_header("content-type", "application/json")
    with urllib.request.urlopen(request, timeout=60) as answer:
        return json.load(answer)


@contextmanager
def _servers(project: Path, folder: Path, model: Path) -> Iterator[dict[str, int]]:
    """Start both servers on one core; give their ports."""
    conf = folder / "root"
    shutil.copytree(project / "conf", conf / "conf")
    operations = conf / "conf" / "operations.yaml"
    raised = re.sub(
        r"requests_per_second: \d+", "requests_per_second: 1000000", operations.read_text()
    )
    operations.write_text(raised)
    own = {"MODELS_DIR": str(project / "models"), "DATA_DIR": str(folder / "data"),
           "PYTHONPATH": str(project / "src")}  # fmt: skip
    ports = {name: _free_port() for name in ASK}
    serve = [*python(project), "-m", package(project), "serve", "--port", str(ports["ours"])]
    mlflow = ["mlflow", "models", "serve", "-m", str(model), "--env-manager", "local",
              "--workers", "1", "--port", str(ports["mlflow"])]  # fmt: skip
    started = []
    try:
        for command, ready in ((serve, ports["ours"]), (mlflow, ports["mlflow"])):
            with (folder / f"{ready}.log").open("w") as log:
                started.append(
                    subprocess.Popen(
                        ["taskset", "-c", "0", *command],
                        cwd=conf,
                        stdout=log,
                        stderr=log,
                        env=environment(project) | own,
                        start_new_session=True,
                    )
                )
            _wait(ready, folder / f"{ready}.log")
        yield ports
    finally:
        for server in started:
            os.killpg(server.pid, signal.SIGTERM)
            server.wait()


def _wait(port: int, log: Path) -> None:
    deadline = time.monotonic() + 120
    while time.monotonic() < deadline:
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
        except OSError:
            time.sleep(0.1)
        else:
            return
    raise SystemExit(f"no server on port {port}:\n{log.read_text()[-2000:]}")


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as free:
        return int(free.getsockname()[1])


if __name__ == "__main__":
    main()
