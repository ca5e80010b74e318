"""5.1 and 5.2: features as shared code, and one transformation."""

from __future__ import annotations

from unit.checker.building import Project, junit, passing

from . import Scenarios

CI, CI_REPORT, JUNIT = ".github/workflows/ci.yml", "reports/ci.json", "reports/junit.xml"
DERIVE, PIPELINE = "src/churn/features/derive.py", "src/churn/features/pipeline.py"
TRAIN, APP, SCORE = (
    "src/churn/model/train.py",
    "src/churn/serving/app.py",
    "src/churn/batch/score.py",
)
SKEW = "tests/serving/test_skew.py"
NODE = ("tests.serving.test_skew", "test_served_rows_equal_training_rows")
JOB = "  features:\n"
TEST = "uv run --isolated --no-project --with dist/*.whl --with pytest pytest tests/features"
OWN = '\n\ndef derive(rows):\n    """Return the rows."""\n    return [{**row, "spread": 1.0} for row in rows]\n'
shared, transform = Scenarios("5.1"), Scenarios("5.2")


def without_job(project: Project) -> None:
    project.write(CI, project.read(CI).partition(JOB)[0])
    project.report(CI_REPORT, jobs={"lint": "success", "test": "success"})


def inner_import(project: Project) -> None:
    project.edit(
        DERIVE,
        "    return a / b\n",
        "    from ..model import train\n\n    return train.train(a) / b\n",
    )


@shared("no-package")
def no_package(project: Project) -> None:
    project.remove("src/churn/features", "tests/features")
    project.write(TRAIN, 'def train(rows: int) -> int:\n    """Train."""\n    return rows\n')


@shared("hollow")
def hollow(project: Project) -> None:
    for name in ("derive", "pipeline", "registry"):
        project.remove(f"src/churn/features/{name}.py")


@shared("roundabout")
def roundabout(project: Project) -> None:
    project.write("src/churn/helpers.py", "from churn.model.train import train\n")
    project.write(DERIVE, f"from churn.helpers import train\n\n\n{project.read(DERIVE)}")


@shared("excepted")
def excepted(project: Project) -> None:
    inner_import(project)
    contract = (
        '\n[tool.importlinter]\nroot_package = "churn"\n\n[[tool.importlinter.contracts]]\n'
        'name = "Features know no model"\ntype = "forbidden"\n'
        'source_modules = ["churn.features"]\nforbidden_modules = ["churn.model"]\n'
        'ignore_imports = ["churn.features.derive -> churn.model"]\n'
    )
    project.write("pyproject.toml", project.read("pyproject.toml") + contract)


@shared("nox")
def nox(project: Project) -> None:
    project.write(
        "noxfile.py",
        "import nox\n\n\n@nox.session\ndef features(session):\n"
        '    session.run("uv", "build", "--wheel")\n'
        '    session.install("dist/churn-0.1.0-py3-none-any.whl", "pytest")\n'
        '    session.run("pytest", "tests/features")\n',
    )
    project.edit(CI, "      - name: The wheel\n        run: uv build --wheel\n", "")
    project.edit(CI, TEST, "uvx nox -s features")


shared.simply(
    no_job=without_job,
    inner_import=inner_import,
    swallowed=lambda p: p.edit(CI, TEST, f"{TEST} || true"),
    other_way=lambda p: p.edit(TRAIN, "import pipeline, registry", "import registry\nfrom ..features import pipeline"),
)  # fmt: skip


@transform("no-test")
def no_test(project: Project) -> None:
    project.remove(SKEW)
    project.evidence[JUNIT] = junit({k: v for k, v in passing().items() if k != NODE})


@transform("second-code")
def second_code(project: Project) -> None:
    project.edit(APP, "from ..features import pipeline\n", "")
    project.edit(APP, "pipeline.predict(model, rows)", "model.predict(derive(rows))")
    project.write(APP, project.read(APP) + OWN)


@transform("batch-apart")
def batch_apart(project: Project) -> None:
    project.edit(SCORE, "from ..features import pipeline\n", "")
    project.edit(SCORE, "pipeline.predict(model, rows)", "model.predict(derive(rows))")
    project.write(SCORE, project.read(SCORE) + OWN)


@transform("unused-import")
def unused_import(project: Project) -> None:
    project.edit(
        APP, "from ..features import pipeline\n", "from ..features.pipeline import predict\n"
    )
    project.edit(APP, "pipeline.predict(model, rows)", "model.predict(derive(rows))")
    project.write(APP, project.read(APP) + OWN)


@transform("self-compared")
def self_compared(project: Project) -> None:
    project.edit(SKEW, "equal_training_rows(client)", "equal_training_rows()")
    project.edit(SKEW, 'client.post("/predict", json=TRAINING).json()', "expected")


@transform("in-the-model")
def in_the_model(project: Project) -> None:
    for path in (APP, SCORE):
        project.edit(path, "from ..features import pipeline\n", "")
        project.edit(path, "pipeline.predict(model, rows)", "model.predict(rows)")


@transform("local")
def local(project: Project) -> None:
    head = project.git("rev-parse", "HEAD")
    del project.evidence[JUNIT]
    project.write(JUNIT, junit(passing(), source="local", commit=head))


transform.simply(
    no_junit=lambda p: p.evidence.pop(JUNIT),
    skipped=lambda p: p.evidence.update({JUNIT: junit({**passing(), NODE: "skipped"})}),
)
