"""What is made to grow or to take long is refused, and in bounded time."""

from __future__ import annotations

import time
from collections.abc import Callable

import pytest
from trueline.evidence import (
    environment,
    hcl,
    jsontext,
    manifests,
    shell,
    tasks,
    yamltext,
)
from trueline.evidence import (
    junit as junits,
)
from trueline.evidence.document import Malformed
from trueline.evidence.released import Released, unwritten
from unit.checker.test_fuzz import total

BOMBS = {
    "deep": "[" * 50_000,
    "deep map": "{a: " * 50_000,
    "deep blocks": "\n".join(" " * n + "a:" for n in range(3_000)),
    "aliases": "\n".join(
        ["a0: &a0 [x]", *(f"a{n}: &a{n} [{','.join([f'*a{n - 1}'] * 3)}]" for n in range(1, 11))]
    ),
    "merges": "\n".join(
        ["a0: &a0 {k: v}", *(f"a{n}: &a{n} {{<<: [*a{n - 1}, *a{n - 1}]}}" for n in range(1, 16))]
    ),
    "circle": "a: &a [*a]",
    "large": "a: 1\n" * 300_000,
    "python": "!!python/object/apply:os.system [id]",
    "many": "--- 1\n--- 2\n",
    "number": "a: " + "9" * 10_000,
    "date": "a: 2026-99-99",
    "key": "? [a]\n: 1\n? {b: 1}\n: 2",
}


@pytest.mark.parametrize("name", BOMBS)
def test_a_bomb_does_not_go_off(name: str) -> None:
    started = time.perf_counter()
    total(yamltext.load, BOMBS[name])
    assert time.perf_counter() - started < 2


def test_entities_are_refused() -> None:
    bomb = '<!DOCTYPE x [<!ENTITY a "aaaa">]><testsuites><testsuite name="&a;"/></testsuites>'
    with pytest.raises(Malformed, match="document type"):
        junits.parse(bomb)


SLOW: dict[str, tuple[Callable[[str], object], str]] = {
    "spaces before a colon": (tasks.make, " " * 500_000 + "x"),
    "open documents": (shell.commands, "cat <<A\n" * 12_000),
    "long line": (shell.commands, "a " * 45_000),
    "headings": (lambda text: unwritten("a.md", text, Released()), "## a\nb\n" * 100_000),
    "prompts": (lambda text: unwritten("a.md", text, Released()), ": : - " * 150_000),
    "packages": (environment.locked_names, "[[package]]\n" * 200_000),
    "open comments": (lambda text: unwritten("a.md", text, Released()), "<!-- " * 200_000),
    "brackets": (jsontext.load, "[" * 1_000_000),
    "open templates": (hcl.parse, '"${' * 150_000),
    "open texts": (hcl.parse, "a = <<A\nA\n" * 50_000),
    "spaces before a word": (hcl.parse, "a = <<A\n" + " " * 400_000),
    "dashes": (manifests.documents, "---\n" * 200_000),
}


@pytest.mark.parametrize("name", SLOW)
def test_no_text_takes_long(name: str) -> None:
    parse, content = SLOW[name]
    started = time.perf_counter()
    total(parse, content)
    assert time.perf_counter() - started < 4
