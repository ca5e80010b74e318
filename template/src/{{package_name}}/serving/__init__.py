"""Predictions over HTTP. It loads the exported champion and imports no MLflow."""

import os

# Requests are small: threads inside one prediction cost more than they save, and compete with other
# requests. Set here, because OpenMP reads it once, when scikit-learn is imported.
os.environ.setdefault("OMP_NUM_THREADS", "1")
