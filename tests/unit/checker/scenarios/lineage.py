"""2.2.7: what a model and a deployment were made of."""

from __future__ import annotations

import json
from typing import Any

from unit.checker.building import Project, ago
from unit.checker.operating import VERSION

from . import Scenarios
from .operating_changes import EVENTS, Events, events, of_type, update

TRACKING, CLI = "src/churn/tracking.py", "src/churn/cli.py"
MANIFEST = f"models/{VERSION}/manifest.json"
scenario = Scenarios("2.2.7")
deployed = of_type("model_deployed")


def manifest(project: Project, **fields: Any) -> None:
    project.write(MANIFEST, json.dumps({**json.loads(project.read(MANIFEST)), **fields}))


def one(project: Project, place: int, **fields: Any) -> None:
    """Change one deployment: -1 is the newest, -10 the oldest that counts."""

    def change(found: Events) -> Events:
        found_ = sorted(filter(deployed, found), key=lambda event: str(event["ts"]))
        found_[place].update(fields)
        return found

    events(project, change)


def eleventh(found: Events) -> Events:
    bare = {k: v for k, v in next(filter(deployed, found)).items() if not k.endswith("_hash")}
    return [{**bare, "event_id": "d0", "ts": ago(days=90)}, *found]


scenario.simply(
    no_helper=lambda p: p.remove(TRACKING),
    no_events=lambda p: p.evidence.pop(EVENTS),
    dirty_model=lambda p: manifest(p, git_dirty=True),
    image_tag=lambda p: one(p, -1, image_digest="churn:v1.2.0"),
    tenth_event=lambda p: one(p, -10, data_version=None),
    dead_commit=lambda p: one(p, -1, git_sha="0123456789abcdef0123456789abcdef01234567"),
    local_events=lambda p: update(p, deployed, source="local"),
    eleventh=lambda p: events(p, eleventh),
)


@scenario("uncalled")
def uncalled(project: Project) -> None:
    project.edit(TRACKING, "start_run(tags=tags())", "start_run()")


@scenario("host-id")
def host_id(project: Project) -> None:
    manifest(project, infra_hash=None, host_id="cluster-3")
    update(project, deployed, infra_hash=None, host_id="cluster-3")
    project.edit(TRACKING, '"infra.hash"', '"host.id"')
    project.edit("tests/pipeline/test_tracking.py", '"infra.hash"', '"host.id"')
