"""The small template, once a session, and projects made from it."""

from __future__ import annotations

from pathlib import Path

import pytest
import small_template
from edited_project import Project, small


@pytest.fixture(scope="session")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The small template with its two releases."""
    return small_template.build(tmp_path_factory.mktemp("small") / "template")


@pytest.fixture(scope="session")
def _made(template: Path, tmp_path_factory: pytest.TempPathFactory) -> Project:
    return small(tmp_path_factory.mktemp("made") / "project", template)


@pytest.fixture
def project(_made: Project, tmp_path: Path) -> Project:
    """A project of the first release, unedited."""
    return _made.copy(tmp_path / "project")


@pytest.fixture
def edited(project: Project) -> Project:
    """The same, edited: the renamed file, the changed file, dependencies; one removed, one new."""
    project.replace("src/small/monitoring/html.py", 'report["0"]', 'report["zero"]')
    project.replace("src/small/model/train.py", "STEP_9 = 9", "STEP_9 = 99")
    project.replace("pyproject.toml", '  "pandas~=2.2",\n', '  "pandas~=2.2",\n  "polars>=1",\n')
    project.replace("README.md", "# Small", "# Ours")
    (project.root / "Dockerfile").unlink()
    (project.root / "mine.py").write_text("MINE = 1\n")
    project.commit("Our edits")
    return project
