import pandas as pd
import pytest
from churn.features.derive import derive
from churn.serving.app import create_app
from fastapi.testclient import TestClient

TRAINING = [
    {"mean_radius": float(n), "mean_texture": 2.0 * n, "mean_area": 9.0, "mean_smoothness": 0.1}
    for n in range(1, 7)
]


class Echo:
    """A model that answers with the features it was given."""

    def predict(self, rows):
        return derive(pd.DataFrame(rows))["spread"].tolist()


@pytest.fixture
def client():
    return TestClient(create_app(Echo()))


def test_served_rows_equal_training_rows(client):
    expected = derive(pd.DataFrame(TRAINING))["spread"].tolist()
    assert client.post("/predict", json=TRAINING).json() == expected
