"""Personal data: what ingest drops or hashes, how a person is forgotten, and what is deleted when.

The rules stand in conf/features.yaml under `personal`. They act before anything is written, so no
stage after ingest, no log and no model can hold what they take away.
"""

from __future__ import annotations

import hmac
import re
import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any, Literal

import pandas as pd
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from .. import reports
from ..errors import BadInput, Refused
from ..settings import Settings
from . import table
from .columns import DESCRIPTIONS, catalogue
from .schema import Source

# Hashes of the people that were forgotten, a line each. In git, so that no machine brings one back.
FORGOTTEN = Path("conf/forgotten.txt")
# Folders below data/ with files that bear their day in their name: 2026-03-02, or, as batch scoring
# writes it, 20260302T040000Z.
DAILY = ("predictions", "scored")
UNFINISHED = ".scoring"
DAY = re.compile(r"(?<!\d)(\d{4}-\d{2}-\d{2}(?!\d)|\d{8}(?=T\d{6}Z))")


class _Section(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Kept(_Section):
    """A personal column that the model needs, and why."""

    keep: str = Field(min_length=10)


class KeepDays(_Section):
    """After how many days files are deleted by `poe retain`."""

    predictions: int = Field(default=90, ge=1)
    data: int = Field(default=365, ge=1)


class Rules(_Section):
    """The section `personal` of conf/features.yaml."""

    subject: str | None = None
    columns: dict[str, Literal["drop", "hash"] | Kept] = {}
    keep_days: KeepDays = KeepDays()


def rules(path: Path = DESCRIPTIONS) -> Rules:
    """Read the rules; raises BadInput with one line that names the wrong entry, or a gap."""
    known = catalogue(path)
    try:
        found = Rules.model_validate(known.personal)
    except ValidationError as error:
        first = error.errors()[0]
        name = ".".join(str(part) for part in ("personal", *first["loc"]))
        raise BadInput(f"{path}: {name}: {first['msg']}") from None
    for name, entry in known.features.items():
        if entry.pii and name not in found.columns:
            what = "add under personal.columns drop, hash or {keep: why}"
            raise BadInput(f"{path}: {name} is personal (pii) and has no rule: {what}")
    if found.subject is not None and found.subject in Source.to_schema().columns:
        raise BadInput(f"{path}: personal.subject: the schema must not have {found.subject!r}")
    return found


def protect(frame: pd.DataFrame, settings: Settings) -> pd.DataFrame:
    """Return the rows without what must not be kept: dropped and hashed columns, forgotten people.

    Raises BadInput if the source does not deliver the column that tells people apart.
    """
    known = rules()
    if known.subject is not None:
        if known.subject not in frame.columns:
            raise BadInput(f"the source has no column {known.subject!r} (personal.subject)")
        gone = forgotten()
        if gone:
            keyed = frame[known.subject].map(lambda value: pseudonym(value, settings))
            frame = frame[~keyed.isin(gone)]
        frame = frame.drop(columns=known.subject)
    changed: dict[str, Any] = {}
    for name, rule in known.columns.items():
        if rule == "hash" and name in frame.columns:
            changed[name] = frame[name].map(
                lambda value: None if pd.isna(value) else pseudonym(value, settings)
            )
    dropped = [name for name, rule in known.columns.items() if rule == "drop"]
    return frame.assign(**changed).drop(columns=dropped, errors="ignore")


def pseudonym(value: object, settings: Settings) -> str:
    """Return a keyed hash (HMAC-SHA256, 128 bits): without the key nobody can try all values.

    Raises BadInput if there is no key.
    """
    if settings.privacy_key is None:
        raise BadInput("personal data is hashed with a secret: set PRIVACY_KEY")
    key = settings.privacy_key.get_secret_value().encode()
    if isinstance(value, float) and value.is_integer():
        value = int(value)  # one missing value in the column, and pandas reads 17 as 17.0
    return hmac.new(key, str(value).encode(), "sha256").hexdigest()[:32]


def forgotten(path: Path = FORGOTTEN) -> frozenset[str]:
    """Return the hashes of the people whose rows are left out."""
    return frozenset(path.read_text("utf-8").split()) if path.is_file() else frozenset()


def forget(
    settings: Settings,
    subject: str,
    *,
    purge: bool = False,
    rebuild: Callable[[], None] | None = None,
    path: Path = FORGOTTEN,
) -> str:
    """Leave a person out from now on, and rebuild raw data, processed data and the candidate.

    With `purge`, DVC's cache and remote lose every version of data and models but today's: older
    ones still hold the rows. Raises BadInput without `personal.subject` or without a key.
    """
    if rules().subject is None:
        raise BadInput(f"{DESCRIPTIONS}: personal.subject names no column to find a person by")
    hashed = pseudonym(subject, settings)
    before = _rows(settings)
    known = forgotten(path)
    if hashed not in known:
        reports.replace_file(path, ("\n".join(sorted({*known, hashed})) + "\n").encode())
    (rebuild or _rebuild)()
    if purge:
        table.purge(settings)
    gone = before - _rows(settings)
    known_as = {"subject": hashed, "rows": gone, "purge": purge}
    reports.append_event("subject_forgotten", settings=settings, trigger="data", **known_as)
    left = "" if purge else "; older versions in DVC still hold them: --purge deletes those"
    return f"{gone} rows left out; commit {path} and dvc.lock, then promote a new model{left}"


def retain(settings: Settings, today: date | None = None) -> str:
    """Delete daily files and data older than `personal.keep_days`; write reports/retention.json."""
    today = today or datetime.now(UTC).date()
    keep = rules().keep_days
    limit = today - timedelta(days=keep.predictions)
    deleted = []
    for name in DAILY:
        deleted += delete_before(settings.data_dir / name, limit)
    # Rows of a scoring run that was killed, and that nobody began anew.
    for path in sorted((settings.data_dir / UNFINISHED).rglob("*")):
        if path.is_file() and date.fromtimestamp(path.stat().st_mtime) < limit:
            path.unlink()
            deleted.append(path)
    made = (reports.read("ingest", settings) or {}).get("created_at")
    if made and date.fromisoformat(made[:10]) < today - timedelta(days=keep.data):
        for name in (table.RAW, table.TRAIN, table.TEST, table.FINAL):
            path = settings.data_dir / name
            if path.is_file():
                path.unlink()
                deleted.append(path)
    scanned = [str(settings.data_dir / name) for name in (*DAILY, UNFINISHED, "raw", "processed")]
    body = {"keep_days": keep.model_dump(), "scanned": scanned, "deleted": list(map(str, deleted))}
    reports.write("retention", body, settings)
    return f"{len(deleted)} files deleted"


def delete_before(folder: Path, day: date) -> list[Path]:
    """Delete the files whose path below the folder holds a day (see DAY) before this one."""
    deleted = []
    for path in sorted(folder.rglob("*")):
        found = DAY.search(str(path.relative_to(folder)))
        if found and path.is_file() and _day(found[1]) < day:
            path.unlink()
            deleted.append(path)
    return deleted


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return date.max  # 2026-13-45 is no day


def _rows(settings: Settings) -> int:
    path = settings.data_dir / table.RAW
    return len(table.read(path)) if path.is_file() else 0


def _rebuild() -> None:
    """Run the pipeline, so that dvc.lock and models follow."""
    done = subprocess.run([sys.executable, "-m", "dvc", "repro"], check=False)
    if done.returncode:
        raise Refused("the person is left out from now on, but the pipeline stopped; run it again")
