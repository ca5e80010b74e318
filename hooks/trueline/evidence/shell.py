"""Shell text as a list of commands, each with what becomes of its failure."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from dataclasses import dataclass, replace

# Words that only start another command; the value tells which of their options take a value.
WRAPPERS: dict[str, frozenset[str]] = {
    "uv run": frozenset(
        {
            "--group",
            "--extra",
            "--with",
            "--python",
            "-p",
            "--package",
            "--env-file",
            "--directory",
            "--project",
            "--only-group",
            "--no-group",
            "--index",
        }
    ),
    "poetry run": frozenset(),
    "pdm run": frozenset(),
    "hatch run": frozenset(),
    "pipenv run": frozenset(),
    "uvx": frozenset({"--from", "--with", "--python", "-p"}),
    "uv tool run": frozenset({"--from", "--with", "--python"}),
    "python -m": frozenset(),
    "python3 -m": frozenset(),
    "coverage run": frozenset({"--source", "--rcfile"}),
    "time": frozenset(),
    "nice": frozenset({"-n"}),
    "env": frozenset({"-u"}),
    "exec": frozenset(),
    "command": frozenset(),
    "xvfb-run": frozenset(),
    "sudo": frozenset({"-u"}),
    "timeout": frozenset({"-s", "-k"}),
}
_DOCUMENT = re.compile(r"<<-?[ ]?['\"]?(\w+)['\"]?")
# Longer than any script that a person reads; splitting into words takes a second a megabyte.
MAX_SCRIPT = 100_000
_ASSIGNMENT = re.compile(r"[A-Za-z_][A-Za-z0-9_]*=")
_OPERATORS = frozenset({"&&", "||", ";", "|", "|&", "&", "(", ")", ";;", "\n"})
_CONDITIONS = frozenset({"if", "elif", "while", "until", "!"})
_OPENERS = frozenset({"then", "do", "else", "{", "}", "fi", "done"})


@dataclass(frozen=True)
class Command:
    """One simple command. `swallowed` says why its failure would go unnoticed, if it would."""

    words: tuple[str, ...]
    swallowed: str | None = None
    # What stood before it and only starts it, such as `uv run --with dist/*.whl`.
    around: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        """The program, without its folder."""
        return self.words[0].rpartition("/")[2] if self.words else ""

    def has(self, *options: str) -> bool:
        """True when one of the options is given."""
        return any(word in options or word.split("=", 1)[0] in options for word in self.words[1:])

    def ignoring(self, reason: str | None) -> Command:
        """Return the same command, its failure ignored for `reason`, if there is one."""
        return replace(self, swallowed=self.swallowed or reason)


def commands(script: str, *, pipefail: bool = False) -> tuple[Command, ...]:
    """Return the commands that `script` surely starts when it runs under `sh -e`, wrappers taken
    off.

    What stands behind `||`, after `exit`, or behind `false &&` is left out: it does not run when
    all is well.
    Text that is no shell gives nothing.
    """
    if len(script) > MAX_SCRIPT:
        return ()
    found: list[Command] = []
    forgiving: str | None = None
    dead = 0  # inside how many `if false`
    for parts in _chains(_without_documents(script)):
        reached = True
        first = parts[0][0]
        if first[:1] == ("fi",):
            dead = max(0, dead - 1)
        if first[:1] == ("if",) and (dead or first[1:] == ("false",)):
            dead += 1
        if dead:
            continue
        for position, (words, operator) in enumerate(parts):
            before = parts[position - 1][1] if position else ""
            if before == "||":
                reached = False
            if not reached or not words:
                continue
            if words[0] == "set":
                if "+e" in words:
                    forgiving = "`set +e` ignores its failure"
                elif any(word.startswith("-") and "e" in word for word in words[1:2]):
                    forgiving = None
                pipefail = pipefail or "pipefail" in words
                continue
            if words[0] in ("exit", "return") and position == 0:
                return tuple(found)
            condition = words[0] in _CONDITIONS
            said = [w for w in words if w not in _CONDITIONS | _OPENERS]
            plain = _unwrapped(said)
            reason = forgiving or _ignored(operator, condition, pipefail)
            if plain:
                around = tuple(said[: len(said) - len(plain)])
                found.append(Command(tuple(plain), reason, around))
            if plain == ["false"]:
                reached = False
    return tuple(found)


# Commands joined by operators: (words, the operator that follows) each.
_Chain = tuple[tuple[tuple[str, ...], str], ...]


def _without_documents(script: str) -> Iterator[str]:
    """Yield the lines without here-documents: those are a command's input, not commands."""
    end: str | None = None
    for line in re.sub(r"\\\r?\n", " ", script).splitlines():
        if end is not None:
            end = None if line.strip() == end else end
            continue
        match = _DOCUMENT.search(line)
        if match:
            end = match[1]
            line = line[: match.start()] + line[match.end() :]
        yield line


def _ignored(operator: str, condition: bool, pipefail: bool) -> str | None:
    if operator == "||":
        return "`||` ignores its failure"
    if operator in ("|", "|&") and not pipefail:
        return "a pipe without pipefail hides its failure"
    if operator == "&":
        return "it runs in the background, its failure unseen"
    return "it is only a condition" if condition else None


def _chains(lines: Iterator[str]) -> list[_Chain]:
    chains: list[_Chain] = []
    for line in lines:
        try:
            lexer = shlex.shlex(line, posix=True, punctuation_chars="();|&")
            lexer.whitespace_split = True
            lexer.commenters = "#"
            tokens = list(lexer)
        except ValueError:
            continue
        parts: list[tuple[tuple[str, ...], str]] = []
        words: list[str] = []
        for token in [*tokens, ";"]:
            if token not in _OPERATORS:
                words.append(token)
                continue
            parts.append((tuple(words), token))
            words = []
            if token in (";", ";;", "&", "(", ")"):
                chains.append(tuple(parts))
                parts = []
    return chains


def _unwrapped(words: list[str]) -> list[str]:
    """Take off assignments and words such as `uv run` that only start another command."""
    rest = words
    for _ in range(6):
        while rest and _ASSIGNMENT.match(rest[0]):
            rest = rest[1:]
        wrapper = next((w for w in WRAPPERS if rest[: len(w.split())] == w.split()), None)
        if wrapper is None or len(rest) == len(wrapper.split()):
            break
        rest = rest[len(wrapper.split()) :]
        while len(rest) > 1 and (rest[0].startswith("-") or _ASSIGNMENT.match(rest[0])):
            if rest[0] == "--":
                rest = rest[1:]
                break
            if wrapper == "uv run" and rest[0] in ("-m", "--module"):
                rest = rest[1:]
                break
            rest = rest[2 if rest[0] in WRAPPERS[wrapper] else 1 :]
        if wrapper == "timeout":
            rest = rest[1:]
        if wrapper == "coverage run" and rest[:1] == ["-m"]:
            rest = rest[1:]
    return rest
