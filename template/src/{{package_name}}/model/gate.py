"""The gate: what a candidate has to show before it may become the challenger.

It rests on figures alone and reads no file, so that each rule can be tried with numbers by hand.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, NamedTuple

from ..params import Gate

# 0.82 - 0.80 is a little less than 0.02 in floating point; a limit that is met exactly is met.
ROUNDING = 1e-12


class Check(NamedTuple):
    """One rule's outcome; `unknown` blocks nothing and is never a pass."""

    name: str
    outcome: Literal["passed", "failed", "unknown"]
    reason: str


@dataclass(frozen=True)
class Decision:
    """Whether the candidate may pass, why in one line, and every rule's outcome."""

    accepted: bool
    reason: str
    checks: list[Check]


@dataclass(frozen=True)
class Facts:
    """What is known of a candidate: values of one metric on the same test rows, then reports.

    champion: None without one, or if it cannot read these rows. earlier: the values that the last
    versions were registered with. margin: the 95 % interval of the gain over the baseline. slices
    and fairness: the bodies of those reports. row_ms: milliseconds for one row. policy: what the
    rules on features object to.
    """

    candidate: float
    baseline: float
    champion: float | None = None
    earlier: Sequence[float] = ()
    margin: tuple[float, float] | None = None
    slices: dict[str, Any] = field(default_factory=dict)
    fairness: dict[str, Any] = field(default_factory=dict)
    row_ms: float | None = None
    policy: Sequence[str] = ()


def decide(facts: Facts, limits: Gate, *, higher_is_better: bool) -> Decision:
    """Hold the facts against the limits of params.yaml; a limit that is met exactly is met.

    NaN passes nowhere.
    """
    sign = 1.0 if higher_is_better else -1.0
    checks = [
        *_baseline(facts, limits, sign),
        *_champion(facts, limits, sign),
        *_decay(facts, limits, sign),
        *_slices(facts.slices, limits),
        *_fairness(facts.fairness, limits),
        *_latency(facts.row_ms, limits),
        *(Check("policy", "failed", text) for text in facts.policy),
    ]
    failed = [check.reason for check in checks if check.outcome == "failed"]
    if failed:
        more = f" (and {len(failed) - 1} more)" if len(failed) > 1 else ""
        return Decision(False, failed[0] + more, checks)
    known = "no champion" if facts.champion is None else f"champion {facts.champion:.4f}"
    beaten = f"{facts.candidate:.4f} beats the baseline's {facts.baseline:.4f}"
    return Decision(True, f"{beaten}; {known}", checks)


def _baseline(facts: Facts, limits: Gate, sign: float) -> list[Check]:
    least = limits.min_gain_over_baseline
    both = f"{facts.candidate:.4f}", f"the baseline's {facts.baseline:.4f}"
    if not sign * (facts.candidate - facts.baseline) >= least - ROUNDING:
        return [Check("baseline", "failed", f"{both[0]} does not beat {both[1]} by {least:g}")]
    checks = [Check("baseline", "passed", f"{both[0]} beats {both[1]}")]
    if limits.significant_gain:
        if facts.margin is None:
            return [*checks, Check("margin", "unknown", "no interval was measured")]
        low, high = facts.margin
        text = f"the gain over the baseline is {low:.4f} to {high:.4f}"
        passed = low > 0
        checks.append(
            Check("margin", "passed", text)
            if passed
            else Check("margin", "failed", f"{text}, which may be chance")
        )
    return checks


def _champion(facts: Facts, limits: Gate, sign: float) -> list[Check]:
    if facts.champion is None:
        return [Check("champion", "unknown", "no champion to compare with")]
    both = f"{facts.candidate:.4f}", f"the champion's {facts.champion:.4f}"
    most = limits.max_loss_to_champion
    if not sign * (facts.champion - facts.candidate) <= most + ROUNDING:
        reason = f"{both[0]} falls behind {both[1]} by more than {most:g}"
        return [Check("champion", "failed", reason)]
    return [Check("champion", "passed", f"{both[0]} keeps up with {both[1]}")]


def _decay(facts: Facts, limits: Gate, sign: float) -> list[Check]:
    """Compare with the best of the last versions: many small losses add up to a large one."""
    if limits.max_loss_to_best is None:
        return []
    if not facts.earlier:
        return [Check("decay", "unknown", "no earlier version to compare with")]
    best = sign * max(sign * value for value in facts.earlier)
    both = (
        f"{facts.candidate:.4f}",
        f"the best of the last {len(facts.earlier)} versions {best:.4f}",
    )
    most = limits.max_loss_to_best
    if not sign * (best - facts.candidate) <= most + ROUNDING:
        return [Check("decay", "failed", f"{both[0]} is behind {both[1]} by more than {most:g}")]
    return [Check("decay", "passed", f"{both[0]} keeps up with {both[1]}")]


def _slices(report: dict[str, Any], limits: Gate) -> list[Check]:
    floor, most = limits.slice_floor, limits.max_slice_distance
    if floor is None and most is None:
        return []
    if not report.get("slices"):
        return [Check("slices", "unknown", "no slice was measured")]
    sign = 1.0 if report["higher_is_better"] else -1.0
    overall, name = report["overall"]["value"], report["metric"]
    checks = []
    for line in report["slices"]:
        where = f"{line['column']} {line['slice']}"
        value = line["value"]
        if value is None:
            reason = f"{where}: {line['n']} rows are too few"
            checks.append(Check("slices", "unknown", reason))
        elif floor is not None and not sign * (value - floor) >= -ROUNDING:
            reason = f"{where}: {name} {value:.4f} is worse than {floor:g}"
            checks.append(Check("slices", "failed", reason))
        elif most is not None and not sign * (overall - value) <= most + ROUNDING:
            reason = f"{where}: {name} {value:.4f} is worse than all rows' {overall:.4f}"
            checks.append(Check("slices", "failed", f"{reason} by more than {most:g}"))
        else:
            checks.append(Check("slices", "passed", f"{where}: {name} {value:.4f}"))
    return checks


def _fairness(report: dict[str, Any], limits: Gate) -> list[Check]:
    checks = []
    for column, found in report.get("columns", {}).items():
        for key, what, limit, at_least in (
            ("parity_ratio", "demographic parity ratio", limits.min_parity_ratio, True),
            ("opportunity_gap", "equal opportunity gap", limits.max_opportunity_gap, False),
        ):
            if limit is None:
                continue
            value = found[key]
            if value is None:
                reason = f"{column}: {what} needs two groups with enough rows"
                checks.append(Check("fairness", "unknown", reason))
                continue
            sign = 1.0 if at_least else -1.0
            passed = sign * (value - limit) >= -ROUNDING
            side = "at least" if at_least else "at most"
            reason = f"{column}: {what} {value:.3f}, {side} {limit:g} is asked for"
            checks.append(Check("fairness", "passed" if passed else "failed", reason))
    return checks


def _latency(row_ms: float | None, limits: Gate) -> list[Check]:
    if limits.max_row_ms is None:
        return []
    if row_ms is None:
        return [Check("latency", "unknown", "the time of one row was not measured")]
    reason = f"one row takes {row_ms:.1f} ms, at most {limits.max_row_ms:g} are allowed"
    return [Check("latency", "passed" if row_ms <= limits.max_row_ms else "failed", reason)]
