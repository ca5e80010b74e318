"""Write template/docs/openapi.json.jinja: `python -m demo.openapi CLASSIFICATION REGRESSION`.

The arguments are two made projects of the package ml_project, one of each task, in which
`uv run poe openapi` was run. Lines that both have stand once; the others stand under their task.
"""

from __future__ import annotations

import difflib
import sys
from pathlib import Path

TARGET = Path(__file__).parents[1] / "template" / "docs" / "openapi.json.jinja"


def merged(one: list[str], other: list[str]) -> list[str]:
    """Return the lines of both files with Jinja's conditions around what differs."""
    lines: list[str] = []
    matcher = difflib.SequenceMatcher(a=one, b=other, autojunk=False)
    for tag, start, end, other_start, other_end in matcher.get_opcodes():
        if tag == "equal":
            lines += one[start:end]
            continue
        mine, theirs = one[start:end], other[other_start:other_end]
        lines += ["{%- if task == 'classification' %}", *mine] if mine else []
        lines += (
            ["{%- else %}" if mine else "{%- if task == 'regression' %}", *theirs] if theirs else []
        )
        lines.append("{%- endif %}")
    return lines


def main(projects: list[Path]) -> None:
    """Merge the two files."""
    one, other = [
        (project / "docs" / "openapi.json")
        .read_text()
        .replace('"ml_project"', '"{{ package_name }}"')
        .splitlines()
        for project in projects
    ]
    TARGET.write_text("\n".join(merged(one, other)) + "\n")


if __name__ == "__main__":
    main([Path(argument) for argument in sys.argv[1:3]])
