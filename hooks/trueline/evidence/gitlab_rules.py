"""When a job of GitLab CI runs: `rules`, `only` and `except`."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache

from .document import mapping, sequence, text
from .gitlab_condition import Situation, matching, truth
from .triggers import matches

MAX_GLOBS = 200
_BRACES = re.compile(r"\{([^{}]*)\}")


@dataclass(frozen=True)
class Verdict:
    """Whether a job runs in one situation; `runs` is None when that cannot be told.

    `paths` are the files one of which must have changed, empty when any change will do.
    """

    runs: bool | None
    when: str = "on_success"
    ignored: bool = False
    paths: tuple[str, ...] = ()


NOT = Verdict(False)


@dataclass
class _Walk:
    """What the rules so far have said, while none has decided."""

    paths: list[str] = field(default_factory=list)
    when: str = ""
    ignored: bool = False
    doubt: bool = False  # a rule that may or may not hold stands before
    possible: bool = False

    def end(self) -> Verdict:
        if self.paths:
            doubt = None if self.doubt else True
            return Verdict(doubt, self.when, self.ignored, tuple(dict.fromkeys(self.paths)))
        return Verdict(None, self.when or "on_success", self.ignored) if self.possible else NOT


def by_rules(
    rules: Iterable[object], situation: Situation, files: frozenset[str], job: Mapping[str, object]
) -> Verdict:
    """Return what a list of rules says: the first that holds decides, none means no."""
    walk = _Walk()
    for rule in map(mapping, rules):
        holds = truth(text(rule["if"]), situation) if "if" in rule else True
        if holds is False or not _exist(rule, files):
            continue
        when = text(rule.get("when")) or text(job.get("when")) or "on_success"
        ignored = _allowed(rule.get("allow_failure", job.get("allow_failure")))
        changes = _changes(rule) if situation.by_files else ()
        if changes and holds and when != "never":
            walk.paths += changes
            walk.when, walk.ignored = walk.when or when, walk.ignored or ignored
        elif changes or holds is None:
            # Which files change, or what a variable holds, decides whether it takes the job out.
            walk.doubt = True
            if when != "never":
                walk.possible, walk.when = True, walk.when or when
                walk.ignored = walk.ignored or ignored
        elif when == "never" or (when == "manual" and walk.paths):
            return walk.end()  # by itself it runs for those files alone
        else:
            kept = walk.ignored or ignored
            return Verdict(None if walk.doubt else True, when, kept)
    return walk.end()


def by_refs(job: Mapping[str, object], situation: Situation) -> Verdict:
    """Return what `only` and `except` say; without both a job runs for branches and tags."""
    only = _policy(job.get("only")) if "only" in job else {"refs": ["branches", "tags"]}
    paths: tuple[str, ...] = ()
    doubt = False
    # `only: {changes: ...}` says nothing of refs, and then the usual ones hold.
    refs = sequence(only.get("refs", ["branches", "tags"]))
    if not any(_names(text(ref), situation) for ref in refs):
        return NOT
    if "variables" in only:
        said = [truth(text(item), situation) for item in sequence(only["variables"])]
        if not any(said):
            if None not in said:
                return NOT
            doubt = True
    if "changes" in only and situation.by_files:
        paths = _changes(only)
    excluded = _policy(job.get("except"))
    if any(_names(text(ref), situation) for ref in sequence(excluded.get("refs"))):
        return NOT
    said = [truth(text(item), situation) for item in sequence(excluded.get("variables"))]
    if any(said):
        return NOT
    doubt |= None in said or ("changes" in excluded and situation.by_files)
    return Verdict(
        None if doubt else True,
        text(job.get("when")) or "on_success",
        _allowed(job.get("allow_failure")),
        paths,
    )


def _policy(value: object) -> dict[str, object]:
    return mapping(value) if isinstance(value, dict) else {"refs": sequence(value)}


def _names(ref: str, situation: Situation) -> bool:
    bare = ref.partition("@")[0]
    if bare.startswith("/"):
        return bool(situation.branch) and matching(bare, situation.branch) is True
    return bare in situation.refs or (bool(situation.branch) and bare == situation.branch)


def _allowed(value: object) -> bool:
    return value is True or isinstance(value, dict)


def _changes(rule: Mapping[str, object]) -> tuple[str, ...]:
    said = rule.get("changes")
    listed = mapping(said).get("paths") if isinstance(said, dict) else said
    return _globs(listed)


def _globs(listed: object) -> tuple[str, ...]:
    """Return GitLab's patterns (Ruby's fnmatch) as GitHub's filters.

    `{a,b}` stands for both; `**` without a slash behind it is a plain `*`, which stops at a slash.
    """
    found: list[str] = []
    waiting = [text(item) for item in sequence(listed)]
    while waiting and len(found) < MAX_GLOBS:
        pattern = waiting.pop(0)
        braces = _BRACES.search(pattern)
        if braces:
            start, end = pattern[: braces.start()], pattern[braces.end() :]
            room = MAX_GLOBS - len(waiting)
            waiting = [f"{start}{p}{end}" for p in braces[1].split(",")][:room] + waiting
        else:
            found.append(re.sub(r"\*\*+(?!/)", "*", pattern))
    return tuple(found)


def _exist(rule: Mapping[str, object], files: frozenset[str]) -> bool:
    if "exists" not in rule:
        return True
    said = rule["exists"]
    listed = mapping(said).get("paths") if isinstance(said, dict) else said
    return any(_tracked(pattern, files) for pattern in _globs(listed)[:50])


@lru_cache(maxsize=512)
def _tracked(pattern: str, files: frozenset[str]) -> bool:
    return pattern in files or any(matches(pattern, path) for path in files)
