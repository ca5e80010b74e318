"""The probes of section 5: Transformation and feature store."""
