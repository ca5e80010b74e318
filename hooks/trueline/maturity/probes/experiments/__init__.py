"""The probes of section 7: A/B tests and feedback."""
