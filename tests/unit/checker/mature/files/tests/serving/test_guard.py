from churn.serving.app import create_app
from churn.serving.guard import Guard
from fastapi.testclient import TestClient

KNOWN = [{"mean_radius": 6.0 + n / 10} for n in range(100)]
MOST = 0.05  # guard.max_false_flags of conf/operations.yaml


def test_each_doubt_is_flagged():
    flags = Guard(6.0, 30.0).flags([{"mean_radius": 14.0}, {"mean_radius": 900.0}])
    assert flags == [[], ["out_of_range:mean_radius"]]


def test_only_a_known_key_opens_the_api():
    client = TestClient(create_app(None))
    assert client.post("/predict", json=[{}]).status_code == 401


def test_an_unseen_category_is_flagged():
    flags = Guard(6.0, 30.0).flags([{"mean_radius": 9.0, "clinic": "east"}])
    assert flags == [["unseen_category:clinic"]]


def test_a_missing_key_feature_is_flagged():
    assert Guard(6.0, 30.0).flags([{}]) == [["missing_key_feature:mean_radius"]]


def test_known_rows_raise_few_false_flags():
    flagged = sum(bool(own) for own in Guard(6.0, 30.0).flags(KNOWN))
    assert flagged / len(KNOWN) <= MOST
