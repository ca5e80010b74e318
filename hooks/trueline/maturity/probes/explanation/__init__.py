"""The probes of section 6: Explainability."""
