"""What was asked and answered, a line a row."""

import json
from pathlib import Path

VERSION = "17"


def append(request: object, answer: object, flags: list[list[str]] | None = None) -> None:
    """Write one request with its answer and what makes its rows doubtful."""
    line = {"request": str(request), "answer": str(answer), "flags": flags or []}
    line["model_version"] = VERSION
    with Path("data/predictions.jsonl").open("a") as log:
        log.write(json.dumps(line) + "\n")
