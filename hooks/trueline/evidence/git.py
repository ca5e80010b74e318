"""Git through plumbing only: what is tracked, what a commit is to HEAD, what branch `evidence`
holds.
"""

from __future__ import annotations

import os
import re
import subprocess
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from ..errors import BadInput

# A local branch that nobody pushed may claim anything.
EVIDENCE_REFS = ("refs/remotes/origin/evidence",)
SHA = re.compile(r"[0-9a-f]{7,64}")
# https://host/owner/name.git, git@host:owner/name; GitLab has groups within groups.
ORIGIN = re.compile(r"(?:(?:https?|ssh|git)://[^/]+/|[^/@:]+@[^/:]+:)([\w.-]+(?:/[\w.-]+)+)/?")
# The repository's own configuration could name programs to run or transports to fetch through.
_OPTIONS = (
    "-c",
    "core.fsmonitor=false",
    "-c",
    "core.hooksPath=/dev/null",
    "-c",
    "core.quotePath=false",
)
TIMEOUT_SECONDS = 60


@dataclass(frozen=True)
class Commit:
    """What a commit named by a piece of evidence is to HEAD.

    `known` is false when git has no such commit.
    """

    sha: str
    known: bool = False
    ancestor: bool = False
    changed: frozenset[str] = frozenset()  # paths that differ between it and HEAD

    @property
    def code_changed(self) -> bool:
        """True when code or its tests differ between it and HEAD."""
        return any(
            path.startswith(("src/", "tests/"))
            or (path.endswith(".py") and not path.startswith(("docs/", "notebooks/")))
            for path in self.changed
        )


@dataclass(frozen=True)
class Repository:
    """A work tree's root and its HEAD; `head` is empty before the first commit."""

    root: Path
    head: str
    shallow: bool

    @classmethod
    def open(cls, path: Path) -> Repository:
        """Return the repository whose work tree is `path`.

        Raises BadInput when there is no such folder, no repository, or `path` is only a part of
        one.
        """
        if not path.exists():
            raise BadInput(f"no such path: {path}")
        if not path.is_dir():
            raise BadInput(f"{path} is no folder; name the root of a repository")
        found = run(path, "rev-parse", "--show-toplevel", "--is-shallow-repository")
        if found.returncode:
            said = found.stderr.decode(errors="replace")
            if "dubious ownership" in said:
                raise BadInput(
                    f"{path} belongs to someone else; "
                    f"git config --global --add safe.directory {path}"
                )
            raise BadInput(f"{path} is no git work tree; run `git init` there and commit first")
        top, shallow = os.fsdecode(found.stdout).removesuffix("\n").rsplit("\n", 1)
        if Path(top).resolve() != path.resolve():
            raise BadInput(f"{path} is only a part of the repository {top}; check that one")
        head = run(path, "rev-parse", "--verify", "--quiet", "HEAD^{commit}")
        sha = head.stdout.decode().strip()
        return cls(path.resolve(), sha, shallow == "true" and _cut_off(path, sha))

    def tracked(self) -> frozenset[str]:
        """Return the paths in git's index, as text; names that are no UTF-8 are left out."""
        listed = run(self.root, "ls-files", "-z", "--cached").stdout.split(b"\0")
        names: set[str] = set()
        for name in listed:
            try:
                names.add(name.decode())
            except UnicodeDecodeError:
                continue
        return frozenset(names - {""})

    def blobs(self, paths: Iterable[str]) -> dict[str, bytes]:
        """Return those of `paths` that the branch `evidence` of origin holds."""
        wanted = list(paths)
        names = [f"{ref}:{path}" for ref in EVIDENCE_REFS for path in wanted]
        done = run(
            self.root, "cat-file", "--batch", given="\n".join([*EVIDENCE_REFS, *names, ""]).encode()
        )
        answers = _batch(done.stdout)
        refs = [next(answers, None) for _ in EVIDENCE_REFS]
        found: dict[str, bytes] = {}
        for has_ref in refs:
            for path in wanted:
                content = next(answers, None)
                if content is not None and has_ref is not None:
                    found[path] = content
            if found or has_ref is not None:
                break
        return found

    def pushed(self, folder: str) -> list[str]:
        """Return the paths of the files directly in a folder of origin's branch `evidence`."""
        for ref in EVIDENCE_REFS:
            listed = run(self.root, "ls-tree", "-z", "--name-only", ref, f"{folder}/")
            if listed.returncode == 0:
                return sorted(name for name in os.fsdecode(listed.stdout).split("\0") if name)
        return []

    def ignored(self, paths: Iterable[str]) -> tuple[tuple[str, str], ...]:
        """Return (path, rule) for those of `paths` that a .gitignore of the repository matches.

        Tracked files too: what a rule matches, the next `git add` leaves out.
        """
        given = "\0".join(sorted(paths)).encode()
        done = run(self.root, "check-ignore", "--no-index", "-v", "-z", "--stdin", given=given)
        parts = os.fsdecode(done.stdout).split("\0")
        rows = zip(parts[0::4], parts[1::4], parts[2::4], parts[3::4], strict=False)
        return tuple(
            (path, f"{source}:{line}")
            for source, line, rule, path in rows
            if source.rpartition("/")[2] == ".gitignore" and not rule.startswith("!")
        )

    def untracked(self, folders: Iterable[str]) -> list[str]:
        """Return the paths in some folders that are on disk alone, ignored or not."""
        listed = run(self.root, "ls-files", "-z", "--others", "--", *map(_literal, folders)).stdout
        return sorted(name for name in os.fsdecode(listed).split("\0") if name)

    def commits(self, shas: Iterable[str]) -> dict[str, Commit]:
        """Return what each named commit is to HEAD. Costs up to three git processes a commit."""
        return {sha: self._commit(sha) for sha in sorted(set(shas))}

    def _commit(self, sha: str) -> Commit:
        if not SHA.fullmatch(sha) or not self.head:
            return Commit(sha)
        if run(self.root, "cat-file", "-e", f"{sha}^{{commit}}").returncode:
            return Commit(sha)
        if self.head.startswith(sha):
            return Commit(sha, known=True, ancestor=True)
        ancestor = run(self.root, "merge-base", "--is-ancestor", sha, self.head).returncode == 0
        differs = run(
            self.root, "diff-tree", "-r", "-z", "--name-only", "--no-renames", sha, self.head
        )
        changed = frozenset(os.fsdecode(differs.stdout).split("\0")) - {""}
        return Commit(sha, known=True, ancestor=ancestor, changed=changed)

    def first_with(self, path: str) -> str:
        """Return the oldest commit that added a path to HEAD's history; '' when none did."""
        done = run(
            self.root, "log", "--no-renames", "--diff-filter=A", "--format=%H", "HEAD", "--", path
        )
        added = done.stdout.decode(errors="replace").split()
        return added[-1] if done.returncode == 0 and added else ""

    def origin(self) -> str:
        """Return owner/name of the repository as origin's address ends; '' for none."""
        url = run(self.root, "config", "--get", "remote.origin.url").stdout
        match = ORIGIN.fullmatch(url.decode(errors="replace").strip())
        return match[1].removesuffix(".git") if match else ""

    def branch(self) -> str:
        """Return the default branch's name: origin's if known, else the one that is checked out,
        else main.
        """
        remote = (
            run(self.root, "symbolic-ref", "--quiet", "refs/remotes/origin/HEAD")
            .stdout.decode()
            .strip()
        )
        if remote:
            return remote.removeprefix("refs/remotes/origin/")
        known = (
            run(
                self.root,
                "for-each-ref",
                "--format=%(refname)",
                "refs/heads/main",
                "refs/heads/master",
                "refs/remotes/origin/main",
                "refs/remotes/origin/master",
            )
            .stdout.decode()
            .split()
        )
        return known[0].rpartition("/")[2] if known else "main"


def run(root: Path, *arguments: str, given: bytes = b"") -> subprocess.CompletedProcess[bytes]:
    """Run git in `root`, cut off from the caller's git variables and from every network
    transport.
    """
    inherited = {key: value for key, value in os.environ.items() if not key.startswith("GIT_")}
    environment = {
        **inherited,
        "LC_ALL": "C",
        "GIT_OPTIONAL_LOCKS": "0",
        "GIT_NO_LAZY_FETCH": "1",
        "GIT_ALLOW_PROTOCOL": "none",
        "GIT_TERMINAL_PROMPT": "0",
        "GIT_NO_REPLACE_OBJECTS": "1",
    }
    try:
        return subprocess.run(
            ["git", *_OPTIONS, *arguments],
            cwd=root,
            input=given,
            env=environment,
            capture_output=True,
            check=False,
            timeout=TIMEOUT_SECONDS,
        )
    except FileNotFoundError as error:
        raise BadInput("git is not on the PATH") from error
    except subprocess.TimeoutExpired as error:
        raise BadInput(f"git gave no answer within {TIMEOUT_SECONDS} s in {root}") from error


def _cut_off(root: Path, head: str) -> bool:
    """Tell whether HEAD's own history is cut off; another branch may have been fetched shallow."""
    place = run(root, "rev-parse", "--path-format=absolute", "--git-path", "shallow").stdout
    try:
        edges = set(Path(os.fsdecode(place).strip()).read_text("ascii").split())
    except (OSError, ValueError):
        return True
    roots = run(root, "rev-list", "--max-parents=0", head, "--").stdout.decode().split()
    return bool(edges & set(roots))


def _literal(folder: str) -> str:
    return f":(literal){folder}"


def _batch(output: bytes) -> Iterator[bytes | None]:
    """Yield one answer per name given to `git cat-file --batch`; None for what is not there."""
    position = 0
    while position < len(output):
        end = output.find(b"\n", position)
        if end < 0:  # git was ended in the middle of an answer
            return
        header = output[position:end].rsplit(b" ", 2)
        position = end + 1
        if len(header) == 3 and header[2].isdigit():
            size = int(header[2])
            yield output[position : position + size]
            position += size + 1
        else:
            yield None
