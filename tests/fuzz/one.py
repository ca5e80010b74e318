"""Fuzz one target: `python -m tests.fuzz.one TARGET [libFuzzer's options] CORPUS`."""

from __future__ import annotations

import sys

import atheris

with atheris.instrument_imports(include=["trueline", "yaml"], enable_loader_override=False):
    from tests.fuzz import targets


def main() -> None:
    """Hand libFuzzer its options and run until it ends."""
    target = targets.TARGETS[sys.argv.pop(1)]
    atheris.Setup(sys.argv, lambda content: targets.one(target, content))
    atheris.Fuzz()


if __name__ == "__main__":
    main()
