"""2.2.6: one code, one way to deploy it."""

from __future__ import annotations

import re

from unit.checker.building import Project, junit, passing

from . import Scenarios

CD, DEPLOY = ".github/workflows/cd.yml", ".github/workflows/deploy.yml"
APP, TRAIN = "src/churn/serving/app.py", "src/churn/model/train.py"
CALL = "    uses: ./.github/workflows/deploy.yml\n    with:\n      environment: {0}\n"
OWN = "    environment: {0}\n    steps:\n      - run: kubectl apply -k infra/k8s/{0}\n"
scenario = Scenarios("2.2.6")


def add(project: Project, path: str, content: str) -> None:
    """Put code at the end of a module."""
    project.write(path, project.read(path) + "\n\n" + content)


def apart(project: Project, *names: str) -> None:
    """Let environments be deployed by steps of their own."""
    for name in names:
        project.edit(CD, CALL.format(name), OWN.format(name))


scenario.simply(
    membership=lambda p: add(
        p,
        APP,
        "import os\n\nif os.environ['ENVIRONMENT'] in ('staging', 'production'):\n    pass\n",
    ),
    other_name=lambda p: add(
        p,
        TRAIN,
        "def rows(settings):\n    env = settings.environment\n    if env != 'local':\n        return 1\n",
    ),
    match=lambda p: add(
        p,
        APP,
        "def limit(settings):\n    match settings.environment:\n        case 'production':\n"
        "            return 1\n",
    ),
    bypass=lambda p: apart(p, "production"),
    new_environment=lambda p: p.write(
        "conf/environments/qa.yaml", p.read("conf/environments/staging.yaml")
    ),
    ci_flag=lambda p: p.write(
        "src/churn/reports.py", "import os\n\nCI = os.environ.get('CI', '').lower() == 'true'\n"
    ),
    docstring=lambda p: add(
        p,
        TRAIN,
        'def epochs():\n    """Return them; env == \'production\' is forbidden here."""\n'
        "    # env == 'production' is forbidden here\n    return 1\n",
    ),
)


@scenario("second-class")
def second_class(project: Project) -> None:
    project.write(
        "src/churn/serving/config.py",
        "from pydantic_settings import BaseSettings\n\n\nclass Limits(BaseSettings):\n"
        "    api_timeout: float = 1.0\n",
    )


@scenario("no-shared-workflow")
def no_shared_workflow(project: Project) -> None:
    project.remove(DEPLOY)
    apart(project, "staging", "production")


@scenario("no-nodes")
def no_nodes(project: Project) -> None:
    kept = {node: outcome for node, outcome in passing().items() if not re.search(r"\[", node[1])}
    project.evidence["reports/junit.xml"] = junit(kept)
