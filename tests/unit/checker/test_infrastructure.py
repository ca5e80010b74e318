"""Infrastructure: what its readers see, honest forms beside the template's own, and more fakes."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from trueline.evidence import branching, grants, hcl, manifests
from trueline.evidence.document import Malformed
from trueline.evidence.shell import commands
from trueline.maturity import cd, infrastructure
from trueline.maturity.score import Outcome
from unit.checker import delivered
from unit.checker.building import Project, junit, passing
from unit.checker.scenarios.deployer import record

MET, PARTIAL, UNMET = Outcome.MET, Outcome.PARTIAL, Outcome.UNMET
CD, CI, DEPLOY = (f".github/workflows/{name}.yml" for name in ("cd", "ci", "deploy"))
SERVICE, COMPOSE = "infra/modules/service/main.tf", "compose.yaml"
APPLY = "terraform -chdir=infra/environments/${{ inputs.environment }} apply"
APPLY += " -input=false -auto-approve"


def test_blocks_attributes_and_lines_are_read() -> None:
    found = hcl.parse(
        '# one\nresource "aws_ecs_service" "api" {\n  name = "${var.name}-${f("}")}"\n'
        "  list = [\n    1,\n    2,\n  ]\n  lifecycle { ignore = [x] }\n"
        "  text = <<-EOT\n    } not the end\n  EOT\n}\n/* two\n*/ size = 3 // three\n"
    )
    block = found.blocks[0]
    assert (block.type, block.labels, block.line) == ("resource", ("aws_ecs_service", "api"), 2)
    assert block.attributes["list"] == "[ 1 , 2 ]"
    assert block.blocks[0].attributes == {"ignore": "[ x ]"}
    assert block.text("name") == '"${var.name}-${f("}")}"'
    assert found.attributes == {"size": "3"}


def test_line_breaks_and_commas_make_no_difference() -> None:
    one = hcl.parse("a = {\n  x = 1\n  y = 2\n}\n")
    assert one.attributes == hcl.parse("a = { x = 1, y = 2, }").attributes
    assert one.attributes != hcl.parse("a = { x = 1, y = 3 }").attributes


@pytest.mark.parametrize(
    "content",
    ["a {", "a = ", "a = ]", "= 1", "a", 'a = "x', 'a = "${', "a = <<X\nx\n", "/* a", "a = (]", "a b",
     "}", "a {" * 100, "a = " + "[" * 100, "a = \x00"],
)  # fmt: skip
def test_what_is_no_hcl_is_refused(content: str) -> None:
    with pytest.raises(Malformed):
        hcl.parse(content)


def test_documents_of_one_file_know_their_lines() -> None:
    found = manifests.documents("# a\n---\nkind: A\n---\n\nkind: B\n---\n- no mapping\n")
    assert [(body["kind"], getattr(body, "line", 0)) for body in found] == [("A", 3), ("B", 6)]


ASKS = [
    "w = settings.environment.lower()\nok = w == 'production'",
    "import os\nok = 'dev' == os.getenv('APP_ENV', 'dev')",
    "PROD = 'production'\ndef f(env):\n    return env in {PROD, 'staging'}",
    "def f(s):\n    return 1 if s.env.startswith('prod') else 2",
    "def f(s):\n    return s.environment is Environment.PRODUCTION",
    "class A:\n    def f(self):\n        if self.settings.environment != 'local':\n            pass",
]
ASKS_NOT = [
    "ok = os.environ.get('CI', '').lower() == 'true'",
    "ok = 'AWS_REGION' in env",
    "ok = frame['environment'] == 'indoor'",
    "ok = os.environ.get('VIRTUAL_ENV') == '/venv'",
    "ok = settings.environment == ''",
    "ok = LIMITS[settings.environment]",
]


@pytest.mark.parametrize("code", ASKS)
def test_code_that_asks_for_its_environment_is_seen(code: str) -> None:
    assert list(branching.lines(ast.parse(code), frozenset({"production", "staging"})))


@pytest.mark.parametrize("code", ASKS_NOT)
def test_code_that_does_not_ask_is_left_alone(code: str) -> None:
    assert not list(branching.lines(ast.parse(code), frozenset({"production", "staging"})))


def test_the_template_itself_never_asks() -> None:
    folder = Path(__file__).parents[3] / "template/src"
    for path in sorted(folder.rglob("*.py")):
        body = ast.parse(path.read_text("utf-8"))
        assert not list(branching.lines(body, frozenset({"local", "production"}))), path


def test_a_matrix_stands_for_each_of_its_values() -> None:
    matrix = {"matrix": {"env": ["staging", "production"], "include": [{"env": "qa"}]}}
    body = {"strategy": matrix, "environment": {"name": "${{ matrix.env }}"}}
    assert grants.environments(body) == ("staging", "production", "qa")
    assert grants.environments({"environment": "${{ inputs.where }}"}) == ("${{ inputs.where }}",)


def test_secrets_are_known_by_what_they_are_handed_over_as() -> None:
    body = {"env": {"A": "x ${{ secrets.B }}"}, "run": "f ${{ secrets['C'] }}", "with": "no"}
    assert grants.secrets(body, "env", "with", "run") == (("A", "B"), ("run", "C"))


LOOKS = [
    "terraform plan",
    "kubectl apply --dry-run=client -f x",
    "echo terraform apply",
    "docker build .",
]


@pytest.mark.parametrize("script", LOOKS)
def test_a_command_that_only_looks_applies_nothing(script: str) -> None:
    for command in commands(script):
        assert not any(cd.applies(command, kind) for kind in ("terraform", "kubernetes", "compose"))


def test_validators_are_known_by_what_they_run() -> None:
    said = {
        "terraform fmt -recursive": set(),
        "terraform fmt -check": {"format"},
        "docker compose -f infra/compose.yaml config -q": {"compose"},
        "kubectl apply -f x": set(),
        "kubectl apply --dry-run=server -f x": {"kubernetes"},
        "pytest tests/infra": {"test"},
        "pytest tests/model": set(),
    }
    for script, kinds in said.items():
        assert infrastructure.checked(commands(script)[0]) == kinds, script


def uncalled(project: Project) -> None:
    """Leave the module of the API where it is, without anybody who calls it."""
    for name in ("staging", "production"):
        path = f"infra/environments/{name}/main.tf"
        project.write(
            path, re.sub(r'module "service" \{.*?\n\}\n', "", project.read(path), flags=re.S)
        )
    without_api(project)


def without_api(project: Project) -> None:
    project.edit(COMPOSE, '  api:\n    build: .\n    ports: ["127.0.0.1:8000:8000"]\n', "")
    project.edit(COMPOSE, "  mlflow:\n    build: .\n    command: mlflow server\n", "")


def bookkeeping(project: Project) -> None:
    without_api(project)
    project.edit(SERVICE, "aws_ecs_service", "null_resource", every=True)


def moved_on(project: Project) -> None:
    project.frozen = project.git("rev-parse", "HEAD")
    project.edit(SERVICE, "desired_count = 1", "desired_count = 2")


def one_folder(project: Project) -> None:
    """Keep one root of Terraform, with a file of values per environment."""
    for name in ("staging", "production"):
        values = project.read(f"infra/environments/{name}/terraform.tfvars")
        project.remove(f"infra/environments/{name}")
        project.write(f"infra/environments/{name}.tfvars", values)


def literal(project: Project) -> None:
    project.edit("infra/environments/production/main.tf", "= var.retention_days\n}", "= 90\n}")


def default_remote(project: Project) -> None:
    for name in ("local", "staging", "production"):
        project.edit(f"conf/environments/{name}.yaml", "dvc_remote: s3://acme-churn/dvc\n", "")
    remote = "['remote \"main\"']\n    url = s3://acme-churn/dvc\n"
    project.write(".dvc/config", f"[core]\n    remote = main\n{remote}")


def by_matrix(project: Project) -> None:
    before = project.read(CD).partition("  staging:\n")[0]
    job = (
        "  everywhere:\n    needs: gate\n    strategy:\n      matrix: {to: [staging, production]}\n"
    )
    job += (
        "    uses: ./.github/workflows/deploy.yml\n    with:\n      environment: ${{ matrix.to }}\n"
    )
    project.write(CD, before + job)


def failed_node(project: Project) -> None:
    node = ("tests.pipeline.test_stages", "test_each_environment_is_complete[staging]")
    project.evidence["reports/junit.xml"] = junit({**passing(), node: "failed"})


def through_make(project: Project) -> None:
    project.write("Makefile", "apply:\n\tterraform -chdir=infra/environments/$(TO) apply\n")
    project.edit(DEPLOY, APPLY, "make apply TO=${{ inputs.environment }}")


def after_ci(project: Project) -> None:
    project.edit(
        CD,
        "  push:\n    branches: [main]",
        "  workflow_run:\n    workflows: [ci]\n    branches: [main]",
    )


ON_GITLAB = """
stages: [build, model, gate, staging, production]
.main:
  rules: [{if: $CI_COMMIT_BRANCH == $CI_DEFAULT_BRANCH}]
.deploy:
  extends: .main
  id_tokens: {AWS_TOKEN: {aud: sts.amazonaws.com}}
  environment: {name: $TO}
  script: [terraform -chdir=infra/environments/$TO apply -input=false -auto-approve]
build: {extends: .main, stage: build, script: [docker build -t churn .]}
model: {extends: .main, stage: model, script: [uv run dvc repro evaluate]}
gate: {extends: .main, stage: gate, script: [uv run python -m churn register]}
staging: {extends: .deploy, stage: staging, variables: {TO: staging}}
production: {extends: .deploy, stage: production, variables: {TO: production}}
"""


def on_gitlab(project: Project) -> None:
    project.edit(".copier-answers.yml", "forge: github", "forge: gitlab")
    project.remove(".github/workflows")
    project.write(".gitlab-ci.yml", ON_GITLAB)


def by_hand_on_gitlab(project: Project) -> None:
    on_gitlab(project)
    own = "production:\n  extends: .main\n  stage: production\n  environment: production\n"
    own += "  script: [kubectl apply -f infra/k8s]\n"
    project.write(".gitlab-ci.yml", ON_GITLAB.partition("production: {")[0] + own)


CASES: list[tuple[str, Outcome, Callable[[Project], object]]] = [
    ("2.1.1", UNMET, uncalled),
    ("2.1.1", UNMET, bookkeeping),
    ("2.1.1", PARTIAL, moved_on),
    ("2.1.1", MET, lambda p: (p.root / COMPOSE).rename(p.root / "docker-compose.yml")),
    ("2.1.1", UNMET, lambda p: p.remove("docs/architecture/components.yaml")),
    ("2.1.2", MET, lambda p: p.write(".gitignore", "/infra/*\n!/infra/*\n")),
    ("2.1.2", UNMET, lambda p: p.remove("infra/modules/network")),
    ("2.1.4", UNMET, lambda p: p.edit(DEPLOY, " apply -input=false -auto-approve", " plan")),
    ("2.1.4", UNMET, lambda p: p.edit(DEPLOY, "    environment: ${{ inputs.environment }}\n", "")),
    ("2.1.4", PARTIAL, lambda p: p.edit(DEPLOY, f"run: {APPLY}", f"run: {APPLY}\n        continue-on-error: true")),
    ("2.1.4", PARTIAL, lambda p: delivered.update(p, "infra_deploy", status="failure")),
    ("2.1.4", PARTIAL, lambda p: delivered.update(p, "infra_deploy", ts="2026-07-01T01:00:00Z")),
    ("2.1.4", MET, lambda p: p.edit(CD, "    uses:", "    if: github.ref == 'refs/heads/main'\n    uses:", every=True)),
    ("2.1.4", MET, through_make),
    ("2.1.4", MET, after_ci),
    ("2.1.5", UNMET, lambda p: p.edit(DEPLOY, "jobs:", "env: {AWS_SECRET_ACCESS_KEY: '${{ secrets.K }}'}\njobs:")),
    ("2.1.5", UNMET, lambda p: record(p, "2.1.5", claim="unmet")),
    ("2.1.6", PARTIAL, lambda p: delivered.update(p, "model_deployed", "staging", infra_hash="f" * 64)),
    ("2.1.6", PARTIAL, lambda p: delivered.update(p, "model_deployed", image_digest="")),
    ("2.1.6", UNMET, literal),
    ("2.1.6", MET, one_folder),
    ("2.1.7", MET, default_remote),
    ("2.1.7", PARTIAL, lambda p: delivered.update(p, "model_deployed", "staging", logical_date="2026-06-29")),
    ("2.2.4", UNMET, lambda p: p.edit(CD, "  staging:\n", "  staging:\n    if: always()\n")),
    ("2.2.4", UNMET, lambda p: p.edit(CD, "-m churn register", "-m churn register || true")),
    ("2.2.4", UNMET, lambda p: p.edit(CD, "      environment: staging", "      environment: production")),
    ("2.2.4", PARTIAL, lambda p: delivered.update(p, "model_deployed", git_sha="")),
    ("2.2.6", MET, by_matrix),
    ("2.2.6", PARTIAL, failed_node),
    ("2.2.6", UNMET, lambda p: p.remove("src/churn/settings.py")),
    ("2.2.6", MET, lambda p: p.edit("src/churn/settings.py", "BaseSettings", "object", every=True)),
    ("2.1.4", MET, on_gitlab),
    ("2.2.4", MET, on_gitlab),
    ("2.2.6", MET, on_gitlab),
    ("2.2.6", UNMET, by_hand_on_gitlab),
]  # fmt: skip


@pytest.mark.parametrize(("statement", "expected", "change"), CASES)
def test_a_change_from_met(
    project: Project, statement: str, expected: Outcome, change: Callable[[Project], object]
) -> None:
    project.holds(statement, expected, change)
