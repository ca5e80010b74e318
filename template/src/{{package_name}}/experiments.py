"""Experiments: what was tried, what came of it, which try was best, and the figures for a decision.

One try is one run in MLflow, the failed ones too. MLflow takes seconds to import, so that happens
inside the functions that need it.
"""

from __future__ import annotations

import hashlib
import json
import math
import os
import re
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING

from .errors import BadInput, Refused
from .params import Params
from .reports import replace_file
from .settings import Settings

if TYPE_CHECKING:
    from mlflow import MlflowClient

DECISION = Path("docs/adr/0001-baseline.md")
KINDS = (".png", ".svg")


@dataclass(frozen=True)
class Run:
    """One try. Times are UTC; `metric` and `baseline` are None where nothing was measured."""

    run_id: str
    start: str
    status: str
    seconds: float | None
    commit: str | None
    dirty: bool | None
    data_version: str | None
    metric: float | None
    baseline: float | None
    error: str | None
    params: dict[str, str]
    runs: int = 1
    best: bool = False
    rows: str = field(default="", repr=False)

    @property
    def tried(self) -> tuple[str, str | None]:
        """What was tried: a hash of all parameters, and the version of the data."""
        text = json.dumps(self.params, sort_keys=True)
        return hashlib.sha256(text.encode()).hexdigest(), self.data_version


@contextmanager
def attempt(settings: Settings, params: Params, stage: str) -> Iterator[None]:
    """Keep a try that fails as a run of status FAILED, or KILLED when somebody stopped it.

    Whoever counts tries has to count these as well. The error goes on as it came. Without training
    rows nothing was tried; without a tracking server there is no place to keep it.
    """
    start = time.time()
    try:
        yield
    except (Exception, KeyboardInterrupt) as error:
        from .features.split import TRAIN

        if settings.mlflow_tracking_uri and (settings.data_dir / TRAIN).is_file():
            _keep(settings, params, stage, (start, time.time()), error)
        raise


def _keep(
    settings: Settings,
    params: Params,
    stage: str,
    span: tuple[float, float],
    error: BaseException,
) -> None:
    # A server that is down must not hold up an error message for minutes.
    os.environ.setdefault("MLFLOW_HTTP_REQUEST_MAX_RETRIES", "1")
    status = "KILLED" if isinstance(error, KeyboardInterrupt) else "FAILED"
    # Only our own messages are known to hold no values of the data.
    reason = str(error) if isinstance(error, BadInput | Refused) else type(error).__name__
    try:
        from . import tracking

        tracking.log_failure(settings, params, stage, span, status, reason)
    except Exception as other:  # the first error matters more than a second one
        print(f"this failure is not in MLflow: {type(other).__name__}", file=sys.stderr)


def find(settings: Settings, metric: str, *, children: bool = False) -> list[Run]:
    """Return the runs of the project's experiment, the oldest first.

    The single steps of a search count by their parent, unless `children` asks for them. Raises
    BadInput if the tracking server or database cannot be read.
    """
    from mlflow.exceptions import MlflowException

    from . import tracking

    client = tracking.connect(settings)
    try:
        return list(_runs(client, settings.model_name, metric, children=children))
    except MlflowException as error:
        raise BadInput(f"MLflow cannot be read: {error}".splitlines()[0]) from None


def _runs(client: MlflowClient, name: str, metric: str, *, children: bool) -> Iterator[Run]:
    experiment = client.get_experiment_by_name(name)
    token: str | None = None
    while experiment is not None:
        page = client.search_runs(
            [experiment.experiment_id], order_by=["start_time ASC"], page_token=token
        )
        for run in page:
            tags, metrics = run.data.tags, run.data.metrics
            if "mlflow.parentRunId" in tags and not children:
                continue
            begin, end = run.info.start_time, run.info.end_time
            split = {k: v for k, v in run.data.params.items() if k.startswith("split.")}
            version = tags.get("data.version")
            yield Run(
                run_id=run.info.run_id,
                start=datetime.fromtimestamp(begin / 1000, UTC).isoformat(timespec="seconds"),
                status=run.info.status,
                seconds=round((end - begin) / 1000, 1) if end else None,
                commit=tags.get("git.commit"),
                dirty={"true": True, "false": False}.get(tags.get("git.dirty", "")),
                data_version=version,
                metric=_finite(metrics.get(metric)),
                baseline=_finite(metrics.get(f"baseline.{metric}")),
                error=tags.get("error"),
                params=dict(run.data.params),
                rows=json.dumps([version, split], sort_keys=True),
            )
        token = page.token
        if not token:
            return


def _finite(value: float | None) -> float | None:
    """Return the value unless it is NaN or infinite: such a one is no measurement to compare."""
    return value if value is not None and math.isfinite(value) else None


def distinct(found: Sequence[Run]) -> list[Run]:
    """Return one run for each set of parameters and data: the newest measured, else the newest."""
    groups: dict[tuple[str, str | None], list[Run]] = {}
    for run in found:
        groups.setdefault(run.tried, []).append(run)
    newest = [
        max(group, key=lambda run: (run.metric is not None, run.start)) for group in groups.values()
    ]
    return [replace(run, runs=len(groups[run.tried])) for run in newest]


def ranked(found: Sequence[Run], *, higher_is_better: bool) -> list[Run]:
    """Return the runs, the best first and those without a measurement last; the best is marked.

    Only runs that were measured on the same rows can be compared: the best is the best of those
    on the data and split of the newest measured run, and they come before the others.
    """
    measured = [run for run in found if run.metric is not None]
    current = max(measured, key=lambda run: run.start).rows if measured else None
    sign = -1 if higher_is_better else 1
    order = sorted(measured, key=lambda run: (run.rows != current, sign * (run.metric or 0.0)))
    if order:
        order[0] = replace(order[0], best=True)
    return order + [run for run in found if run.metric is None]


def table(found: Sequence[Run], metric: str) -> str:
    """Return the runs as text. Of the parameters it shows those in which the runs differ."""
    # A search has none of its own: that is no difference.
    known = [run.params for run in found if run.params]
    names = sorted({name for params in known for name in params})
    differ = [name for name in names if len({params.get(name) for params in known}) > 1]
    lines = [("", "run", "start (UTC)", "commit", "data", metric, "baseline", "seconds", "status",
              "runs", "parameters that differ")]  # fmt: skip
    for run in found:
        shown = [f"{name}={run.params[name]}" for name in differ if name in run.params]
        lines.append(
            (
                "*" if run.best else "",
                run.run_id[:8],
                run.start[:16].replace("T", " "),
                (run.commit or "none")[:8] + ("+" if run.dirty else ""),
                (run.data_version or "none").removeprefix("md5:")[:8],
                "-" if run.metric is None else f"{run.metric:.4f}",
                "-" if run.baseline is None else f"{run.baseline:.4f}",
                "-" if run.seconds is None else f"{run.seconds:.1f}",
                run.status,
                str(run.runs),
                ", ".join(shown) or "-",
            )
        )
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    padded = [
        "  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip()
        for line in lines
    ]
    notes = [f"{run.run_id[:8]} {run.status}: {run.error}" for run in found if run.error]
    if len({run.rows for run in found if run.metric is not None}) > 1:
        notes.append("measured on different data or splits: * is the best on the newest")
    if any(run.dirty for run in found):
        notes.append("+ ran with changes that are in no commit")
    return "\n".join([*padded, *notes])


def plot(found: Sequence[Run], metric: str, path: Path) -> str:
    """Draw metric and baseline over time to an .svg or .png file; return one line on it."""
    if path.suffix.lower() not in KINDS:
        raise BadInput(f"--plot {path}: the name must end in {' or '.join(KINDS)}")
    from matplotlib.figure import Figure  # MLflow brings it

    measured = sorted((run for run in found if run.metric is not None), key=lambda run: run.start)
    if not measured:
        raise BadInput(f"no run has measured {metric} yet: there is nothing to draw")
    times = [datetime.fromisoformat(run.start) for run in measured]
    figure = Figure(figsize=(8, 4), layout="constrained")
    axes = figure.subplots()
    # matplotlib plots dates; its type stubs know numbers only.
    axes.plot(times, [run.metric for run in measured], "o", label="candidate")  # type: ignore[arg-type]
    values = [float("nan") if run.baseline is None else run.baseline for run in measured]
    axes.plot(times, values, "--", marker="_", label="baseline")  # type: ignore[arg-type]
    for run, when in zip(measured, times, strict=True):
        if run.best and run.metric is not None:
            axes.annotate("best", (when, run.metric), (4, 4), textcoords="offset points")
    axes.margins(0.1)
    axes.set(xlabel="start (UTC)", ylabel=metric)
    axes.legend()
    figure.autofmt_xdate()
    content = BytesIO()
    figure.savefig(content, format=path.suffix.lower()[1:])
    try:
        replace_file(path, content.getvalue())
    except OSError as error:
        raise BadInput(f"--plot {path}: {error.strerror}") from None
    return f"{path}: {len(measured)} runs"


def as_json(found: Sequence[Run], metric: str, *, higher_is_better: bool) -> str:
    """Return the runs as JSON, with whole ids and all parameters."""
    runs = [{name: value for name, value in asdict(run).items() if name != "rows"} for run in found]
    body = {"metric": metric, "higher_is_better": higher_is_better, "runs": runs}
    return json.dumps(body, indent=2)


def record(found: Sequence[Run], metric: str, prefix: str, path: Path = DECISION) -> str:
    """Put a run's figures where prompts stand in the decision on the baseline.

    The first run fills `baseline` with what the pipeline's baseline reached in it; every run fills
    the next alternative that is still open. Words that somebody wrote stay: when no prompt is left,
    the figures come back as a block to paste.
    """
    hits = [run for run in found if run.run_id.startswith(prefix)]
    if len(hits) != 1:
        raise BadInput(
            f"{len(hits)} runs begin with {prefix!r}, not one; `poe experiments --all` lists them"
        )
    run = hits[0]
    if run.metric is None or run.baseline is None:
        raise BadInput(f"run {run.run_id[:8]} has no {metric} to record (status {run.status})")
    if not path.is_file():
        raise BadInput(f"no {path} here: run this from the project's root")
    before = path.read_text("utf-8")
    if run.run_id in before:
        return f"{path} has the figures of run {run.run_id[:8]} already"
    baseline = r"[ \t]*baseline\b"
    text = _filled(before, baseline, _figures(f"baseline.{metric}", run.baseline, run.run_id))
    figures = _figures(metric, run.metric, run.run_id)
    after = _filled(text, f"(?!{baseline})", figures)
    if after == text:
        return f"{path} has no open alternative left; to paste:\n  - name:\n{figures}"
    replace_file(path, after.encode())
    return f"{path}: figures of run {run.run_id[:8]} filled in; now the words"


def _figures(measure: str, value: float, run_id: str) -> str:
    # Quoted: an id of digits alone would be read as a number.
    return f"    metric: {measure}\n    value: {value!r}\n    run_id: '{run_id}'"


def _filled(text: str, name: str, figures: str) -> str:
    """Put figures in place of the three prompts of the first open alternative with such a name."""
    prompt = r"[ \t]*#[ \t]*fill\b[^\n]*"
    fields = "\n".join(f"    {field}:{prompt}" for field in ("metric", "value", "run_id"))
    entry = rf"(  - name:{name}[^\n]*\n){fields}"
    return re.sub(entry, lambda found: found[1] + figures, text, count=1)
