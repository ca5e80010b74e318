"""Cases for people to look at: what the guard doubted lately, counted and sampled.

docs/runbooks/case_review.md (`trueline start`) says who reviews them, and what becomes of them.
"""

from __future__ import annotations

from collections import Counter

import numpy as np
from pydantic import Field

from .. import operations
from .watched import Outcome, Scene


class CaseLimits(operations.Section):
    """How often doubtful cases are reviewed, how many of them, and which share is too much."""

    every_days: float = Field(default=7, gt=0)
    sample: int = Field(default=20, ge=1)
    max_share: float = Field(default=0.2, ge=0, le=1)


def uncertain_cases(seen: Scene, limits: CaseLimits) -> Outcome:
    """Count what was flagged since the last review; write reports/uncertain_cases.json.

    Cases are named `<request_id>-<row>`, evenly spread over the period: the prediction log has
    their values, which may be personal.
    """
    answers = seen.within(limits.every_days).answers
    rows = len(answers)
    if not rows:
        return Outcome("unknown", f"nothing was logged in {limits.every_days:g} days")
    flagged = answers[answers["flags"].map(len) > 0]
    kinds = Counter(
        kind for found in flagged["flags"] for kind in {flag.partition(":")[0] for flag in found}
    )
    wanted = min(len(flagged), limits.sample)
    picked = flagged.iloc[np.linspace(0, len(flagged) - 1, wanted).round().astype(int)]
    names = [f"{case.request_id}-{case.row}" for case in picked.itertuples()]
    body = {
        "counts": {"rows": rows, "flagged": len(flagged), **dict(sorted(kinds.items()))},
        "sampled": names,
        "max_share": limits.max_share,
    }
    much = len(flagged) > limits.max_share * rows
    text = f"{len(flagged)} of {rows} rows are doubtful, {len(names)} are named for review"
    outcome = Outcome("finding" if much else "fine", text)
    return seen.conclude("uncertain_cases", outcome, body, rows, limits.every_days)
