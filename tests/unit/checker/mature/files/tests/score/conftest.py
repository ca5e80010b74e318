import json
from pathlib import Path

import pytest


@pytest.fixture
def report():
    return lambda name: json.loads(Path(f"reports/{name}.json").read_text())


@pytest.fixture
def events():
    lines = Path("reports/events.jsonl").read_text().splitlines()
    return [json.loads(line)["type"] for line in lines]
