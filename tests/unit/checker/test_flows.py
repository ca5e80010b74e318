"""What a function's answer depends on, and where its names lead: by hand on small code."""

from __future__ import annotations

from pathlib import Path

import pytest
from trueline.evidence import flows
from trueline.evidence.files import WorkTree
from trueline.evidence.flows import Flows


def read(root: Path, files: dict[str, str]) -> Flows:
    """Write modules of the package a, and read them."""
    tracked = set()
    for name, content in files.items():
        path = root / "src" / "a" / f"{name}.py"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content)
        tracked.add(str(path.relative_to(root)))
    return flows.read(WorkTree(root, frozenset(tracked)))


@pytest.mark.parametrize(
    ("body", "carried"),
    [
        ("return g()", True),
        ("x = g()\n    return x", True),
        ("x = [g()]\n    return {'a': x[0]}", True),
        ("if g():\n        raise ValueError\n    return 1", True),
        ("x = 1\n    if g():\n        x = 2\n    return x", True),
        ("out = []\n    for y in g():\n        out.append(y)\n    return out", True),
        ("yield g()", True),
        ("with g() as x:\n        return x", True),
        ("return 1 if g() else 2", True),
        ("def inner():\n        return g()\n    return inner", True),
        ("g()\n    return 1", False),
        ("x = g()\n    return 1", False),
        ("x = g()\n    print(x)\n    return 1", False),
        ("return 1\n    return g()", False),
        ("if False:\n        return g()\n    return 1", False),
        ("if a:\n        return 1\n    else:\n        raise KeyError\n    return g()", False),
        ("x = g()\n    x = 1\n    return 2", False),
        ("'''return g()'''", False),
    ],
)
def test_an_answer_depends_on_a_call(tmp_path: Path, body: str, carried: bool) -> None:
    found = read(tmp_path, {"m": f"from .g import g\n\ndef f(a):\n    {body}\n"})
    assert ("a.g.g" in found.functions["a.m.f"].carried) is carried


def test_names_are_followed(tmp_path: Path) -> None:
    service = """
from .guard import Guard as Careful
from . import store

class Service:
    def __init__(self):
        self.guard = Careful()
    def predict(self, rows):
        return self.guard.flags(rows)
    def running(self):
        return Writer(store.append)
"""
    app = """
from .serving import Service

def make(app, service: Service | None):
    async def predict(rows):
        return await service.predict(rows)
    app.post("/predict")(predict)

@app.route("/explain", methods=["GET", "POST"])
def told():
    return SERVICE.predict([])

SERVICE = Service()
"""
    found = read(
        tmp_path,
        {
            "app": app,
            "serving/__init__": "from .service import Service\n",
            "serving/service": service,
            "serving/guard": "class Guard:\n    def flags(self, rows):\n        return rows\n",
            "serving/store": "def append(row):\n    return row\n",
        },
    )
    handler = found.functions["a.app.make.predict"]
    assert handler.routes == {"POST /predict"}
    assert handler.carried == {"a.serving.Service.predict"}
    reached = {function.dotted for function in found.reach([handler.dotted])}
    assert {"a.serving.guard.Guard.flags", "a.serving.store.append"} <= reached
    narrow = {function.dotted for function in found.reach([handler.dotted], whole=False)}
    assert "a.serving.guard.Guard.flags" in narrow
    assert "a.serving.store.append" not in narrow
    told = found.functions["a.app.told"]
    assert told.routes == {"GET /explain", "POST /explain"}
    assert found.named("a.app.SERVICE.predict")[0].dotted == "a.serving.service.Service.predict"


def test_what_is_hashed_and_what_is_told(tmp_path: Path) -> None:
    code = """
import hashlib

def f(unit, salt, noise):
    made = hashlib.sha256(salt.encode())
    made.update(unit.encode())
    shares = noise + MEDIAN
    return {"contributions": shares, "digest": made.hexdigest()}, salt
"""
    function = read(tmp_path, {"m": code}).functions["a.m.f"]
    assert {"unit", "salt"} <= function.hashed
    assert "noise" not in function.hashed
    assert function.labels == {"contributions", "digest", "salt"}


def test_a_file_that_is_no_code_is_named(tmp_path: Path) -> None:
    found = read(tmp_path, {"good": "def f(): ...\n", "bad": "def f(:\n"})
    assert found.broken == (("src/a/bad.py", "not valid Python"),)
    assert "a.good.f" in found.functions
