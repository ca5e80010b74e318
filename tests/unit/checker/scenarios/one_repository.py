"""2.2.2: one version of data, training and serving, and nothing twice."""

from __future__ import annotations

import shutil

from unit.checker.building import Project

from . import Scenarios

APP, SERVING, PIPELINE = "src/churn/serving/app.py", "src/churn/serving", "dvc.yaml"
COPY = '''"""A ratio."""


def ratio(
    a: float,
    b: float,
) -> float:
    """Return a by b."""
    # The same again.
    return (
        a / b
    )
'''
scenario = Scenarios("2.2.2")

scenario.simply(
    no_train=lambda p: p.edit_yaml(PIPELINE, lambda body: body["stages"].pop("train")),
    no_serving=lambda p: p.remove(SERVING),
    vendored=lambda p: p.write(f"{SERVING}/ratio.py", COPY),
    hollow_app=lambda p: p.write(APP, ""),
    absolute_import=lambda p: p.edit(APP, "from ..features import", "from churn.features import"),
)


@scenario("old-package")
def old_package(project: Project) -> None:
    shutil.copytree(project.root / SERVING, project.root / "services/api")
    project.remove(SERVING)
    project.write(
        "services/api/pyproject.toml",
        '[project]\nname = "api"\nversion = "1"\ndependencies = ["churn==0.0.9", "fastapi"]\n',
    )


@scenario("submodule")
def submodule(project: Project) -> None:
    project.git("rm", "-rq", SERVING)
    head = project.git("rev-parse", "HEAD")
    project.git("update-index", "--add", "--cacheinfo", f"160000,{head},{SERVING}")
    project.git("commit", "-q", "--no-verify", "-m", "Elsewhere")
    (project.root / SERVING).mkdir(exist_ok=True)


@scenario("untracked")
def untracked(project: Project) -> None:
    project.git("rm", "-rq", "--cached", SERVING)
    project.git("commit", "-q", "--no-verify", "-m", "On disk only")
    project.write(".git/info/exclude", f"{SERVING}/\n")


@scenario("same-name")
def same_name(project: Project) -> None:
    path = "src/churn/model/train.py"
    project.write(
        path, project.read(path) + '\n\ndef run() -> int:\n    """Train."""\n    return 2\n'
    )


@scenario("batch")
def batch(project: Project) -> None:
    project.edit(".copier-answers.yml", "serving: both", "serving: batch")
    project.remove(SERVING)
    path = "src/churn/batch/score.py"
    project.write(
        path,
        '"""Batches."""\n\nfrom churn.features import derive  # noqa: F401\n' + project.read(path),
    )
