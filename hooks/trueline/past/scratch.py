"""A throw-away repository that borrows another one's objects, to lay out any commit of it.

The user's repository is only read: no worktree, ref or lock is added to it. The copy has no
configuration of anybody's, so that no filter, hook or fsmonitor of theirs can run.
"""

from __future__ import annotations

import os
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from ..errors import BadInput, CannotTell
from ..evidence.git import Repository, run
from .commits import main_tip

TIMEOUT_SECONDS = 300


@dataclass(frozen=True)
class Scratch:
    """The throw-away repository; `lay` puts a commit into its work tree."""

    source: Repository
    root: Path
    branch: str

    def lay(self, sha: str, evidence: str | None) -> Path:
        """Make the work tree, HEAD, tags and branch `evidence` as they were at a commit."""
        done = _git(self.root, "read-tree", "--reset", "-u", sha)
        if done.returncode:
            raise CannotTell(f"commit {sha[:12]} cannot be laid out: this clone lacks parts of it")
        tags = run(
            self.source.root,
            "for-each-ref",
            f"--merged={sha}",
            "--format=%(objectname) %(refname)",
            "refs/tags",
        )
        refs = tags.stdout.decode("utf-8", "surrogateescape").splitlines()
        main = self._main(sha)
        refs += [f"{main} refs/heads/{self.branch}", f"{main} refs/remotes/origin/{self.branch}"]
        refs += [f"{evidence} refs/remotes/origin/evidence"] if evidence else []
        listed = "".join(f"{ref}\n" for ref in refs)
        git = self.root / ".git"
        (git / "packed-refs").write_text(listed, "utf-8", "surrogateescape")
        (git / "HEAD").write_text(f"{sha}\n", "ascii")
        return self.root

    def _main(self, sha: str) -> str:
        """Return where the default branch stood: at the commit itself, if that ever was on it.

        For a commit beside it, such as a pull request's, it stands where it does in the source.
        """
        tip = main_tip(self.source, self.branch)
        done = run(self.source.root, "merge-base", "--is-ancestor", sha, tip)
        return sha if done.returncode == 0 else tip


@contextmanager
def scratch(repository: Repository) -> Iterator[Scratch]:
    """Give a throw-away repository that borrows the objects of `repository`."""
    with tempfile.TemporaryDirectory(prefix="trueline-") as folder:
        root = Path(folder) / "repo"
        root.mkdir()
        form = "sha256" if len(repository.head) == 64 else "sha1"
        branch = repository.branch()
        made = _git(root, "init", "-q", "--template=", f"--object-format={form}")
        if made.returncode:
            raise BadInput(f"git cannot make a repository in {folder}")
        git = root / ".git"
        objects = _path(repository, "objects")
        if "\n" in str(objects) or not objects.is_dir():
            raise BadInput(f"cannot borrow the objects of {repository.root}")
        info = git / "objects" / "info"
        info.mkdir(parents=True, exist_ok=True)
        (info / "alternates").write_bytes(os.fsencode(objects) + b"\n")
        cut = _path(repository, "shallow")
        if cut.is_file():
            (git / "shallow").write_bytes(cut.read_bytes())
        remote = git / "refs" / "remotes" / "origin"
        remote.mkdir(parents=True)
        (remote / "HEAD").write_text(
            f"ref: refs/remotes/origin/{branch}\n", "utf-8", "surrogateescape"
        )
        yield Scratch(repository, root, branch)


def _path(repository: Repository, name: str) -> Path:
    done = run(repository.root, "rev-parse", "--path-format=absolute", "--git-path", name)
    return Path(os.fsdecode(done.stdout.removesuffix(b"\n")))


def _git(root: Path, *arguments: str) -> subprocess.CompletedProcess[bytes]:
    """Run git in the throw-away repository, without anybody's configuration."""
    kept = {key: value for key, value in os.environ.items() if not key.startswith("GIT_")}
    environment = {
        **kept,
        "LC_ALL": "C",
        "GIT_CONFIG_GLOBAL": os.devnull,
        "GIT_CONFIG_SYSTEM": os.devnull,
        "GIT_DEFAULT_REF_FORMAT": "files",
        "GIT_NO_LAZY_FETCH": "1",
        "GIT_ALLOW_PROTOCOL": "none",
        "GIT_NO_REPLACE_OBJECTS": "1",
    }
    try:
        return subprocess.run(
            ["git", "-c", "core.hooksPath=/dev/null", *arguments],
            cwd=root,
            env=environment,
            capture_output=True,
            check=False,
            timeout=TIMEOUT_SECONDS,
        )
    except FileNotFoundError as error:
        raise BadInput("git is not on the PATH") from error
    except subprocess.TimeoutExpired as error:
        raise CannotTell(f"git gave no answer within {TIMEOUT_SECONDS} s") from error
