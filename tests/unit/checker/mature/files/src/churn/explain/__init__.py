"""Why the model answered so."""
