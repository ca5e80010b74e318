"""2.1.6: environments are copies of each other."""

from __future__ import annotations

from unit.checker import delivered
from unit.checker.building import Project

from . import Scenarios

FOLDER = "infra/environments"
STAGING, PRODUCTION = f"{FOLDER}/staging", f"{FOLDER}/production"
VALUES = "terraform.tfvars"
REMOTE = "git::https://git.acme.example/service?ref="
scenario = Scenarios("2.1.6")

scenario.simply(
    no_staging=lambda p: p.remove(STAGING),
    no_events=lambda p: delivered.forget(p, "model_deployed"),
    quiet_difference=lambda p: p.edit(
        f"{STAGING}/{VALUES}", "retention_days = 30", "retention_days = 1"
    ),
    rebuilt=lambda p: delivered.update(
        p, "model_deployed", "staging", image_digest="sha256:" + "9" * 64
    ),
    local_events=lambda p: delivered.update(p, "model_deployed", source="local"),
)


@scenario("other-version")
def other_version(project: Project) -> None:
    for folder, version in ((STAGING, "v1.3.0"), (PRODUCTION, "v1.2.0")):
        project.edit(f"{folder}/main.tf", "../../modules/service", f"{REMOTE}{version}")


@scenario("extra-key")
def extra_key(project: Project) -> None:
    for folder, mark in ((STAGING, "# "), (PRODUCTION, "")):
        path = f"{folder}/{VALUES}"
        project.write(path, project.read(path) + f'{mark}alarm_topic = "ops"\n')


@scenario("allow-all")
def allow_all(project: Project) -> None:
    project.write(f"{FOLDER}/ALLOWED_DIFF", "*\n")
    project.edit(f"{STAGING}/{VALUES}", '"17.4"', '"16.1"')


@scenario("listed-size")
def listed_size(project: Project) -> None:
    path = f"{PRODUCTION}/{VALUES}"
    project.edit(path, "= 3\n", "= 6\n")
    project.write(path, "\n".join(reversed(project.read(path).splitlines())) + "\n")


@scenario("older-rebuild")
def older_rebuild(project: Project) -> None:
    def add(found: list[dict[str, object]]) -> None:
        for number, env in enumerate(("staging", "production")):
            digest = f"sha256:{number}" + "7" * 63
            fields = {"image_digest": digest, "infra_hash": "e" * 64}
            found.append(delivered.event(f"2{number}", "model_deployed", 24 * 30, env, **fields))

    delivered.change(project, add)
