"""A fresh machine: new HOME, new folders, an environment built from nothing.

Only the caches of packages and of their types are shared between machines. Whatever else one machine leaves behind can
reach another one through a git remote, an MLflow server or an object store, as in real life.
"""

from __future__ import annotations

import atexit
import os
import shutil
import subprocess
import tempfile
from dataclasses import dataclass
from functools import cache
from pathlib import Path

# What a machine takes over from its host: where programs and packages come from, and nothing else.
_HOST = (
    "LANG",
    "PIP_CERT",
    "PIP_FIND_LINKS",
    "PIP_INDEX_URL",
    "PIP_EXTRA_INDEX_URL",
    "REQUESTS_CA_BUNDLE",
    "SSL_CERT_FILE",
    "SSL_CERT_DIR",
    "CURL_CA_BUNDLE",
    "NODE_EXTRA_CA_CERTS",
    "HTTP_PROXY",
    "HTTPS_PROXY",
    "NO_PROXY",
    "http_proxy",
    "https_proxy",
    "no_proxy",
    "PYENV_ROOT",
    "UV_INDEX_URL",
    "UV_DEFAULT_INDEX",
    "UV_OFFLINE",
)


@dataclass(frozen=True)
class Machine:
    """One machine: `root` holds its HOME and its work; `env` is the whole environment it knows."""

    root: Path
    env: dict[str, str]

    @property
    def home(self) -> Path:
        """The machine's HOME."""
        return Path(self.env["HOME"])

    def run(
        self,
        args: list[str],
        cwd: Path | None = None,
        *,
        check: bool = True,
        timeout: float = 1200,
        **env: str,
    ) -> subprocess.CompletedProcess[str]:
        """Run a program here; on an unexpected failure its whole output is in the error."""
        done = subprocess.run(
            args,
            cwd=cwd or self.root,
            env={**self.env, **env},
            text=True,
            capture_output=True,
            timeout=timeout,
            stdin=subprocess.DEVNULL,
        )
        if check and done.returncode:
            raise AssertionError(
                f"{' '.join(args)} exited {done.returncode}\n"
                f"{done.stdout[-6000:]}\n{done.stderr[-6000:]}"
            )
        return done

    def git(self, *args: str, cwd: Path) -> str:
        """Run git in `cwd` and return what it printed."""
        return self.run(["git", *args], cwd=cwd).stdout.strip()


def make_machine(root: Path) -> Machine:
    """Set up a machine below the empty folder `root`."""
    home, scratch = root / "home", root / "tmp"
    home.mkdir(parents=True)
    scratch.mkdir()
    env = {name: os.environ[name] for name in _HOST if name in os.environ}
    uv = shutil.which("uv")
    if uv is None:
        raise AssertionError("uv is not on the PATH; run the tests through `make test`")
    env |= {
        "HOME": str(home),
        "TMPDIR": str(scratch),
        "PATH": os.environ["PATH"],
        # The package cache is the one thing that machines share: it holds what an index holds.
        "UV_CACHE_DIR": os.environ.get("UV_CACHE_DIR") or _uv_cache(uv),
        # What mypy found in other people's packages; it reads a file anew whose content differs.
        "MYPY_CACHE_DIR": str(_mypy_cache()),
        "UV_NO_PROGRESS": "1",
        "NO_COLOR": "1",
        "DVC_NO_ANALYTICS": "1",
        "MLFLOW_DISABLE_TELEMETRY": "true",
    }
    (home / ".gitconfig").write_text(
        "[user]\n\tname = Ada Tester\n\temail = ada@example.org\n[init]\n\tdefaultBranch = main\n"
        # File remotes stand in for a forge; git 2.38 and later refuse them in submodule-like use.
        '[protocol "file"]\n\tallow = always\n'
    )
    return Machine(root, env)


@cache
def _mypy_cache() -> Path:
    """Give a folder for this process: mypy's caches are not made for two writers at once."""
    made = tempfile.TemporaryDirectory(prefix="mypy-")
    atexit.register(made.cleanup)
    return Path(made.name)


@cache
def _uv_cache(uv: str) -> str:
    return subprocess.run(
        [uv, "cache", "dir"], check=True, text=True, capture_output=True
    ).stdout.strip()
