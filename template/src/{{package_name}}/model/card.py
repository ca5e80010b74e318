"""The model card and the data sheet, written from what a run left behind.

Figures come from the reports; what only people know comes from docs/project/goals.md, and stays
marked as open as long as a prompt stands there. Headings follow Mitchell et al., Model Cards for
Model Reporting, 2019, and Gebru et al., Datasheets for Datasets, 2021.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pandas as pd

from .. import TASK, reports
from ..data import table
from ..data.columns import described
from ..data.schema import TARGET, TIME
from ..params import Params
from ..reports import replace_file
from ..settings import Settings
from .train import Candidate, candidate

GOALS = Path("docs/project/goals.md")
CARD = "model_card.md"
SHEET = "data_sheet.md"
OPEN = "**Open:** docs/project/goals.md still holds the prompt."


def run(settings: Settings, params: Params) -> str:
    """Write models/candidate/model_card.md and reports/data_sheet.md; return one line on both."""
    trained = candidate(settings)
    card = model_card(trained, settings, params)
    sheet = data_sheet(settings)
    replace_file(settings.models_dir / "candidate" / CARD, card.encode())
    replace_file(settings.reports_dir / SHEET, sheet.encode())
    still = card.count(OPEN) + sheet.count(OPEN)
    place = settings.models_dir / "candidate" / CARD
    return f"{place} and {settings.reports_dir / SHEET}: {still} sections still open"


def model_card(trained: Candidate, settings: Settings, params: Params) -> str:
    """Return the card of the candidate as Markdown."""
    report = trained.report
    name = params.evaluate.metric
    estimator = type(trained.pipeline[-1]).__name__
    facts = [
        ("Model", f"{settings.model_name}, {TASK} of `{TARGET}`"),
        ("Estimator", estimator),
        ("Parameters", ", ".join(f"{k} {v}" for k, v in params.model.estimator.items())),
        ("Trained", f"{trained.training['trained_at']} on {trained.training['rows']} rows"),
        ("Commit", report.get("commit")),
        ("Data", report.get("data_version")),
        ("File", f"sha256 {trained.sha256}"),
    ]
    quality = [
        (metric, f"{value:.4f}", f"{report['baseline'][metric]:.4f}")
        for metric, value in report["candidate"].items()
    ]
    margin = report["margin"]
    return "\n".join(
        [
            f"# Model card: {settings.model_name}",
            "",
            *_table(("what", "value"), facts),
            "",
            *_told("Intended use", "The decision"),
            *_told("Out of scope", "Not in scope"),
            *_told("What a mistake costs", "What a mistake costs"),
            "## Quality",
            "",
            f"On {report['rows']['test']} test rows; the baseline is `{report['baseline_model']}`. "
            f"The gain in {name} is {margin['low']:.4f} to {margin['high']:.4f} (95 % interval). "
            f"Calibration error {report['calibration']['error']:.4f}.",
            "",
            *_table(("metric", "model", "baseline"), quality),
            "",
            "## Slices",
            "",
            *_slices(reports.read("slices", settings)),
            "",
            "## Fairness",
            "",
            *_fairness(reports.read("fairness", settings)),
            "",
            *_told("People", "People"),
        ]
    )


def data_sheet(settings: Settings) -> str:
    """Return the sheet of the data as Markdown: counts and meanings, never a value of a row."""
    rows = table.read(settings.data_dir / table.RAW)
    known = described()
    split = reports.read("split", settings) or {}
    parts = ", ".join(f"{split[k]} {k}" for k in ("train", "test", "final") if split.get(k))
    lines = [
        (
            name,
            known[name].description if name in known else _role(name),
            rows[name].dtype,
            f"{rows[name].isna().mean():.1%}",
            _marks(name, known),
        )
        for name in rows.columns
    ]
    version = reports.data_version() or "unknown"
    return "\n".join(
        [
            "# Data sheet",
            "",
            f"{len(rows)} rows, {len(rows.columns)} columns, version {version}. "
            f"Split: {parts or 'not yet'}.{_span(rows)}",
            "",
            *_told("Where the data comes from", "The data"),
            "## Columns",
            "",
            *_table(("column", "meaning", "type", "missing", "marks"), lines),
            "",
        ]
    )


def _told(heading: str, section: str) -> list[str]:
    """Return a section with the words of goals.md, or marked as open."""
    text = GOALS.read_text("utf-8") if GOALS.is_file() else ""
    found = re.search(
        rf"^## {re.escape(section)}\n(.*?)(?=^## |\Z)", text, re.MULTILINE | re.DOTALL
    )
    words = found[1].strip() if found else ""
    is_open = not words or "<!-- fill:" in words
    return [f"## {heading}", "", OPEN if is_open else words, ""]


def _slices(report: dict[str, Any] | None) -> list[str]:
    if not report:
        return ["Not measured."]
    lines = [("all rows", "", *_value(report["overall"]))]
    lines += [(s["column"], s["slice"], *_value(s)) for s in report["slices"]]
    return _table(("column", "slice", "rows", report["metric"], "95 % interval"), lines)


def _value(line: dict[str, Any]) -> tuple[str, str, str]:
    if line["value"] is None:
        return str(line["n"]), "unknown: too few rows", ""
    return str(line["n"]), f"{line['value']:.4f}", f"{line['low']:.4f} to {line['high']:.4f}"


def _fairness(report: dict[str, Any] | None) -> list[str]:
    if not report:
        return ["Not measured."]
    if report["status"] == "na":
        return [f"Not measured: {report['reason']}."]
    lines = [
        (name, _figure(found["parity_ratio"]), _figure(found["opportunity_gap"]), found["unknown"])
        for name, found in report["columns"].items()
    ]
    heads = ("column", "demographic parity ratio", "equal opportunity gap", "groups too small")
    return _table(heads, lines)


def _figure(value: float | None) -> str:
    return "unknown" if value is None else f"{value:.3f}"


def _table(heads: Iterable[str], lines: Iterable[Iterable[Any]]) -> list[str]:
    heads = list(heads)
    made = [f"| {' | '.join(heads)} |", f"|{'---|' * len(heads)}"]
    for line in lines:
        cells = (str("" if cell is None else cell).replace("|", "\\|") for cell in line)
        made.append(f"| {' | '.join(' '.join(cell.split()) for cell in cells)} |")
    return made


def _role(name: str) -> str:
    return {TARGET: "what is predicted", TIME: "the time of the row"}.get(name, "")


def _marks(name: str, known: dict[str, Any]) -> str:
    told = known.get(name)
    marks = [mark for mark in ("pii", "protected") if told is not None and getattr(told, mark)]
    return ", ".join(marks)


def _span(rows: pd.DataFrame) -> str:
    if TIME is None:
        return ""
    return f" From {rows[TIME].min()} to {rows[TIME].max()}."
