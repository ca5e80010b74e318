"""The targets of the fuzzing lane run on their own seeds, so that they do not rot between long runs."""

from __future__ import annotations

import pytest
from fuzz.targets import TARGETS, one, refused, seeds
from trueline.evidence.document import Malformed


@pytest.mark.parametrize("name", TARGETS)
def test_a_target_reads_its_seeds(name: str) -> None:
    contents = seeds(name)
    assert contents
    for content in contents:
        one(TARGETS[name], content)
        one(
            TARGETS[name],
            content[: len(content) // 2] + b"\xff\x00[" + content[len(content) // 2 :],
        )
        one(TARGETS[name], content[len(content) // 3 :])


def test_a_target_lets_other_errors_through() -> None:
    def falls(_content: str) -> None:
        raise ValueError("anything")

    def refuses(_content: str) -> None:
        raise Malformed("not this")

    refused(refuses, "")
    with pytest.raises(ValueError, match="anything"):
        refused(falls, "")
