"""The canary: a version answers what the champion was asked lately, before it is deployed.

Both are loaded as the API loads them and answer the same rows, one row a request, in turn, so that
a slow moment of the machine hits both alike. The version must not answer otherwise than the limits
allow, fail more often, or be slower. Nobody but reports/canary.json hears its answers.
"""

from __future__ import annotations

import math
import statistics
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import pandas as pd
from pydantic import Field

from .. import operations, reports
from ..data.columns import conform
from ..errors import BadInput
from ..model import champion as champions
from ..model.champion import TOLERANCE, Champion
from ..monitoring import prediction_log
from ..settings import Settings
from .service import Loaded

REPORT, EVENT = "canary", "canary_verdict"
PASS, ABORT = "pass", "abort"
LOG, GOLDEN = "prediction log", "golden rows"

# Each row is asked so often.
TIMES = 3
Row = Sequence[Any]
# A prediction, and for a classification the probability of a 1.
Answer = tuple[float, float | None]
Ask = Callable[[Row], Answer]


class CanaryLimits(operations.Section):
    """How far a version may be from the champion on the same rows."""

    # The youngest logged rows of the last days are replayed; with fewer than `min_rows` of them,
    # the golden rows of the champion.
    rows: int = Field(default=1000, ge=1)
    window_days: float = Field(default=7, gt=0)
    min_rows: int = Field(default=20, ge=1)
    # An answer changed if the yes or no is another one, or its figure moved by more than `moved`
    # standard deviations of the champion's figures; such a share of the answers may change.
    moved: float = Field(default=0.5, gt=0)
    max_changed: float = Field(default=0.1, ge=0, le=1)
    # So many of those standard deviations may lie between the means.
    max_mean_shift: float = Field(default=0.1, ge=0)
    # So much higher may the share of rows without an answer be.
    max_more_errors: float = Field(default=0, ge=0, le=1)
    # The 95th percentile may be so many times the champion's, or `slack_ms` above it.
    max_slowdown: float = Field(default=1.5, ge=1)
    slack_ms: float = Field(default=2, ge=0)


@dataclass(frozen=True)
class Replayed:
    """What one version made of the rows: an answer each (None: no number), and milliseconds."""

    answers: list[Answer | None]
    milliseconds: list[float]


@dataclass(frozen=True)
class Metrics:
    """How the version differs; shares of rows, standard deviations, milliseconds."""

    changed: float
    mean_shift: float
    champion_error_rate: float
    version_error_rate: float
    champion_p95_ms: float
    version_p95_ms: float


def run(settings: Settings, version: str, rows: int | None = None) -> tuple[str, int]:
    """Let a version answer beside the champion; return one line and the exit code (1: abort).

    Writes reports/canary.json and an event. Raises BadInput if there is no such version, no
    champion, or no row that both can answer.
    """
    limits = operations.section("canary", CanaryLimits)
    champion = champions.load(settings.models_dir)
    _fetch(settings, version)
    try:
        other = champions.load_version(settings.models_dir, version)
    except BadInput as error:  # it is there, and cannot be loaded: what a canary is for
        return _tell(settings, champion, version, [str(error)], None, 0, None)
    asked, source = sample(settings, champion, other, rows or limits.rows, limits)
    try:
        asks = [_ask(Loaded(one, list(asked.columns))) for one in (champion, other)]
    except BadInput as error:
        return _tell(settings, champion, version, [str(error)], None, 0, None)
    first, second = replay(asks, _values(asked))
    metrics = compare(first, second, limits.moved)
    reasons = judge(metrics, limits)
    return _tell(settings, champion, version, reasons, metrics, len(asked), source)


def _fetch(settings: Settings, version: str) -> None:
    """Export a version if it is not here yet; raises BadInput if there is none."""
    if not version.isdigit() or not (settings.models_dir / version).is_dir():
        from .. import registry  # MLflow takes seconds: only for a version that is not here yet

        registry.fetch(settings, version)


def sample(
    settings: Settings, champion: Champion, other: Champion, count: int, limits: CanaryLimits
) -> tuple[pd.DataFrame, str]:
    """Return the rows to replay with the features of both versions, and where they are from.

    A log without the features that one of them needs (new ones; personal ones are never logged) is
    of no use. Raises BadInput if the golden rows lack them, too.
    """
    both = (*other.manifest.features, *champion.manifest.features)
    wanted = {feature.name: feature for feature in both}
    since = datetime.now(UTC) - timedelta(days=limits.window_days)
    logged = prediction_log.read(settings.data_dir, since).having(list(wanted)).features
    if len(logged) >= limits.min_rows:
        return conform(logged.tail(count), list(wanted.values())), LOG
    for one in (champion, other):
        golden = pd.DataFrame(one.manifest.golden.rows)
        if len(golden) and set(wanted) <= set(golden.columns):
            return conform(golden.tail(count), list(wanted.values())), GOLDEN
    raise BadInput("there is nothing to replay: neither log nor golden rows have all the features")


def _values(frame: pd.DataFrame) -> list[list[Any]]:
    """Return the rows as the API has them: Python's values, None for what is missing."""
    return [
        [None if pd.isna(value) else value for value in row]
        for row in frame.astype(object).itertuples(index=False)
    ]


def _ask(loaded: Loaded) -> Ask:
    def ask(row: Row) -> Answer:
        ((_, prediction, probability, _),) = loaded.answer([row])
        return prediction, probability

    return ask


def replay(
    asks: Sequence[Ask], rows: Sequence[Row], clock: Callable[[], float] = time.perf_counter
) -> list[Replayed]:
    """Let each answer every row; `clock` tells seconds.

    A row is asked `TIMES` times and the shortest counts: what is above it is the machine's.
    """
    found = [Replayed([], []) for _ in asks]
    for row in rows:
        measured = [[_timed(ask, row, clock) for ask in asks] for _ in range(TIMES)]
        for one, tries in zip(found, zip(*measured, strict=True), strict=True):
            answers = [answer for answer, _ in tries]
            one.answers.append(None if None in answers else answers[0])
            one.milliseconds.append(1000 * min(seconds for _, seconds in tries))
    return found


def _timed(ask: Ask, row: Row, clock: Callable[[], float]) -> tuple[Answer | None, float]:
    start = clock()
    try:
        answer = ask(row)
    except Exception:  # whatever it is, the caller would have had no answer
        return None, clock() - start
    # NaN is none either, and would be within every limit.
    sound = all(math.isfinite(figure) for figure in answer if figure is not None)
    return answer if sound else None, clock() - start


def compare(champion: Replayed, other: Replayed, moved: float) -> Metrics:
    """Return how far the answers, errors and times of a version are from the champion's.

    Answers are compared where both gave one; where none is left, nothing changed.
    """
    both = [
        (one, two)
        for one, two in zip(champion.answers, other.answers, strict=True)
        if one is not None and two is not None
    ]
    changed, shift = 0.0, 0.0
    if both:
        before, after = [_figure(one) for one, _ in both], [_figure(two) for _, two in both]
        # Where all answers are the same there is no scale but that of the figures themselves.
        spread = statistics.pstdev(before) or 1.0
        least = max(moved * spread, TOLERANCE)
        flipped = [one[1] is not None and one[0] != two[0] for one, two in both]
        far = [abs(new - old) > least for old, new in zip(before, after, strict=True)]
        changed = sum(map(any, zip(flipped, far, strict=True))) / len(both)
        shift = abs(statistics.fmean(after) - statistics.fmean(before)) / spread
    return Metrics(
        changed=changed,
        mean_shift=shift,
        champion_error_rate=_error_rate(champion),
        version_error_rate=_error_rate(other),
        champion_p95_ms=_p95(champion.milliseconds),
        version_p95_ms=_p95(other.milliseconds),
    )


def _figure(answer: Answer) -> float:
    prediction, probability = answer
    return float(prediction if probability is None else probability)


def _error_rate(replayed: Replayed) -> float:
    return replayed.answers.count(None) / len(replayed.answers)


def _p95(values: Sequence[float]) -> float:
    """Return the smallest value that 95 % of the values do not exceed."""
    return sorted(values)[math.ceil(0.95 * len(values)) - 1]


def judge(metrics: Metrics, limits: CanaryLimits) -> list[str]:
    """Return why the version must not be deployed; nothing if it may."""
    slowest = max(
        metrics.champion_p95_ms * limits.max_slowdown, metrics.champion_p95_ms + limits.slack_ms
    )
    most_errors = metrics.champion_error_rate + limits.max_more_errors
    measured = (
        ("the share of rows without an answer", metrics.version_error_rate, most_errors),
        ("the share of changed answers", metrics.changed, limits.max_changed),
        ("the shift of the mean in standard deviations", metrics.mean_shift, limits.max_mean_shift),
        ("the 95th percentile of the time in ms", metrics.version_p95_ms, slowest),
    )
    return [
        f"{name} is {value:.3g}, at most {limit:.3g} is allowed"
        for name, value, limit in measured
        if value > limit
    ]


def _tell(
    settings: Settings,
    champion: Champion,
    version: str,
    reasons: list[str],
    metrics: Metrics | None,
    rows: int,
    rows_from: str | None,
) -> tuple[str, int]:
    """Write the verdict down; return it in one line, and the exit code."""
    verdict = ABORT if reasons else PASS
    body: dict[str, Any] = {
        "verdict": verdict,
        "reasons": reasons,
        "metrics": None if metrics is None else asdict(metrics),
        "version": version,
        "champion": champion.manifest.version,
        "rows": rows,
        "rows_from": rows_from,
    }
    reports.write(REPORT, body, settings)
    reports.append_event(
        EVENT,
        settings=settings,
        model_version=version,
        prev_version=champion.manifest.version,
        status="failure" if reasons else "success",
        **{name: body[name] for name in ("verdict", "reasons", "metrics", "rows", "rows_from")},
    )
    beside = f"version {version} beside champion {champion.manifest.version}"
    if reasons:
        return f"{verdict}: {beside}: {'; '.join(reasons)}", 1
    return f"{verdict}: {beside}: agrees on {rows} rows ({rows_from})", 0
