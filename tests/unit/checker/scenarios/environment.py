"""2.2.5: lock, image, Python, and CI's word for it."""

from __future__ import annotations

import json
import re

from unit.checker.building import Project, ago

from . import Scenarios

LOCK, DOCKER, CI = "uv.lock", "Dockerfile", ".github/workflows/ci.yml"
scenario = Scenarios("2.2.5")


def undigested(project: Project, replacement: str) -> None:
    project.write(DOCKER, re.sub(r"@sha256:a{64}", replacement, project.read(DOCKER)))


scenario.simply(
    no_lock=lambda p: p.remove(LOCK),
    no_dockerfile=lambda p: p.remove(DOCKER),
    empty_lock=lambda p: p.write(LOCK, ""),
    lock_behind=lambda p: p.edit("pyproject.toml", '"click>=8"', '"click>=8", "scipy>=1"'),
    no_digest=lambda p: undigested(p, ""),
    second_stage=lambda p: p.edit(DOCKER, "COPY src src", "FROM python:3.11-slim\nCOPY src src"),
    two_pythons=lambda p: p.write(".python-version", "3.12\n"),
    swallowed=lambda p: p.edit(CI, "uv lock --check", "uv lock --check || true"),
    ignored_failure=lambda p: p.edit(
        CI, "run: uv lock --check", "run: uv lock --check\n        continue-on-error: true"
    ),
    alias_stage=lambda p: p.edit(DOCKER, "COPY src src", "FROM builder\nCOPY src src"),
)


@scenario("no-ci-record")
def no_record(project: Project) -> None:
    for path in ("reports/ci.json", "reports/junit.xml", "events.jsonl"):
        del project.evidence[path]


@scenario("ignored-lock")
def ignored_lock(project: Project) -> None:
    project.write(".gitignore", project.read(".gitignore") + "/uv.lock\n")
    project.git("rm", "-q", "--cached", LOCK)


@scenario("digest-comment")
def digest_comment(project: Project) -> None:
    undigested(project, "")
    project.write(DOCKER, f"# python:3.11-slim@sha256:{'a' * 64}\n{project.read(DOCKER)}")


@scenario("pip-install")
def pip_install(project: Project) -> None:
    project.write(
        DOCKER,
        f"FROM python:3.11-slim@sha256:{'a' * 64}\nCOPY . .\n# uv sync --frozen\nRUN pip install .\n",
    )


@scenario("local-event")
def local_event(project: Project) -> None:
    for path in ("reports/ci.json", "reports/junit.xml", "events.jsonl"):
        del project.evidence[path]
    event = {"type": "model_deployed", "ts": ago(days=1), "source": "local", "status": "success"}
    event["image_digest"] = "sha256:" + "c" * 64
    project.write("reports/events.jsonl", json.dumps(event) + "\n")
