"""Predictions: the guard of every answer, and the API, which imports no MLflow."""
