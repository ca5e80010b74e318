"""Sets of answers: a covering array over all choices, and the rows that stand for an extreme."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml
from covertable import make

ROOT = Path(__file__).parents[1]
QUESTIONS: dict[str, dict[str, Any]] = {
    name: spec
    for name, spec in yaml.safe_load((ROOT / "copier.yml").read_text()).items()
    if not name.startswith("_")
}
_NAMES = {
    "project_name": "Churn model 2.0",
    "package_name": "churn",
    "owner": "acme-ml",
    "description": "Tells which customers of Ada & Co. leave, a month ahead: yes or no.",
}
PRACTICES: tuple[tuple[str, ...], ...] = (
    (),
    ("personal_data",),
    ("personal_data", "ab_testing", "feature_store", "kubernetes"),
)


def choices(question: str) -> list[Any]:
    """Give the values that `question` accepts in this release, the default's order kept."""
    spec = QUESTIONS[question]["choices"]
    values = list(spec.values()) if isinstance(spec, dict) else list(spec)
    # A choice with a validator of its own is refused for now; the table of hostile answers holds it.
    return [value for value in values if not isinstance(value, dict)]


def rows(strength: int = 2) -> list[dict[str, Any]]:
    """Give answers in which every combination of `strength` choices that can be asked occurs.

    The phases are covered one by one: a question that is not asked in a phase has no value there,
    and a pair that is only covered by a dropped answer would not be covered at all.
    """
    found: list[dict[str, Any]] = []
    for phase in choices("phase"):
        factors = {
            name: choices(name)
            for name, spec in QUESTIONS.items()
            if "choices" in spec and not spec.get("multiselect")
        }
        factors["practices"] = [",".join(chosen) for chosen in PRACTICES]
        factors["phase"] = [phase]
        if phase == "exploration":
            for hidden in ("serving", "cloud", "practices"):
                del factors[hidden]
        for row in make(factors, strength=strength):
            answers = {**_NAMES, **{name: row[name] for name in sorted(row)}}
            if "practices" in answers:
                answers["practices"] = [p for p in answers["practices"].split(",") if p]
            found.append(answers)
    return found


MINIMUM: dict[str, Any] = {"phase": "exploration"}
DEFAULT: dict[str, Any] = {}
MAXIMUM: dict[str, Any] = {**_NAMES, "serving": "both", "practices": list(PRACTICES[-1])}


def name_of(answers: dict[str, Any]) -> str:
    """Give a test id: the choices of a row, names left out."""
    if not answers:
        return "default"
    return "-".join(
        str(v) if not isinstance(v, list) else f"{len(v)}practices"
        for k, v in answers.items()
        if k not in _NAMES
    )
