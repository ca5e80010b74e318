"""Reads a repository once into a Snapshot: what was observed, never what it is worth.

Nothing here imports, runs or changes what it reads; what an observation is worth is `maturity`'s.
"""
