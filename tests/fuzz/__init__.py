"""Coverage-guided fuzzing of everything that reads what strangers wrote (`make test-long`, atheris)."""
