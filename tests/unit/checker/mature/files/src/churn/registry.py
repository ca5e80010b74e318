"""Versions."""


def rollback(versions: list[str]) -> str:
    """Return the version before the last."""
    return versions[-2]
