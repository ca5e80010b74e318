"""A mature repository for each test, and a forge that answers over HTTP."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from unit.checker.building import Project, build, copy
from unit.checker.forge import Github, Gitlab
from unit.checker.trying import Bench

# The mature project is data for these tests, no test of ours.
collect_ignore_glob = ["mature/*"]


@pytest.fixture(scope="session")
def mature(tmp_path_factory: pytest.TempPathFactory) -> Project:
    """The project that meets all twelve statements; nobody changes it."""
    return build(tmp_path_factory.mktemp("mature") / "churn")


VARIABLES = (
    "GITHUB_TOKEN",
    "GITHUB_REPOSITORY",
    "GITHUB_API_URL",
    "GITLAB_TOKEN",
    "GITLAB_API_URL",
    "CI_API_V4_URL",
    "CI_PROJECT_PATH",
)


@pytest.fixture(scope="session")
def bench(mature: Project, tmp_path_factory: pytest.TempPathFactory) -> Bench:
    """The mature project, with what its forge said of it once."""
    asking = copy(mature, tmp_path_factory.mktemp("asked") / "churn")
    asking.forge = True
    with pytest.MonkeyPatch.context() as env, Github(_merged(asking)) as forge:
        for name in VARIABLES:
            env.delenv(name, raising=False)
        env.setenv("GITHUB_API_URL", forge.url)
        env.setenv("GITHUB_REPOSITORY", "acme/churn")
        env.setenv("GITHUB_TOKEN", "token-of-the-test")
        said = asking.snapshot().forge
    return Bench(mature, said)


@pytest.fixture
def project(mature: Project, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Project:
    """A copy of it that the test may change; the machine's forge variables are gone."""
    for name in VARIABLES:
        monkeypatch.delenv(name, raising=False)
    return copy(mature, tmp_path / "churn")


@pytest.fixture
def github(project: Project, monkeypatch: pytest.MonkeyPatch) -> Iterator[Github]:
    """A forge that knows the project: rules for main, each commit merged by a pull request."""
    with Github(_merged(project)) as forge:
        monkeypatch.setenv("GITHUB_API_URL", forge.url)
        monkeypatch.setenv("GITHUB_REPOSITORY", "acme/churn")
        monkeypatch.setenv("GITHUB_TOKEN", "token-of-the-test")
        project.forge = True
        yield forge


@pytest.fixture
def gitlab(project: Project, monkeypatch: pytest.MonkeyPatch) -> Iterator[Gitlab]:
    """The same on GitLab, and nothing left of GitHub."""
    for name in VARIABLES:
        monkeypatch.delenv(name, raising=False)
    with Gitlab(_merged(project)) as forge:
        monkeypatch.setenv("CI_API_V4_URL", f"{forge.url}/api/v4")
        monkeypatch.setenv("CI_PROJECT_PATH", "acme/ml/churn")
        monkeypatch.setenv("GITLAB_TOKEN", "token-of-the-test")
        project.forge = True
        yield forge


def _merged(project: Project) -> list[str]:
    """Return the commits that came by pull request: all but the first, the newest first."""
    return project.git("rev-list", "HEAD").split()[:-1]
