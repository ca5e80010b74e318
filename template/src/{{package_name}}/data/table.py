"""Tables on disk: Parquet and CSV files in, Parquet files out; and whether their backup is good."""

from __future__ import annotations

import hashlib
import io
import shutil
import tempfile
import time
from pathlib import Path
from typing import Any

import pandas as pd
import yaml

from .. import reports
from ..errors import BadInput, Refused
from ..reports import replace_file
from ..settings import Settings

# What ingest writes, below the data folder. Here, so that later stages need not import the source.
RAW = "raw/source.parquet"
# What the stage `features` makes of it.
TRAIN = "processed/train.parquet"
TEST = "processed/test.parquet"
# Rows that neither training, search nor `evaluate` ever sees; often there are none.
FINAL = "processed/final.parquet"


def read(path: Path) -> pd.DataFrame:
    """Read a .parquet or .csv file; raises BadInput if it is missing, of another kind or broken."""
    if not path.is_file():
        raise BadInput(f"no file at {path}")
    try:
        match path.suffix:
            case ".parquet":
                return pd.read_parquet(path)
            case ".csv":
                return pd.read_csv(path)
    except (OSError, ValueError) as error:
        raise BadInput(f"{path} cannot be read: {error}".splitlines()[0]) from None
    raise BadInput(f"{path} is neither .parquet nor .csv")


def write(frame: pd.DataFrame, path: Path) -> None:
    """Write a Parquet file as a whole: readers see the old or the new one, never a part."""
    buffer = io.BytesIO()
    frame.to_parquet(buffer, index=False)
    replace_file(path, buffer.getvalue())


def to_rows(frame: pd.DataFrame) -> list[dict[str, Any]]:
    """Return the rows as plain values for JSON: missing is None, a time is ISO 8601."""
    return [
        {str(name): _plain(value) for name, value in row.items()}
        for row in frame.astype(object).to_dict("records")
    ]


def _plain(value: Any) -> Any:
    if pd.isna(value):
        return None
    return value.isoformat() if isinstance(value, pd.Timestamp) else value


def restore_drill(settings: Settings) -> str:
    """Push the data to the DVC remote, bring it back from there alone, and compare.

    The remote is that of .dvc/config, or the one that the setting `dvc_remote` gives by name or
    URL. Writes reports/restore_drill.json and an event; returns one line. Raises BadInput if there
    is nothing to restore, Refused if the remote fails or gives other files than dvc.lock records.
    """
    recorded = _recorded(settings.data_dir)
    start = time.perf_counter()
    remote, back, reason = "", dict.fromkeys(recorded, ""), ""
    try:
        remote, back = _there_and_back(settings, list(recorded))
    except Exception as error:  # each kind of storage has errors of its own
        reason = f"{type(error).__name__}: {error}".splitlines()[0]
    files = [
        {"path": name, "recorded": md5, "restored": back[name]} for name, md5 in recorded.items()
    ]
    differ = [name for name in recorded if back[name] != recorded[name]]
    reason = reason or (f"{differ[0]} came back as another file" if differ else "")
    status = "failure" if reason else "success"
    seconds = round(time.perf_counter() - start, 2)
    body = {"status": status, "reason": reason or None, "remote": remote, "seconds": seconds}
    reports.write("restore_drill", {**body, "files": files}, settings)
    reports.append_event("restore_drill", settings=settings, status=status, duration_s=seconds)
    if reason:
        raise Refused(f"the data cannot be restored: {reason}")
    return f"{len(files)} files came back from {remote} in {seconds} s"


def purge(settings: Settings) -> None:
    """Delete every version of data and models but today's from DVC's cache and remote."""
    from dvc.repo import Repo

    with Repo(config=_place(settings)) as here:
        here.gc(workspace=True, cloud=True)


def _place(settings: Settings) -> dict[str, Any]:
    """Return the part of DVC's configuration that the setting `dvc_remote` stands for."""
    chosen = settings.dvc_remote
    if chosen is None:
        return {}
    if "://" in chosen or chosen.startswith("/"):
        return {"core": {"remote": "setting"}, "remote": {"setting": {"url": chosen}}}
    return {"core": {"remote": chosen}}


def _recorded(data_dir: Path) -> dict[str, str]:
    """Return path and md5 of the data that dvc.lock records."""
    lock = Path("dvc.lock")
    if not lock.is_file():
        raise BadInput("no dvc.lock here: run `uv run poe pipeline` first")
    stages = yaml.safe_load(lock.read_text("utf-8"))["stages"].values()
    outs = {out["path"]: out["md5"] for stage in stages for out in stage.get("outs", [])}
    return {path: md5 for path, md5 in outs.items() if Path(path).is_relative_to(data_dir)}


def _there_and_back(settings: Settings, names: list[str]) -> tuple[str, dict[str, str]]:
    """Push the files, fetch them into an empty folder; return the remote and their md5 there."""
    from dvc.repo import Repo  # takes half a second to import

    with tempfile.TemporaryDirectory() as folder:
        scratch = Path(folder)
        with Repo(config=_place(settings)) as here:
            remote = here.config["core"]["remote"]
            options = here.config["remote"][remote]
            here.push(targets=names)
        (scratch / ".dvc").mkdir()
        for name in ("dvc.yaml", "dvc.lock", "params.yaml"):
            shutil.copy(name, scratch)
        # No git, and an empty cache of its own: nothing can come from anywhere but the remote.
        alone = {"core": {"remote": remote, "no_scm": True}, "remote": {remote: dict(options)}}
        with Repo(folder, config=alone) as there:
            there.pull(targets=[str(scratch / name) for name in names])
        found = {name: scratch / name for name in names if (scratch / name).is_file()}
        md5 = {
            name: hashlib.md5(found[name].read_bytes(), usedforsecurity=False).hexdigest()
            if name in found
            else ""
            for name in names
        }
    return str(options["url"]), md5
