"""Where a template comes from: what a user may name, and a private clone of it."""

from __future__ import annotations

import re
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from packaging.version import InvalidVersion, Version

from ..errors import BadInput
from .git import GitFailed, git, text

_FORGES = {"gh:": "https://github.com/", "gl:": "https://gitlab.com/"}
_COMMIT = re.compile(r"[0-9a-f]{40,64}")


class Unreachable(Exception):
    """The template's repository could not be read: the source, and what git said."""


class NoSuchVersion(Exception):
    """The repository is there, the version is not."""


def checked(value: object, what: str) -> str:
    """Return a source or a version as text that can stand on a command line.

    Raises BadInput for anything that git could take for an option, a program or two lines, and for
    a password, which it does not repeat.
    """
    if not isinstance(value, str) or not value.strip():
        raise BadInput(f"{what} is not a text but {type(value).__name__}")
    _refuse_secret(value, what)
    if value.startswith("-"):
        raise BadInput(f"{what} must not start with a hyphen: {value!r}")
    if not value.isprintable():
        raise BadInput(f"{what} holds a line break or a control character: {value!r}")
    if re.match(r"[A-Za-z0-9+.-]*::", value.removeprefix("git+")):
        raise BadInput(f"{what} names a helper program ({value.split('::')[0]}::), not a place")
    if value.removeprefix("git+").startswith("-"):
        raise BadInput(f"{what} must not start with a hyphen: {value!r}")
    return value


def _refuse_secret(value: str, what: str) -> None:
    """Refuse an address that holds a password or token: it would be recorded, and shown.

    The user name alone is one for ssh; for https, forges take a token in its place.
    """
    for scheme, user in re.findall(r"([A-Za-z0-9+.-]*)://([^/]*)@", value):
        if ":" in user or scheme.lower().removeprefix("git+") != "ssh":
            raise BadInput(
                f"{what} holds a password or a token; name the address without it, and let a git"
                " credential helper (git help credentials) hand it over"
            )


def git_url(source: str) -> str:
    """Return the address of `source` for git itself (gh:, gl: and git+ are Copier's own words)."""
    for short, url in _FORGES.items():
        if source.startswith(short):
            rest = source.removeprefix(short).lstrip("/")
            return f"{url}{rest.removesuffix('.git')}.git"
    if source.startswith("git+"):
        return source.removeprefix("git+")
    return str(Path(source).expanduser()) if source.startswith("~") else source


def to_record(source: str) -> str:
    """Return `source` as a project should record it: absolute, and known to Copier as a repository.

    A relative path would break every later update; a bare repository whose name does not end in
    `.git` is a plain folder to Copier unless `git+` says otherwise.
    """
    if re.match(r"(gh|gl):|git\+|[a-z][a-z0-9+.-]*://|[^/]+@[^/]+:", source):
        return source
    path = Path(source).expanduser().resolve()
    if not path.exists():
        raise BadInput(f"there is no template at {source}")
    if path.is_dir() and not (path / ".git").exists() and path.suffix != ".git":
        return f"git+{path.as_uri()}"
    return str(path)


@dataclass(frozen=True)
class Template:
    """A bare clone of a template's repository, made for this run alone."""

    source: str
    folder: Path

    def commit(self, version: str) -> str:
        """Return the commit id of a tag (with or without its v), branch, commit or description.

        Raises NoSuchVersion.
        """
        for name in (f"refs/tags/{version}", f"refs/tags/v{version}", version):
            # By standard input, so that no name can be taken for an option.
            asked = f"{name}^{{commit}}\n".encode()
            said = git("cat-file", "--batch-check=%(objectname)", cwd=self.folder, given=asked)
            if _COMMIT.fullmatch(answer := said.decode(errors="replace").strip()):
                return answer
        raise NoSuchVersion(version)

    def describe(self, commit: str) -> str:
        """Return the name that Copier records for `commit`: its tag, or what stands near it."""
        return text("describe", "--tags", "--always", commit, cwd=self.folder)

    def releases(self) -> list[str]:
        """List the tags that are releases (PEP 440, no pre-release), the oldest first."""
        found = []
        for tag in text("tag", "--list", cwd=self.folder).splitlines():
            try:
                version = Version(tag)
            except InvalidVersion:
                continue
            if not version.is_prerelease:
                found.append((version, tag))
        return [tag for _, tag in sorted(found)]

    def newest(self) -> str:
        """Return the newest release; where there is none, the head of the main branch."""
        releases = self.releases()
        return releases[-1] if releases else "HEAD"

    def contains(self, older: str, newer: str) -> bool:
        """Tell whether commit `older` is part of the history of commit `newer`."""
        try:
            git("merge-base", "--is-ancestor", older, newer, cwd=self.folder)
        except GitFailed:
            return False
        return True

    def read(self, commit: str, path: str) -> bytes | None:
        """Return a file of the template's repository; None where it has none."""
        try:
            return git("cat-file", "blob", f"{commit}:{path}", cwd=self.folder)
        except GitFailed:
            return None

    def unpack(self, commit: str, folder: Path) -> Path:
        """Write the tree of `commit` into the new folder `folder` and return it."""
        folder.mkdir(parents=True)
        env = {"GIT_INDEX_FILE": f"{folder}.index", "GIT_WORK_TREE": str(folder)}
        git("read-tree", commit, cwd=self.folder, env={**env, "GIT_DIR": str(self.folder)})
        git(
            "checkout-index", "--all", "--quiet",
            cwd=folder, env={**env, "GIT_DIR": str(self.folder)},
        )  # fmt: skip
        return folder


@contextmanager
def cloned(source: str) -> Iterator[Template]:
    """Clone `source` into a folder that lives as long as the context.

    Raises Unreachable. The clone takes over no setting and no hook of the repository it came from.
    """
    with tempfile.TemporaryDirectory(prefix="trueline-") as scratch:
        folder = Path(scratch) / "template.git"
        try:
            git("clone", "--quiet", "--bare", "--template=", "--", git_url(source), folder)
        except GitFailed as error:
            raise Unreachable(f"cannot read the template at {source} ({error})") from None
        yield Template(source, folder)
