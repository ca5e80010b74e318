"""The pre-commit hooks of a made project: green when fresh, red when they should be."""

from __future__ import annotations

from pathlib import Path

import pytest
from machine import Machine
from making import make_project

_KEY = "-----BEGIN RSA " + "PRIVATE KEY-----\nMIIE\n-----END RSA " + "PRIVATE KEY-----\n"
_NOTEBOOK = (
    '{"cells": [{"cell_type": "code", "execution_count": 1, "id": "0", "metadata": {}, "outputs": '
    '[{"name": "stdout", "output_type": "stream", "text": ["secret"]}], "source": ["print(1)"]}], '
    '"metadata": {}, "nbformat": 4, "nbformat_minor": 5}'
)
_CONFLICT = "<<<<<<< HEAD\na\n=======\nb\n>>>>>>> b\n"
# What is wrong -> the file that brings it and the name of the hook that must find it.
WRONG = {
    "an unused import": ("src/ml_project/lost.py", '"""Lost."""\n\nimport os\n', "lint"),
    "bad format": ("src/ml_project/lost.py", '"""Lost."""\n\nX = [ 1,2 ]\n', "format"),
    "a wrong type": ("src/ml_project/lost.py", '"""Lost."""\n\nX: int = "one"\n', "strict types"),
    "notebook output": ("notebooks/run.ipynb", _NOTEBOOK, "no outputs in notebooks"),
    "a large file": ("docs/big.bin", "x" * 600_000, "no large files"),
    "a private key": ("conf/key.pem", _KEY, "no secrets"),
    "a conflict": ("docs/notes.md", _CONFLICT, "no conflict markers"),
    "broken YAML": ("conf/more.yaml", "a: [1,\n", "YAML parses"),
}  # fmt: skip


@pytest.mark.parametrize("phase", ["production", "exploration"])
def test_hooks_pass_when_fresh_and_find_what_is_wrong(
    template_repo: Path, fresh_machine: Machine, phase: str
) -> None:
    project = make_project(fresh_machine, template_repo, {"phase": phase})
    # `make_project` commits; the hooks of the commit stage must have nothing to change.
    fresh_machine.run(["uv", "run", "pre-commit", "run", "--all-files"], project)
    assert fresh_machine.git("status", "--porcelain", cwd=project) == ""
    for what, (path, text, hook) in WRONG.items():
        file = project / path
        file.parent.mkdir(exist_ok=True)
        file.write_text(text)
        fresh_machine.git("add", "-A", cwd=project)
        done = fresh_machine.run(
            ["uv", "run", "pre-commit", "run", "--files", path], project, check=False
        )
        assert done.returncode == 1, f"{what}: {done.stdout}"
        assert f"{hook}{'.' * 3}" in done.stdout
        red = [line for line in done.stdout.splitlines() if line.endswith("Failed")]
        assert any(line.startswith(hook) for line in red), f"{what}: {done.stdout}"
        fresh_machine.git("reset", "-q", "--hard", cwd=project)


def test_a_push_runs_the_templates_own_hooks(template_repo: Path, fresh_machine: Machine) -> None:
    project = make_project(fresh_machine, template_repo, {})
    origin = fresh_machine.root / "origin.git"
    fresh_machine.run(["git", "init", "-q", "--bare", str(origin)])
    fresh_machine.git("remote", "add", "origin", f"file://{origin}", cwd=project)
    fresh_machine.run(["uv", "run", "pre-commit", "install"], project)
    pushed = fresh_machine.run(["git", "push", "-q", "origin", "main"], project)
    output = pushed.stdout + pushed.stderr
    assert "trueline check" in output
    assert "trueline align" in output
    assert "Failed" not in output

    (project / "MATURITY.md").write_text("all done\n")
    fresh_machine.git("commit", "-qam", "Edit a file of the template", "--no-verify", cwd=project)
    refused = fresh_machine.run(["git", "push", "-q", "origin", "main"], project, check=False)
    assert refused.returncode == 1
    assert "MATURITY.md" in refused.stdout + refused.stderr
    assert fresh_machine.git("rev-list", "--count", "main", cwd=origin) == "2"
