from churn.serving.app import create_app
from churn.serving.guard import Guard
from fastapi.testclient import TestClient


def test_each_doubt_is_flagged():
    flags = Guard(6.0, 30.0).flags([{"mean_radius": 14.0}, {"mean_radius": 900.0}])
    assert flags == [[], ["out_of_range:mean_radius"]]


def test_only_a_known_key_opens_the_api():
    client = TestClient(create_app(None))
    assert client.post("/predict", json=[{}]).status_code == 401
