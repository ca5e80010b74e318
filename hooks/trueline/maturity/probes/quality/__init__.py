"""The probes of section 3: Code quality."""
