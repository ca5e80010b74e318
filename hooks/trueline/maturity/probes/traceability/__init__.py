"""The probes of section 2: Traceability and reproducibility."""
