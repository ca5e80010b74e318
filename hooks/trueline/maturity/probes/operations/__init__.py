"""The probes of section 4: Monitoring and support."""
