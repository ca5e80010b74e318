"""What was asked and answered."""

import json
from pathlib import Path

JOURNAL = Path("data/predictions.jsonl")


def append(features: object, prediction: object, model_version: str) -> None:
    """Append one record."""
    record = {"features": features, "prediction": prediction, "model_version": model_version}
    with JOURNAL.open("a") as file:
        file.write(json.dumps(record) + "\n")
