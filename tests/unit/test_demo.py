"""What the demo does when a machine is slow."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from demo import __main__ as demo
from demo import serving
from demo.steps import Steps

# Listens at once, lets the first two questions wait in vain, and answers the third.
SLOW = """
import socket, sys
listener = socket.create_server(("127.0.0.1", 0))
print(listener.getsockname()[1], flush=True)
waiting = [listener.accept()[0] for _ in range(2)]
answering, _ = listener.accept()
answering.recv(4096)
answering.sendall(b"HTTP/1.1 200 OK\\r\\nContent-Length: 0\\r\\nConnection: close\\r\\n\\r\\n")
answering.close()
"""


def test_a_server_that_is_slow_to_answer_is_asked_again(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(serving, "_QUESTION_SECONDS", 0.3)
    with subprocess.Popen([sys.executable, "-c", SLOW], stdout=subprocess.PIPE) as server:
        assert server.stdout is not None
        port = int(server.stdout.readline())
        start = time.monotonic()
        serving._wait_until_ready(f"http://127.0.0.1:{port}", server, tmp_path / "none")
        assert time.monotonic() - start >= 0.6


# A `uv` that makes MLflow's tables slowly; to register before they stand makes them twice, and fails.
UV = """#!/bin/sh
case "$*" in
  *"mlflow db upgrade"*) until [ -e evaluated ]; do sleep 0.02; done; sleep 0.3; touch tables ;;
  *"dvc repro -q evaluate"*) touch evaluated ;;
  *"poe -q pipeline"*) touch evaluated; [ -e tables ] || { echo "the tables exist already"; exit 1; } ;;
  *) echo "not expected: $*"; exit 1 ;;
esac
"""


def test_nothing_is_registered_before_the_tables_stand(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    tools, project = tmp_path / "bin", tmp_path / "project"
    (project / "reports").mkdir(parents=True)
    numbers = {"candidate": {"roc_auc": 0.9}, "baseline": {"roc_auc": 0.8}, "rows": {"test": 9}}
    (project / "reports/metrics.json").write_text(json.dumps({"metric": "roc_auc", **numbers}))
    tools.mkdir()
    (tools / "uv").write_text(UV)
    (tools / "uv").chmod(0o755)
    monkeypatch.setenv("PATH", f"{tools}{os.pathsep}{os.environ['PATH']}")
    monkeypatch.setattr(demo, "PROJECT", project)
    demo._train(Steps())
    assert (project / "tables").exists()
