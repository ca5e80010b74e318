"""Ask a made project's champion about rows unlike its training rows, or label them afterwards.

Run by the project's own Python in its folder: `ask http://...` (the API), `ask batch` (`poe score`)
or `label`. Prints what was answered as JSON; the labels go where conf/operations.yaml has them.
"""

from __future__ import annotations

import json
import subprocess
import sys
import urllib.request
from pathlib import Path
from typing import Any

import pandas as pd
from ml_project.data import table
from ml_project.data.columns import features
from ml_project.data.schema import TARGET

ASKED = Path("reports/asked.json")
TIMES = 12
AT_ONCE = 100


def drifted() -> pd.DataFrame:
    """Give the test rows whose first float is in the top third: each of them is a valid row."""
    rows = table.read(Path("data/processed/test.parquet"))
    name = next(one.name for one in features() if one.dtype.startswith("float"))
    top = rows.nlargest(len(rows) // 3, name)
    return pd.concat([top] * TIMES, ignore_index=True)


def ask_api(address: str, rows: pd.DataFrame) -> dict[str, Any]:
    """Ask by HTTP, as any client would, so many rows at once."""
    names = [one.name for one in features()]
    said: dict[str, Any] = {"answers": [], "keys": [], "versions": []}
    for start in range(0, len(rows), AT_ONCE):
        part = rows.iloc[start : start + AT_ONCE]
        body = json.dumps({"rows": table.to_rows(part[names])}).encode()
        request = urllib.request.Request(f"{address}/predict", body)
        request.add_header("content-type", "application/json")
        with urllib.request.urlopen(request, timeout=30) as reply:
            answer = json.load(reply)
        said["answers"] += answer.get("probabilities") or answer["predictions"]
        said["keys"] += [(answer["request_id"], row) for row in range(len(part))]
        said["versions"].append(answer["model_version"])
    return said


def ask_batch(rows: pd.DataFrame) -> dict[str, Any]:
    """Score a file, and read what was delivered."""
    given = Path("data/asked.parquet")
    table.write(rows[[one.name for one in features()]], given)
    command = [sys.executable, "-m", "ml_project", "score", "--input", str(given)]
    subprocess.run(command, check=True, capture_output=True)
    # What a version has delivered once for this day it does not deliver again.
    version = json.loads(Path("models/champion.json").read_text())["version"]
    lines = Path("reports/deliveries.jsonl").read_text().splitlines()
    delivery = [one for one in map(json.loads, lines) if one["model_version"] == version][-1]
    scored = pd.read_parquet(delivery["output"])
    column = "probability" if "probability" in scored else "prediction"
    return {
        "answers": scored[column].tolist(),
        "keys": [(delivery["sha256"][:32], row) for row in range(len(rows))],
        "versions": sorted(set(scored["model_version"])),
    }


def label(rows: pd.DataFrame) -> None:
    """Write the labels of the rows that were asked last, as a source that knows them late."""
    keys = pd.DataFrame(json.loads(ASKED.read_text())["keys"], columns=["request_id", "row"])
    table.write(keys.assign(**{TARGET: rows[TARGET].to_numpy()}), Path("data/labels.parquet"))


if __name__ == "__main__":
    if sys.argv[1] == "label":
        label(drifted())
    else:
        how, rows = sys.argv[2], drifted()
        said = ask_batch(rows) if how == "batch" else ask_api(how, rows)
        ASKED.write_text(json.dumps(said))
        print(json.dumps({"answers": said["answers"], "versions": sorted(set(said["versions"]))}))
