"""Make projects from the template repository, in this process."""

from __future__ import annotations

import warnings
from pathlib import Path
from typing import Any

import copier
import yaml


def render(
    template_repo: Path, folder: Path, answers: dict[str, Any], version: str = "main"
) -> Path:
    """Copy the template at `version` into `folder` with `answers`; every key must be a question."""
    questions = yaml.safe_load((Path(__file__).parents[1] / "copier.yml").read_text())
    assert set(answers) <= set(questions), f"no such question: {set(answers) - set(questions)}"
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        copier.run_copy(
            f"git+file://{template_repo}",
            folder,
            data=answers,
            vcs_ref=version,
            defaults=True,
            quiet=True,
            unsafe=False,
        )
    return folder


def files(project: Path) -> list[Path]:
    """List a project's files, as paths relative to it."""
    return sorted(
        f.relative_to(project)
        for f in project.rglob("*")
        if f.is_file() and ".git" not in f.relative_to(project).parts
    )
