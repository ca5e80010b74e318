"""Who gets which variant."""

import hashlib


def assign(unit: str, experiment: dict) -> str:
    """Return the unit's variant, the same each time."""
    digest = hashlib.sha256(f"{experiment['salt']}:{unit}".encode()).digest()
    variants = sorted(experiment["variants"])
    return variants[int.from_bytes(digest[:8], "big") % len(variants)]
