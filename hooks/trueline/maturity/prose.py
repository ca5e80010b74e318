"""Makes `prose_digests.json`: the words of each release's prose, as short hashes.

Those of the documents that a project starts later count as well.
Run at a release: `python -m trueline.maturity.prose --add VERSION TEMPLATE_DIR`.
"""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from typing import Any

from ..evidence.released import DIGESTS, Released, ReleasedText, all_words, asked, digest, load

STARTERS = Path(__file__).parents[1] / "starters"
_PROSE = (".md", ".yaml")


def digests(template: Path) -> Released:
    """Return the words of every prose file below `docs/` of a template's folder."""
    paths: dict[str, ReleasedText] = {}
    for file in sorted((template / "docs").rglob("*")):
        path = file.relative_to(template).as_posix().removesuffix(".jinja")
        if file.is_file() and path.endswith(_PROSE):
            content = file.read_text("utf-8")
            known = frozenset(digest(word) for word in all_words(content))
            required = asked(content) if path.endswith(".md") else ()
            paths[path] = ReleasedText(known, (required,) if required else ())
    return Released(paths)


def merged(before: Released, after: Released) -> Released:
    """Return both releases' texts in one: a word once released never becomes the user's own."""
    paths = dict(before.paths)
    for path, new in after.paths.items():
        known = paths.get(path, ReleasedText())
        required = tuple(dict.fromkeys([*known.required, *new.required]))
        paths[path] = ReleasedText(known.words | new.words, required)
    return Released(paths)


def write(released: Released, versions: list[str], path: Path = DIGESTS) -> None:
    """Write the digests, sorted, so that a release changes few lines."""
    body: dict[str, Any] = {
        "schema": 1,
        "versions": versions,
        "paths": {
            name: {"required": [list(r) for r in text.required], "words": sorted(text.words)}
            for name, text in sorted(released.paths.items())
        },
    }
    path.write_text(json.dumps(body, indent=1, ensure_ascii=False) + "\n", "utf-8")


def main(arguments: list[str] | None = None) -> int:
    """Add one release's texts to the digests that travel with the package."""
    parser = argparse.ArgumentParser(prog="python -m trueline.maturity.prose", description=__doc__)
    parser.add_argument("--add", metavar="VERSION", required=True)
    parser.add_argument("template", type=Path, metavar="TEMPLATE_DIR")
    given = parser.parse_args(arguments)
    if not (given.template / "docs").is_dir():
        print(f"{given.template} has no folder docs", file=sys.stderr)
        return 2
    known = json.loads(DIGESTS.read_text("utf-8"))["versions"] if DIGESTS.is_file() else []
    versions = [*(version for version in known if version != given.add), given.add]
    shipped = merged(digests(given.template), digests(STARTERS))
    write(merged(load(), shipped), versions)
    return 0


if __name__ == "__main__":
    sys.exit(main())
