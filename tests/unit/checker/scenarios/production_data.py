"""2.1.7: all environments read the same data."""

from __future__ import annotations

from unit.checker import delivered
from unit.checker.building import ENVIRONMENTS, Project

from . import Scenarios
from .deployer import record, unsign

STAGING = "conf/environments/staging.yaml"
scenario = Scenarios("2.1.7")

scenario.simply(
    no_record=lambda p: unsign(p, "2.1.7"),
    no_events=lambda p: delivered.forget(p, "model_deployed"),
    sample_store=lambda p: p.edit(STAGING, "acme-churn", "acme-churn-sample"),
    commented_access=lambda p: p.edit(STAGING, "data_access: read", "# data_access: read"),
    other_version=lambda p: delivered.update(
        p, "model_deployed", "staging", data_version="md5:" + "0" * 32
    ),
    null_versions=lambda p: delivered.update(p, "model_deployed", data_version=None),
    expired=lambda p: record(p, "2.1.7", reviewed_on="2026-01-01"),
    staging_writes=lambda p: p.edit(STAGING, "data_access: read", "data_access: read-write"),
    last_day=lambda p: record(p, "2.1.7", reviewed_on="2026-01-02"),
)


@scenario("no-remote")
def no_remote(project: Project) -> None:
    for name in ENVIRONMENTS:
        path = f"conf/environments/{name}.yaml"
        project.edit(path, "dvc_remote: s3://acme-churn/dvc", "dvc_remote: null")
    project.edit("params.yaml", "source: billing", "source: sample")
