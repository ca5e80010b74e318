"""The data of a made project comes back from S3: a real client against moto's server."""

from __future__ import annotations

import json
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest
from machine import Machine
from making import make_project

DEADLINE_SECONDS = 60.0


@pytest.fixture
def s3(tmp_path: Path) -> Iterator[str]:
    """The address of an S3 of its own, which holds the bucket `data`."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    address = f"http://127.0.0.1:{port}"
    with (tmp_path / "moto.log").open("wb") as log:
        command = [sys.executable, "-m", "moto.server", "-p", str(port)]
        server = subprocess.Popen(command, stdout=log, stderr=log)
        try:
            _create(f"{address}/data")
            yield address
        finally:
            server.terminate()
            server.wait(DEADLINE_SECONDS)


def _create(bucket: str) -> None:
    deadline = time.monotonic() + DEADLINE_SECONDS
    request = urllib.request.Request(bucket, method="PUT")  # moto asks for no signature
    while True:
        try:
            with urllib.request.urlopen(request):
                return
        except urllib.error.HTTPError:
            raise
        except OSError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.1)


def _keys(s3: str) -> set[str]:
    with urllib.request.urlopen(f"{s3}/data?list-type=2") as answer:
        return {part.split("</Key>")[0] for part in answer.read().decode().split("<Key>")[1:]}


def test_one_setting_moves_the_backup_to_s3(
    template_repo: Path, fresh_machine: Machine, s3: str
) -> None:
    project = make_project(fresh_machine, template_repo, {})
    fresh_machine.run(["uv", "run", "dvc", "repro", "features"], project)
    aws = {
        "AWS_ENDPOINT_URL": s3,
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "test",
        "AWS_DEFAULT_REGION": "eu-central-1",
    }
    drill = ["uv", "run", "poe", "-q", "restore-drill"]
    done = fresh_machine.run(drill, project, **aws, DVC_REMOTE="s3://data/backup")
    assert done.stdout.startswith("4 files came back from s3://data/backup in ")
    report = json.loads((project / "reports" / "restore_drill.json").read_text())
    assert [file["restored"] for file in report["files"]] == [
        file["recorded"] for file in report["files"]
    ]
    wanted = {f"backup/files/md5/{f['recorded'][:2]}/{f['recorded'][2:]}" for f in report["files"]}
    assert _keys(s3) == wanted
    assert not (project / ".dvc-remote").exists()  # the folder of the default remote
    # A bucket that is not there: one line, exit code 1, and the drill is on record as failed.
    gone = fresh_machine.run(drill, project, check=False, **aws, DVC_REMOTE="s3://nobody/backup")
    assert gone.returncode == 1
    assert "cannot be restored" in gone.stderr
    assert "Traceback" not in gone.stderr
    events = (project / "reports" / "events.jsonl").read_text().splitlines()
    drills = [event for event in map(json.loads, events) if event["type"] == "restore_drill"]
    assert [event["status"] for event in drills] == ["success", "failure"]
