"""3.1.1: CI validates and tests infrastructure."""

from __future__ import annotations

from unit.checker.building import Project

from . import Scenarios
from .pull_requests import Asked

CI = ".github/workflows/ci.yml"
TEST = "run: terraform -chdir=infra/modules/service test -test-directory=../../tests"
scenario = Scenarios("3.1.1")


def split(project: Project) -> tuple[str, str]:
    """Return ci.yml without the job infra, and that job."""
    before, job, rest = project.read(CI).partition("  infra:\n")
    return before, job + rest


def without_job(asked: Asked) -> None:
    asked.project.write(CI, split(asked.project)[0])


scenario.simply(
    no_job=without_job,
    no_compose_step=lambda asked: asked.project.edit(
        CI, "      - name: Compose\n        run: docker compose config --quiet\n", ""
    ),
    swallowed=lambda asked: asked.project.edit(
        CI, "hadolint Dockerfile", "hadolint Dockerfile || true"
    ),
    never=lambda asked: asked.project.edit(CI, "  infra:\n", "  infra:\n    if: false\n"),
    no_test=lambda asked: asked.project.edit(CI, TEST, "run: echo terraform test"),
    other_paths=lambda asked: asked.project.edit(
        CI, "  pull_request:\n", "  pull_request:\n    paths: ['src/**', 'tests/**']\n"
    ),
)


@scenario("not-required")
def not_required(asked: Asked) -> None:
    rules = asked.github.rulesets[1]["rules"]
    checks = rules[-1]["parameters"]["required_status_checks"]
    checks[:] = [check for check in checks if check["context"] != "infra"]


@scenario("through-make")
def through_make(asked: Asked) -> None:
    before, job = split(asked.project)
    runs = [line.partition("run: ")[2] for line in job.splitlines() if "run: " in line]
    asked.project.write("Makefile", "infra-check:\n" + "".join(f"\t{run}\n" for run in runs))
    asked.project.write(CI, before + "  infra:\n    steps:\n      - run: make infra-check\n")


@scenario("narrow-paths")
def narrow_paths(asked: Asked) -> None:
    before, job = split(asked.project)
    asked.project.write(CI, before)
    paths = "    paths: ['infra/**', compose.yaml, Dockerfile]\n"
    asked.project.write(".github/workflows/infra.yml", f"on:\n  pull_request:\n{paths}jobs:\n{job}")
