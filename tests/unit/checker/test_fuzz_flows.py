"""Functions are followed or named, whatever stands in the code, and in bounded time."""

from __future__ import annotations

import time
from pathlib import Path

from hypothesis import given
from trueline.evidence import flows
from unit.checker.test_fuzz import _Held, bent, quickly

CODE = """
class Service:
    limit: float = 0.5

    def __init__(self, guard: Guard | None = None) -> None:
        self.guard, self.log = guard or Guard(), prediction_log

    async def predict(self, rows: list[Row], *, times: int = 1) -> Answer:
        with self.log.journal(rows) as (first, *rest):
            if (flags := self.guard.flags(rows)) and not self.guard.refused(flags):
                return Answer(flags=[f for row in flags for f in row if f], total=len(rest))
        for row in rows: yield await self.guard.ask(row) if row else {"base": self.limit}
        match rows:
            case [one, *others] if others: rows[0].part = hashlib.sha256(b"a").update(one)
        while True: raise HTTPException(422, f"{flags!r}")

app.add_api_route("/explain", Service().predict, methods=["POST"])
"""


@quickly
@given(bent(CODE))
def test_bent_functions_are_followed_or_named(content: str) -> None:
    tree = _Held(
        Path("/nowhere"), frozenset({"src/a/b/c.py", "src/a/__init__.py"}), content=content
    )
    found = flows.read(tree)
    assert found.functions or found.broken
    for function in found.functions.values():
        assert function.carried | function.used <= function.calls
        assert found.reach([function.dotted]) or not function.name


def test_code_that_was_made_to_take_long_does_not() -> None:
    started = time.perf_counter()
    for content in (
        "def f(a):\n" + " a = b.c\n b = a.d\n" * 4_000,
        "def f(a):\n x = a" + ".b" * 2_000 + "\n return x\n",
        "def f(a):\n if a: return 1\n" + " elif a: return 2\n" * 800,
        "".join(f"def a{n}(): return a{n + 1}()\n" for n in range(8_000)),
        "a = 1\n" * 200_000,
    ):
        flows.read(_Held(Path("/nowhere"), frozenset({"src/a/b.py"}), content=content))
    assert time.perf_counter() - started < 30
