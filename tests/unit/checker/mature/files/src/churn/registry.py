"""Versions."""


def rollback(versions: list[str]) -> str:
    """Return the version before the last."""
    return versions[-2]


def promote(version: str, deployed: str, pinned: set[str]) -> str:
    """Deploy a version, unless it would replace one that a running experiment compares."""
    if deployed in pinned:
        raise ValueError(f"version {deployed} is a variant of an experiment that runs")
    return version
