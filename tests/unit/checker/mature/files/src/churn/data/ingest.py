"""Ingest."""


def rows(frame: list[dict[str, object]]) -> list[dict[str, object]]:
    """Return the labelled rows."""
    return [row for row in frame if row["malignant"] is not None]
