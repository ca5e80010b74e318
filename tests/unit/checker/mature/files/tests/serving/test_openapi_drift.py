import json
from pathlib import Path

from churn.serving.app import create_app

OPENAPI = Path("docs/openapi.json")


def test_the_tracked_description_is_that_of_the_api():
    assert json.loads(OPENAPI.read_text()) == create_app().openapi()
