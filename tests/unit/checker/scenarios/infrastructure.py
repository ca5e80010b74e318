"""2.1.1 and 2.1.2: infrastructure is code, and git has all of it."""

from __future__ import annotations

from unit.checker.building import Project

from . import Scenarios

COMPOSE, CI, RECORD = "compose.yaml", ".github/workflows/ci.yml", "reports/ci.json"
COMPONENTS, SERVICE = "docs/architecture/components.yaml", "infra/modules/service/main.tf"
STAGING, PRODUCTION = "infra/environments/staging", "infra/environments/production"
LOCK = ".terraform.lock.hcl"
PROMETHEUS = "  prometheus:\n    image: prom/prometheus:v3.5.0@sha256:" + "b" * 64 + "\n"
MANIFEST = f"""apiVersion: apps/v1
kind: Deployment
metadata: {{name: prometheus}}
spec:
  template:
    spec:
      containers:
        - name: prometheus
          image: prom/prometheus:v3.5.0@sha256:{"b" * 64}
"""
code = Scenarios("2.1.1")
files = Scenarios("2.1.2")

code.simply(
    no_code=lambda p: p.remove("infra", COMPOSE),
    no_record=lambda p: p.evidence.pop(RECORD),
    commented_service=lambda p: p.edit(
        COMPOSE, PROMETHEUS, "".join(f"  # {line[2:]}\n" for line in PROMETHEUS.splitlines())
    ),
    nothing_runs=lambda p: p.edit(COMPONENTS, "runtime: true", "runtime: false", every=True),
    short_digest=lambda p: p.edit(COMPOSE, "b" * 64, "abc123"),
    needs_form=lambda p: p.report(
        RECORD,
        jobs={name: {"result": "success", "outputs": {}} for name in ("lint", "test", "infra")},
    ),
)


@code("swallowed")
def swallowed(project: Project) -> None:
    before = project.read(CI).partition("  infra:\n")[0]
    job = "  infra:\n    steps:\n      - run: terraform validate || true\n"
    project.write(CI, before + job)


@code("stranger-record")
def stranger(project: Project) -> None:
    project.git("switch", "-q", "-c", "side")
    sha = project.commit("Never merged")
    project.git("switch", "-q", "main")
    project.report(RECORD, commit=sha)


@code("broken")
def broken(project: Project) -> None:
    project.edit(COMPOSE, '  api:\n    build: .\n    ports: ["127.0.0.1:8000:8000"]\n', "")
    project.write(SERVICE, 'resource "aws_ecs_service" "api" {\n  name = var.name\n')


@code("manifest")
def manifest(project: Project) -> None:
    project.edit(COMPOSE, PROMETHEUS, "")
    project.write("infra/k8s/prometheus.yaml", MANIFEST)


files.simply(
    no_provider_lock=lambda p: p.remove(f"{PRODUCTION}/{LOCK}"),
    ignored_by_rule=lambda p: p.write(".gitignore", p.read(".gitignore") + "/infra/\n"),
    old_state=lambda p: p.write("docs/old/prod.tfstate", '{"resources": [{}]}\n'),
    kubeconfig=lambda p: p.write("infra/k8s/kubeconfig", "kind: Config\n"),
    env_example=lambda p: p.write(".env.example", "API_KEYS=\n"),
)


@files("untracked-module")
def untracked_module(project: Project) -> None:
    project.write(".git/info/exclude", f"/{SERVICE}\n")
    project.git("rm", "-q", "--cached", SERVICE)


@files("forced-env")
def forced_env(project: Project) -> None:
    project.write(".gitignore", project.read(".gitignore") + "/.env\n")
    project.write(".env", "API_KEYS=x\n")
    project.git("add", "-f", ".env")


@files("hollow")
def hollow(project: Project) -> None:
    for path in project.git("ls-files", "infra").splitlines():
        if path.endswith((".tf", LOCK)):
            project.write(path, "")


@files("ignored-state")
def ignored_state(project: Project) -> None:
    project.write(".gitignore", project.read(".gitignore") + "*.tfstate\n")
    project.write(f"{STAGING}/terraform.tfstate", "{}\n")


@files("compose-only")
def compose_only(project: Project) -> None:
    project.edit(".copier-answers.yml", "cloud: aws", "cloud: none")
    project.remove("infra")
