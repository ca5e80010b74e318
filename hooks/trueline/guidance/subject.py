"""A statement of the assessment with all that the release knows of it, and the nearest ids."""

from __future__ import annotations

import difflib
import inspect
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from ..errors import BadInput
from ..maturity.catalogue import Entry, load
from ..maturity.levels import scales
from ..maturity.probe import Probe, registry
from . import starters

_NEAREST = 4
_APPLIES = {
    "all": "every project",
    "realtime": "projects that answer requests (serving is realtime or both)",
    "batch": "projects that deliver files (serving is batch or both)",
    "feature_store": "projects whose practices name feature_store",
    "ab": "projects whose practices name ab_testing",
}
_JUDGED = {
    "repo": "tracked files and git decide; where a run can show it at work, it must have been seen",
    "forge": "the forge decides: run `trueline check --forge` with a token, or it stays unknown",
    "run": "what runs left on branch `evidence` decides, and it must be fresh; "
    "a file in the work tree earns `partial` at most",
    "attest": "a person vouches in maturity.yaml; form, link, owner, age and later changes are "
    "checked",
}


@dataclass(frozen=True)
class Subject:
    """A statement with everything that the release knows of it."""

    entry: Entry
    asked: str
    judged: tuple[str, ...]
    limits: dict[str, str]
    documents: tuple[str, ...]
    levels: tuple[str, ...]

    @property
    def applies(self) -> str:
        """Return to which projects it applies, in words."""
        return _APPLIES.get(self.entry.applies, self.entry.applies)


def subject(name: str, others: Mapping[str, str] = MappingProxyType({})) -> Subject:
    """Return what is known of an id. Raises BadInput that names the nearest ones, among `others`
    (id -> its words) too.
    """
    entry = named(name, others)
    probe = registry().get(entry.id)
    return Subject(
        entry,
        _asked(entry, probe),
        tuple(text for text in (_JUDGED[entry.evidence], _how(probe)) if text),
        {key.replace("_", " "): _words(v) for key, v in entry.limits.items()},
        tuple(starter.path for starter in starters.index() if entry.id in starter.statements),
        tuple(
            f"{scale.name} {number}: {level.asks[entry.id]}"
            for scale in scales()
            for number, level in enumerate(scale.levels)
            if entry.id in level.asks
        ),
    )


def named(name: str, others: Mapping[str, str] = MappingProxyType({})) -> Entry:
    """Return a statement by its id. Raises BadInput that names the nearest ones."""
    for entry in load().entries:
        if entry.id == name:
            return entry
    near = ", ".join(nearest(name, others))
    hint = f"near: {near}" if near else "`trueline explain --list` names all"
    kind = "statement or test" if others else "statement"
    raise BadInput(f"there is no {kind} {name!r}; {hint}")


def nearest(name: str, others: Mapping[str, str] = MappingProxyType({})) -> list[str]:
    """Return ids that begin so, whose texts hold that word, or that look alike."""
    words = {entry.id: _told(entry) for entry in load().entries} | dict(others)
    word = name.strip().lower()
    stem = word.rstrip(".")
    begin = [one for one in words if stem and one.startswith((stem + ".", stem)[one in others])]
    holds = [one for one, told in words.items() if len(word) > 3 and word in told.lower()]
    alike = difflib.get_close_matches(word, list(words), _NEAREST, 0.5)
    return list(dict.fromkeys([*begin, *holds, *alike]))[:_NEAREST]


def _told(entry: Entry) -> str:
    return f"{entry.title} {entry.why} {entry.remedy.text} {entry.remedy.start}".lower()


def _asked(entry: Entry, probe: Probe | None) -> str:
    """Return what the probe says is asked: its module's first words, or its own."""
    module = inspect.getdoc(inspect.getmodule(type(probe))) if probe else None
    start = f"{entry.id}: "
    if module and module.startswith(start):
        return _sentence(module.removeprefix(start).split("\n\n")[0])
    own = type(probe).__doc__ if probe else None
    return _sentence(inspect.cleandoc(own)) if own else entry.title


def _how(probe: Probe | None) -> str:
    own = type(probe).observe.__doc__ if probe else None
    return _sentence(inspect.cleandoc(own)) if own else ""


def _sentence(text: str) -> str:
    line = " ".join(text.split()).rstrip(".")
    return line[:1].upper() + line[1:]


def _words(value: object) -> str:
    if isinstance(value, dict):
        return ", ".join(f"{key} {_words(item)}" for key, item in value.items())
    return ", ".join(map(_words, value)) if isinstance(value, list) else str(value)
