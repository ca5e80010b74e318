"""A condition of GitLab CI (`$A == "b" && $C =~ /d/`), judged for one way to start a pipeline.

What hangs on a variable that nobody can know from outside is neither yes nor no.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum

CHANGE = "a-change"  # stands for the branch of any change
MAX_CONDITION = 2_000
MAX_DEPTH = 40
_TOKEN = re.compile(
    r"\s*(?:(?P<variable>\$\w+|\$\{\w+\})|(?P<text>\"[^\"]*\"|'[^']*')|(?P<null>null\b)"
    r"|(?P<regex>/(?:[^/\\]|\\.)+/[a-z]*)|(?P<operator>==|!=|=~|!~|&&|\|\||\(|\)))"
)


class Unknown(Enum):
    """Values that are not known: SET is one that is there and not empty."""

    SET = "set"
    ANY = "any"


Value = str | None | Unknown


@dataclass(frozen=True)
class Situation:
    """One way in which a pipeline starts, with what is known then."""

    event: str  # GitHub's name for it
    refs: frozenset[str]  # the words that `only` and `except` know it by
    branch: str
    known: Mapping[str, Value]
    by_files: bool = False  # `changes` is judged; elsewhere it always holds

    def value(self, name: str) -> Value:
        """Return what is known of a variable."""
        if name in self.known:
            return self.known[name]
        if name.startswith("CI_MERGE_REQUEST_"):
            return Unknown.SET if "merge_requests" in self.refs else None
        return Unknown.ANY


def situations(branch: str, variables: Mapping[str, str]) -> tuple[Situation, ...]:
    """Return the situations that matter; a change may start two of them.

    Without merge request pipelines the pipeline of its branch is the one that a merge request
    shows.
    """
    base: dict[str, Value] = {**variables, "CI_DEFAULT_BRANCH": branch, "CI_COMMIT_TAG": None}
    base |= {"CI": "true", "GITLAB_CI": "true"}

    def on(event: str, source: str, refs: str, name: str | None, *, by_files: bool) -> Situation:
        known: dict[str, Value] = {"CI_PIPELINE_SOURCE": source, "CI_COMMIT_BRANCH": name}
        if name:
            known |= {"CI_COMMIT_REF_NAME": name, "CI_COMMIT_REF_SLUG": name}
        else:
            known |= {"CI_MERGE_REQUEST_TARGET_BRANCH_NAME": branch}
        # Nobody merges the default branch into another one.
        known["CI_OPEN_MERGE_REQUESTS"] = Unknown.SET if name == CHANGE else None
        return Situation(event, frozenset(refs.split()), name or "", {**base, **known}, by_files)

    return (
        on("pull_request", "merge_request_event", "merge_requests", None, by_files=True),
        on("pull_request", "push", "branches pushes", CHANGE, by_files=True),
        on("push", "push", "branches pushes", branch, by_files=True),
        on("schedule", "schedule", "branches schedules", branch, by_files=False),
        on("workflow_dispatch", "web", "branches web", branch, by_files=False),
        # A token of the project starts it, as an event of another system does on GitHub.
        on("repository_dispatch", "trigger", "branches triggers", branch, by_files=False),
        on("repository_dispatch", "api", "branches api", branch, by_files=False),
    )


def truth(condition: str, situation: Situation) -> bool | None:
    """Return whether a condition holds; None when that cannot be told."""
    tokens: list[tuple[str, str]] = []
    position = 0
    condition = condition.strip()
    if not condition or len(condition) > MAX_CONDITION:
        return None
    while position < len(condition):
        match = _TOKEN.match(condition, position)
        if match is None or match.lastgroup is None:
            return None
        tokens.append((match.lastgroup, match[match.lastgroup]))
        position = match.end()
    reader = _Condition(tokens, situation)
    result = reader.either(0)
    return result if not reader.broken and reader.at == len(tokens) else None


class _Condition:
    """Reads a condition's words: `&&` before `||`, comparisons before both."""

    def __init__(self, tokens: list[tuple[str, str]], situation: Situation) -> None:
        self.tokens = tokens
        self.situation = situation
        self.at = 0
        self.broken = False

    def either(self, depth: int) -> bool | None:
        result = self._both(depth)
        while self._take("||"):
            result = _or(result, self._both(depth))
        return result

    def _both(self, depth: int) -> bool | None:
        result = self._one(depth)
        while self._take("&&"):
            result = _not(_or(_not(result), _not(self._one(depth))))
        return result

    def _one(self, depth: int) -> bool | None:
        if depth > MAX_DEPTH:
            self.broken = True
            return None
        if self._take("("):
            result = self.either(depth + 1)
            self.broken |= not self._take(")")
            return result
        left = self._value()
        for operator in ("==", "!=", "=~", "!~"):
            if self._take(operator):
                result = self._compared(left, operator)
                return _not(result) if operator[0] == "!" else result
        return _filled(left)

    def _compared(self, left: Value, operator: str) -> bool | None:
        kind, word = self.tokens[self.at] if self.at < len(self.tokens) else ("", "")
        if operator.endswith("~"):
            if kind == "regex":
                self.at += 1
                pattern: Value = word
            else:
                pattern = self._value()
            if left is None:
                return False
            known = isinstance(left, str) and isinstance(pattern, str)
            return matching(str(pattern), str(left)) if known else None
        return _equal(left, self._value())

    def _value(self) -> Value:
        kind, word = self.tokens[self.at] if self.at < len(self.tokens) else ("", "")
        self.at += 1
        if kind == "variable":
            return self.situation.value(word.strip("${}"))
        if kind == "text":
            return word[1:-1]
        self.broken |= kind != "null"
        return None

    def _take(self, operator: str) -> bool:
        if self.at < len(self.tokens) and self.tokens[self.at] == ("operator", operator):
            self.at += 1
            return True
        return False


def _or(one: bool | None, other: bool | None) -> bool | None:
    if one or other:
        return True
    return None if one is None or other is None else False


def _not(value: bool | None) -> bool | None:
    return None if value is None else not value


def _filled(value: Value) -> bool | None:
    if value is Unknown.ANY:
        return None
    return value is Unknown.SET or bool(value)


def _equal(one: Value, other: Value) -> bool | None:
    if Unknown.ANY in (one, other) or (one is Unknown.SET and other is Unknown.SET):
        return None
    if Unknown.SET in (one, other):
        return False if None in (one, other) or "" in (one, other) else None
    return one == other


def matching(pattern: str, subject: str) -> bool | None:
    """Match `/pattern/flags`; None for one that could take long, or that is none.

    Few repetitions, no repeated group and a short text keep any pattern fast.
    """
    body, _, flags = pattern.removeprefix("/").rpartition("/")
    slow = re.search(r"\)[*+{?]", body) or len(re.findall(r"[*+{?]", body)) > 4
    if slow or not pattern.startswith("/") or len(body) > 200 or len(subject) > 40:
        return None
    try:
        found = re.search(body, subject, re.IGNORECASE if "i" in flags else 0)
    except (re.error, OverflowError, RecursionError):
        return None
    return found is not None
