"""Puts the served model under load; exits with 1 when a target is missed."""

from locust import FastHttpUser, task


class Client(FastHttpUser):
    """Somebody who wants predictions."""

    @task
    def predict(self) -> None:
        """Ask for one row."""
        self.client.post("/predict", json=[{"mean_radius": 14.0}])
