"""The register of features."""

import hashlib
from pathlib import Path

import yaml

PATH = Path("conf/features.yaml")


def load(path: Path = PATH) -> dict[str, dict]:
    """Return each feature with what is said of it."""
    body = yaml.safe_load(path.read_text())
    return {**body["features"], **body["derived"]}


def digest(path: Path = PATH) -> str:
    """Return what tells one state of the register from another."""
    return hashlib.sha256(path.read_bytes()).hexdigest()


def resolve(entries: dict[str, dict]) -> list[str]:
    """Return the names so that each comes after what it depends on."""
    order: list[str] = []

    def visit(name: str, above: tuple[str, ...]) -> None:
        if name in above or name not in entries:
            raise ValueError(name)
        for other in entries[name]["depends_on"]:
            visit(other, (*above, name))
        order.extend([] if name in order else [name])

    for name in entries:
        visit(name, ())
    return order
