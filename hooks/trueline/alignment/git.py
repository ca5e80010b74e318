"""Git as this package calls it: never through a shell, never with settings of the caller's hook."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

from ..errors import BadInput, CannotTell

# A pre-commit hook runs with GIT_DIR and GIT_INDEX_FILE of its own repository; they must not leak
# into the repositories that are looked at here (`git rev-parse --local-env-vars`, and the prefix).
LOCAL = (
    "GIT_ALTERNATE_OBJECT_DIRECTORIES", "GIT_CONFIG", "GIT_CONFIG_PARAMETERS", "GIT_CONFIG_COUNT",
    "GIT_OBJECT_DIRECTORY", "GIT_DIR", "GIT_WORK_TREE", "GIT_IMPLICIT_WORK_TREE", "GIT_GRAFT_FILE",
    "GIT_INDEX_FILE", "GIT_NO_REPLACE_OBJECTS", "GIT_REPLACE_REF_BASE", "GIT_PREFIX",
    "GIT_SHALLOW_FILE", "GIT_COMMON_DIR", "GIT_INTERNAL_SUPER_PREFIX",
)  # fmt: skip
_TIMEOUT = 300  # seconds; a clone over a slow line is the longest thing that git does here


class GitFailed(BadInput):
    """Git said no; the message is what it said first, on one line."""


def environment(extra: Mapping[str, str] | None = None) -> dict[str, str]:
    """Return the process environment for git: no foreign repository, no helper transports."""
    env = {name: value for name, value in os.environ.items() if name not in LOCAL}
    # `ext::` and `fd::` sources run programs; a recorded source could name one.
    env["GIT_ALLOW_PROTOCOL"] = "file:git:http:https:ssh"
    env["LC_ALL"] = "C"
    # `git status` would otherwise write the index of a project that is only looked at.
    env["GIT_OPTIONAL_LOCKS"] = "0"
    if not sys.stdin.isatty():
        env["GIT_TERMINAL_PROMPT"] = "0"
    env.setdefault("GIT_HTTP_LOW_SPEED_LIMIT", "1000")
    env.setdefault("GIT_HTTP_LOW_SPEED_TIME", "20")
    return env | dict(extra or {})


def git(
    *args: str | Path,
    cwd: Path | None = None,
    env: Mapping[str, str] | None = None,
    given: bytes | None = None,
    ok: tuple[int, ...] = (0,),
) -> bytes:
    """Run git and return what it printed; `given` goes to its standard input.

    Hooks and the file system monitor are off: a repository that is only read must not run them.
    Raises GitFailed for an exit code that is not in `ok`, CannotTell when it does not answer.
    """
    command = ["git", "-c", f"core.hooksPath={os.devnull}", "-c", "core.fsmonitor=false"]
    try:
        done = subprocess.run(
            [*command, *(str(arg) for arg in args)],
            cwd=cwd,
            env=environment(env),
            input=given,
            stdin=subprocess.DEVNULL if given is None else None,
            capture_output=True,
            timeout=_TIMEOUT,
            check=False,
        )
    except FileNotFoundError:
        raise BadInput("git is not installed, and everything here needs it") from None
    except subprocess.TimeoutExpired:
        raise CannotTell(f"git {args[0]} gave no answer within {_TIMEOUT} s") from None
    if done.returncode not in ok:
        said = done.stderr.decode(errors="replace").strip().splitlines()
        told = [line for line in said if line.startswith(("fatal:", "error:"))] or said
        raise GitFailed((told[0] if told else f"exit {done.returncode}").strip())
    return done.stdout


def text(*args: str | Path, cwd: Path | None = None, env: Mapping[str, str] | None = None) -> str:
    """Run git as `git` does and return its output as stripped text."""
    return git(*args, cwd=cwd, env=env).decode(errors="surrogateescape").strip()


def toplevel(folder: Path) -> Path | None:
    """Return the root of the work tree that `folder` lies in; None outside of any."""
    try:
        return Path(text("rev-parse", "--show-toplevel", cwd=folder)).resolve()
    except GitFailed:
        return None
