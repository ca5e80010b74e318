"""The gate: may the candidate become the challenger?"""

from __future__ import annotations

from dataclasses import dataclass

from ..params import Gate

# 0.82 - 0.80 is a little less than 0.02 in floating point; a limit that is met exactly is met.
ROUNDING = 1e-12


@dataclass(frozen=True)
class Decision:
    """Whether the candidate may pass, and why in one line."""

    accepted: bool
    reason: str


def decide(
    candidate: float,
    baseline: float,
    champion: float | None,
    limits: Gate,
    *,
    higher_is_better: bool,
) -> Decision:
    """Compare three values of one metric, measured on the same test rows.

    The candidate must beat the baseline by at least `min_gain_over_baseline`, and lose at most
    `max_loss_to_champion` against the champion (None: there is none yet, or it cannot read these
    rows). NaN passes nowhere.
    """
    sign = 1.0 if higher_is_better else -1.0
    gain = sign * (candidate - baseline)
    if not gain >= limits.min_gain_over_baseline - ROUNDING:
        return Decision(
            False,
            f"{candidate:.4f} does not beat the baseline's {baseline:.4f} by "
            f"{limits.min_gain_over_baseline:g} or more",
        )
    if champion is None:
        return Decision(True, f"{candidate:.4f} beats the baseline's {baseline:.4f}; no champion")
    loss = sign * (champion - candidate)
    if not loss <= limits.max_loss_to_champion + ROUNDING:
        return Decision(
            False,
            f"{candidate:.4f} falls behind the champion's {champion:.4f} by more than "
            f"{limits.max_loss_to_champion:g}",
        )
    return Decision(
        True, f"{candidate:.4f} beats the baseline's {baseline:.4f}; champion {champion:.4f}"
    )
