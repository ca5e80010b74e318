"""What counts as training: the commands that do it, and the events that say it happened."""

from __future__ import annotations

from ..evidence.runs import Event
from ..evidence.snapshot import Snapshot

# What a training leaves behind: `monitor` has a trigger of the schedule too, and trains nothing.
EVENTS = ("gate_decision", "candidate_unchanged", "model_trained", "model_registered")
_WORDS = frozenset({"train", "retrain", "pipeline", "repro"})


def trains(words: tuple[str, ...]) -> bool:
    """True for a command that trains a model: the pipeline as a whole, or the stage."""
    if words[:1] == ("dvc",):
        return words[1:2] in (("repro",), ("exp",))
    if words[:1] in (("echo",), ("git",), ("gh",), ("printf",)):
        return False
    scripts = [word.rpartition("/")[2].removesuffix(".py") for word in words]
    return any(
        word in _WORDS or word.endswith((".train", ".retrain"))
        for word in scripts[:3]
        if not word.startswith("-")
    )


def trained(snapshot: Snapshot, *triggers: str) -> list[Event]:
    """Return what CI recorded of trainings that one of the triggers set off, the newest first."""
    return [
        event
        for event in snapshot.runs.dated(*EVENTS)
        if event.ci
        and event.fields.get("trigger") in triggers
        and event.at
        and event.at <= snapshot.now
    ]
