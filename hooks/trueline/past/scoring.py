"""The score of a commit, from git alone: its tree, its tags, and what CI had told of it."""

from __future__ import annotations

import gc
from datetime import datetime

from ..evidence.snapshot import collect
from ..maturity.score import Result, score
from .pushed import State
from .scratch import Scratch


def scored(scratch: Scratch, sha: str, state: State | None, now: datetime) -> Result:
    """Lay out a commit with a state of branch `evidence`, and score it as of a moment."""
    result = score(collect(scratch.lay(sha, state.sha if state else None), now=now))
    gc.collect()  # which the command line has paused; syntax trees hold on to themselves
    return result
