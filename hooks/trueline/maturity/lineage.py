"""The facts by which a model or a deployment is traced back, whoever wrote them down."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from ..evidence.document import text

# What it is, and the names under which it is kept; a dot in a name counts as an underscore.
FACTS: tuple[tuple[str, frozenset[str]], ...] = (
    ("its commit", frozenset({"git_commit", "git_sha", "mlflow_source_git_commit"})),
    ("whether its code was committed", frozenset({"git_dirty"})),
    (
        "the infrastructure it ran on",
        frozenset({"infra_hash", "module_hash", "host_id", "cluster_id"}),
    ),
    ("the lock of its packages", frozenset({"env_lock_hash", "lock_hash"})),
    ("the digest of its image", frozenset({"image_digest"})),
    ("where its files are", frozenset({"model_uri", "artifact_uri"})),
    ("the sha256 of its file", frozenset({"model_sha256", "sha256"})),
    ("the version of its data", frozenset({"data_version", "data_snapshot", "snapshot_id"})),
)
_DIGEST = re.compile(r"(^|@)sha256:[0-9a-f]{64}$")
_SHA256 = re.compile(r"(sha256:)?[0-9a-f]{64}")


def normal(name: str) -> str:
    """Return a name as it is compared; DATA_VERSION is a variable's, no tag's."""
    return name.strip().replace(".", "_").replace("-", "_")


def unnamed(names: Iterable[str]) -> str | None:
    """Return the first fact that none of the names stands for; None when all are there."""
    known = {normal(name) for name in names}
    return next((what for what, keys in FACTS if not keys & known), None)


def gap(fields: Mapping[str, object]) -> str | None:
    """Say what a record lacks or says wrong; None when it can be traced."""
    known = {normal(key): value for key, value in fields.items()}
    for part, inner in fields.items():
        if isinstance(inner, dict):
            known |= {normal(f"{part}.{key}"): value for key, value in inner.items()}
    for what, keys in FACTS:
        said = next((known[key] for key in sorted(keys) if known.get(key) not in (None, "")), None)
        if said is None:
            return f"does not say {what}"
        wrong = _wrong(keys, said)
        if wrong:
            return wrong
    return None


def commit(fields: Mapping[str, object]) -> str:
    """Return the commit that a record names."""
    known = {normal(key): text(value) for key, value in fields.items()}
    return next((known[key] for key in sorted(FACTS[0][1]) if known.get(key)), "")


def _wrong(keys: frozenset[str], said: object) -> str | None:
    if "git_dirty" in keys:
        clean = str(said).strip().lower() == "false"
        return None if clean else "is of code that was not committed"
    value = text(said)
    if not value:
        return f"says nothing by its {min(keys)}"
    if "image_digest" in keys and not _DIGEST.search(value):
        return f"names its image by {value[:40]}, which is no digest"
    if "model_sha256" in keys and not _SHA256.fullmatch(value):
        return "names no sha256 of its file"
    return None
