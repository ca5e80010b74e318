"""The releases of this repository, derived from its history: a clone may hold no tags.

A release is a commit that sets `version` in pyproject.toml to a released version (no .dev, no
pre-release) and has a template. Between releases the version says .dev.
"""

from __future__ import annotations

import subprocess
import tomllib
from dataclasses import dataclass
from pathlib import Path

from packaging.version import Version

from demo.snapshot import snapshot

ROOT = Path(__file__).parents[1]


@dataclass(frozen=True)
class Release:
    """One release: its tag and its commit."""

    tag: str
    commit: str

    @property
    def version(self) -> Version:
        """The version that the tag names."""
        return Version(self.tag)


def releases(repo: Path = ROOT) -> list[Release]:
    """List the releases in the history of HEAD, the oldest first."""
    changed = _git(repo, "log", "--reverse", "--format=%H", "HEAD", "--", "pyproject.toml")
    found: dict[str, Release] = {}
    last = ""
    for commit in changed.splitlines():
        version = _version(_git(repo, "show", f"{commit}:pyproject.toml"))
        if version != last and _is_release(version) and _has_template(repo, commit):
            found.setdefault(version, Release(f"v{version}", commit))
        last = version
    return sorted(found.values(), key=lambda release: release.version)


def tagged(root: Path, bare: Path) -> tuple[list[Release], Release]:
    """Put history and working tree into the new repository `bare`; tag releases and candidate.

    The candidate is the working tree, as the release that it is on the way to. The tags that the
    clone may hold are replaced by derived ones, so that both are the same by construction.
    """
    draft = snapshot(root, bare)
    for tag in _git(bare, "tag", "--list").splitlines():
        _git(bare, "tag", "-d", tag)
    done = releases(root)
    for release in done:
        _git(bare, "tag", release.tag, release.commit)
    wanted = Version(_version((root / "pyproject.toml").read_text())).base_version
    newest = done[-1].version if done else None
    tree = _git(bare, "rev-parse", f"{draft}^{{tree}}")
    if done and tree == _git(bare, "rev-parse", f"{done[-1].commit}^{{tree}}"):
        return done, done[-1]
    if newest is not None and Version(wanted) <= newest:
        wanted = f"{newest}.post1"
    candidate = Release(f"v{wanted}", draft)
    _git(bare, "tag", candidate.tag, draft)
    return done, candidate


def _version(pyproject: str) -> str:
    version: str = tomllib.loads(pyproject)["project"]["version"]
    return version


def _is_release(version: str) -> bool:
    return not Version(version).is_prerelease


def _has_template(repo: Path, commit: str) -> bool:
    found = _git(repo, "ls-tree", "--name-only", commit, "template", "copier.yml")
    return found.split() == ["copier.yml", "template"]


def _git(repo: Path, *args: str) -> str:
    return subprocess.run(
        ["git", *args], cwd=repo, check=True, text=True, capture_output=True
    ).stdout.strip()
