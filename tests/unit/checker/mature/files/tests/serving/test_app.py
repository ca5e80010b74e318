import pytest
from churn.serving.app import create_app
from fastapi.testclient import TestClient


@pytest.fixture
def client():
    return TestClient(create_app(None))


def test_a_request_leaves_a_log_record(client, tmp_path):
    client.post("/predict", json=[{}])
    assert len((tmp_path / "2026-06-30.jsonl").read_text().splitlines()) == 1


def test_a_request_moves_the_metric(client):
    client.post("/predict", json=[{}])
    assert 'http_requests_total{method="POST"' in client.get("/metrics").text
