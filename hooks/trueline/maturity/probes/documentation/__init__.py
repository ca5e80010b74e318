"""The probes of section 1: Documentation."""
