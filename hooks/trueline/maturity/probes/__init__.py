"""One small class per statement.

A probe looks at a Snapshot and returns a Finding, nothing else.
"""
