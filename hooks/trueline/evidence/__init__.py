"""Reads a repository once into a Snapshot: what was observed, never what it is worth."""
