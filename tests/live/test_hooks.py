"""The pre-commit hooks of a made project: green when fresh, red when they should be."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml
from machine import Machine
from making import make_project

_KEY = "-----BEGIN RSA " + "PRIVATE KEY-----\nMIIE\n-----END RSA " + "PRIVATE KEY-----\n"
_NOTEBOOK = (
    '{"cells": [{"cell_type": "code", "execution_count": 1, "id": "0", "metadata": {}, "outputs": '
    '[{"name": "stdout", "output_type": "stream", "text": ["secret"]}], "source": ["print(1)"]}], '
    '"metadata": {}, "nbformat": 4, "nbformat_minor": 5}'
)
_CONFLICT = "<<<<<<< HEAD\na\n=======\nb\n>>>>>>> b\n"
_DEPENDENCIES = ("dependencies = [", 'dependencies = [\n  "tabulate",')
_NEW_DEPENDENCY = "one more in the list"
# What is wrong -> the file that brings it and the hook that must find it.
WRONG = {
    "an unused import": ("src/ml_project/lost.py", '"""Lost."""\n\nimport os\n', "ruff-check"),
    "bad format": ("src/ml_project/lost.py", '"""Lost."""\n\nX = [ 1,2 ]\n', "ruff-format"),
    "a wrong type": ("src/ml_project/lost.py", '"""Lost."""\n\nX: int = "one"\n', "mypy"),
    "notebook output": ("notebooks/run.ipynb", _NOTEBOOK, "nbstripout"),
    "a large file": ("docs/big.bin", "x" * 600_000, "check-added-large-files"),
    "a private key": ("conf/key.pem", _KEY, "detect-private-key"),
    "a conflict": ("docs/notes.md", _CONFLICT, "check-merge-conflict"),
    "broken YAML": ("conf/more.yaml", "a: [1,\n", "check-yaml"),
    "a lock left behind": ("pyproject.toml", _NEW_DEPENDENCY, "lock"),
}  # fmt: skip


@pytest.mark.long
def test_hooks_have_nothing_to_change_in_a_fresh_exploration(
    template_repo: Path, fresh_machine: Machine
) -> None:
    """For production the same is shown by the job `lint` of test_workflows.py."""
    project = make_project(fresh_machine, template_repo, {"phase": "exploration"})
    fresh_machine.run(["uv", "run", "pre-commit", "run", "--all-files"], project)
    assert fresh_machine.git("status", "--porcelain", cwd=project) == ""


def test_hooks_find_what_is_wrong(template_repo: Path, fresh_machine: Machine) -> None:
    """The control, a project with nothing wrong, is the job `lint` of test_workflows.py."""
    project = make_project(fresh_machine, template_repo, {})
    hooks = yaml.safe_load((project / ".pre-commit-config.yaml").read_text())["repos"][0]["hooks"]
    assert {hook["id"] for hook in hooks} == {hook for _, _, hook in WRONG.values()}
    for what, (path, text, hook) in WRONG.items():
        file = project / path
        before = file.read_text() if file.exists() else ""
        file.parent.mkdir(exist_ok=True)
        file.write_text(before.replace(*_DEPENDENCIES) if text == _NEW_DEPENDENCY else text)
        fresh_machine.git("add", "-A", cwd=project)
        command = ["uv", "run", "--frozen", "pre-commit", "run", hook, "--files", path]
        done = fresh_machine.run(command, project, check=False)
        assert done.returncode == 1, f"{what}: {done.stdout}{done.stderr}"
        assert "...Failed\n" in done.stdout, f"{what}: {done.stdout}"
        fresh_machine.git("reset", "-q", "--hard", cwd=project)


@pytest.mark.long
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
