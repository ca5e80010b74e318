"""Each notebook runs from top to bottom, and is kept without outputs."""

from __future__ import annotations

import json
import runpy
from pathlib import Path
from typing import Any

import pytest

FOLDER = Path(__file__).parents[1] / "notebooks"


def code_cells(path: Path) -> list[dict[str, Any]]:
    """Give a notebook's cells of code, in order."""
    cells: list[dict[str, Any]] = json.loads(path.read_text(encoding="utf-8"))["cells"]
    return [cell for cell in cells if cell["cell_type"] == "code"]


@pytest.mark.parametrize("path", sorted(FOLDER.glob("*.ipynb")), ids=lambda path: path.name)
def test_notebook_runs(path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    # Plain Python, so that the suite needs no kernel: a notebook with `%` or `!` lines fails here.
    script = tmp_path / f"{path.stem}.py"
    script.write_text("\n\n".join("".join(cell["source"]) for cell in code_cells(path)), "utf-8")
    monkeypatch.chdir(FOLDER)
    names = runpy.run_path(str(script))
    assert set(names) - {name for name in names if name.startswith("__")}, "it defines nothing"


@pytest.mark.parametrize("path", sorted(FOLDER.glob("*.ipynb")), ids=lambda path: path.name)
def test_notebook_is_stripped(path: Path) -> None:
    assert [cell for cell in code_cells(path) if cell["outputs"] or cell["execution_count"]] == []
