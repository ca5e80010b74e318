"""A file is written as a whole or not at all."""

from __future__ import annotations

from pathlib import Path

from ..errors import BadInput


def write(path: Path, text: str) -> None:
    """Write a file, line ends as they are in `text`. Raises BadInput, and then nothing changed."""
    part = path.with_name(f".{path.name}.part")
    try:
        part.write_bytes(text.encode("utf-8"))
        if path.exists():
            part.chmod(path.stat().st_mode & 0o7777)
        part.replace(path)
    except OSError as error:
        part.unlink(missing_ok=True)
        raise BadInput(f"cannot write {path}: {error.strerror}") from error
