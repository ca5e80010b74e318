"""The mature project as others would have laid it out: the same work under other names and tools."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path

from unit.checker.building import Project

WORKFLOWS = ".github/workflows"
TASKS = {
    "test": "pytest --junitxml=reports/junit.xml",
    "pipeline": "dvc repro",
    "monitor": "python -m churn monitor",
    "load-test": "python tests/load/locustfile.py",
    "ml-tests": "pytest -m ml_test --junitxml=reports/ml_test.xml",
}


def _texts(project: Project) -> Iterator[Path]:
    """Yield every file that the project's own people wrote."""
    for path in sorted(project.root.rglob("*")):
        inside = path.relative_to(project.root).parts
        if path.is_file() and inside[0] != ".git" and path.suffix not in (".lock", ".hcl", ".db"):
            yield path


def everywhere(project: Project, old: str, new: str) -> None:
    """Replace a name in every file and in what CI left."""
    for path in _texts(project):
        before = path.read_text("utf-8")
        if old in before:
            path.write_text(before.replace(old, new), "utf-8")
    project.evidence = {
        path.replace(old, new): content.replace(old, new)
        for path, content in project.evidence.items()
    }


def moved(project: Project, old: str, new: str) -> None:
    """Give a file or a folder another name."""
    (project.root / new).parent.mkdir(parents=True, exist_ok=True)
    (project.root / old).rename(project.root / new)


def _without_poe(project: Project, runs: str, options: Callable[[str], str] = str) -> None:
    source = project.read("pyproject.toml")
    project.write("pyproject.toml", source[: source.index("[tool.poe")])
    for path in sorted((project.root / WORKFLOWS).iterdir()):
        content = path.read_text("utf-8")
        found = re.sub(
            r"uv run poe ([\w-]+)(.*)", lambda m: f"{runs} {m[1]}{options(m[2])}", content
        )
        path.write_text(found, "utf-8")


def with_make(project: Project) -> None:
    """A Makefile holds the tasks."""
    _without_poe(project, "make", lambda rest: " HOST=$API_URL" if rest else "")
    rules = "\n".join(f"{name}:\n\t{command}\n" for name, command in TASKS.items())
    project.write("Makefile", f".PHONY: {' '.join(TASKS)}\n\n{rules}")


def with_nox(project: Project) -> None:
    """Sessions of nox hold the tasks."""
    _without_poe(project, "uvx nox -s", lambda rest: f" --{rest}" if rest else "")
    sessions = "\n\n".join(
        f"@nox.session(name={name!r})\ndef {name.replace('-', '_')}(session):\n"
        f"    session.run({', '.join(map(repr, command.split()))})\n"
        for name, command in TASKS.items()
    )
    project.write("noxfile.py", f"import nox\n\n\n{sessions}")


def with_tox(project: Project) -> None:
    """Environments of tox hold the tasks."""
    _without_poe(project, "tox -e", lambda rest: f" --{rest}" if rest else "")
    parts = "\n".join(f"[testenv:{name}]\ncommands = {run}\n" for name, run in TASKS.items())
    project.write("tox.ini", f"[tox]\nenvlist = test\n\n{parts}")


def with_other_endings(project: Project) -> None:
    """Whatever may end in .yml or in .yaml ends in the other one."""
    for path in sorted((project.root / WORKFLOWS).iterdir()):
        moved(project, f"{WORKFLOWS}/{path.name}", f"{WORKFLOWS}/{path.stem}.yaml")
        everywhere(project, f"./{WORKFLOWS}/{path.name}", f"./{WORKFLOWS}/{path.stem}.yaml")
    moved(project, "compose.yaml", "docker-compose.yml")
    for name in ("rules", "alertmanager"):
        moved(project, f"monitoring/{name}.yml", f"monitoring/{name}.yaml")
    everywhere(project, "rule_files: [rules.yml]", "rule_files: [rules.yaml]")


def _renamed(project: Project, folders: dict[str, str]) -> None:
    """Rename packages of src/churn with their tests, and all that names them."""
    for old, new in folders.items():
        moved(project, f"src/churn/{old}", f"src/churn/{new}")
        if (project.root / f"tests/{old}").is_dir():
            moved(project, f"tests/{old}", f"tests/{new}")
        for before, after in (
            (f"churn/{old}/", f"churn/{new}/"),
            (f"churn.{old}", f"churn.{new}"),
            (f"tests/{old}", f"tests/{new}"),
            (f"tests.{old}.", f"tests.{new}."),
            (f"from .{old}", f"from .{new}"),
            (f"from ..{old}", f"from ..{new}"),
            (f"from .. import {old}\n", f"from .. import {new}\n"),
            (f"name: {old}, kind: package", f"name: {new}, kind: package"),
            (f"filename='{old}/", f"filename='{new}/"),
            (f"  {old} -->", f"  {new} -->"),
            (f"--> {old} -->", f"--> {new} -->"),
            (f"--> {old}\n", f"--> {new}\n"),
        ):
            everywhere(project, before, after)


def with_other_folders(project: Project) -> None:
    """Packages have other names that are as usual."""
    _renamed(project, {"serving": "serve", "model": "modeling", "explain": "explanations"})


def with_terraform_elsewhere(project: Project) -> None:
    """The infrastructure lies in terraform/, its tests beside it."""
    moved(project, "infra", "terraform")
    for old, new in (
        ("infra/", "terraform/"),
        ("-recursive infra", "-recursive terraform"),
    ):
        everywhere(project, old, new)


def with_packages_at_the_top(project: Project) -> None:
    """There is no folder src."""
    moved(project, "src/churn", "churn")
    everywhere(project, "src/churn", "churn")
    everywhere(project, "COPY src src", "COPY churn churn")
    everywhere(project, "paths: [src]", "paths: [.]")


LAYOUTS: dict[str, Callable[[Project], None]] = {
    "make": with_make,
    "nox": with_nox,
    "tox": with_tox,
    "yml": with_other_endings,
    "folders": with_other_folders,
    "terraform": with_terraform_elsewhere,
    "flat": with_packages_at_the_top,
}


def laid_out(project: Project, name: str) -> None:
    """Lay the project out in one of the ways; whoever signs has seen it so."""
    before = project.commits["reviewed"]
    LAYOUTS[name](project)
    project.edit("maturity.yaml", before, project.commit("Laid out anew"), every=True)
