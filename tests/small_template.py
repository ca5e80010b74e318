"""A template of a dozen files with two releases, in a git repository: what updates are tried on.

0.2.0 renames the shared file monitoring/html.py to monitoring/page.py, changes train.py and a
workflow, adds a dependency, a file and a seed, and removes a file. It has a migration, as a release
that renames must.
"""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

ROOT = Path(__file__).parents[1]

_COPIER = """\
project_name: {type: str, default: Small}
package_name:
  type: str
  default: "{{ project_name | lower }}"
  validator: >-
    {% if not (package_name | regex_search('^[a-z_]+$')) %}must be lower case{% endif %}
phase: {type: str, choices: [production, exploration], default: production}
serving:
  type: str
  choices: [realtime, batch]
  default: realtime
  when: "{{ phase == 'production' }}"
_subdirectory: template
_envops: {undefined: jinja2.StrictUndefined}
_skip_if_exists: [/README.md, /params.yaml, "/src/*/data/source.py", /docs/]
_exclude:
  - "__pycache__"
  - "{% if phase == 'exploration' %}/Dockerfile{% endif %}"
"""
_MIGRATIONS = """\
_migrations:
  - version: v0.2.0
    command:
      - "{{ _copier_python }}"
      - "{{ pathjoin(_copier_conf.src_path, 'hooks/migrations/carry_renames.py') }}"
"""
_PYPROJECT = """\
[project]
name = "{{ package_name }}"
version = "0.0.0"
requires-python = ">=3.11"
dependencies = [
  "click~=8.1",  # the command line
  "numpy~=2.0",
  "pandas~=2.2",
]

[tool.poe.tasks]
lint = "ruff check"
test = "pytest"

[tool.ruff]
line-length = 100
"""
_HTML = '"""Renders the page."""\n\n\n' + "\n\n".join(
    f'def section_{n}(report: dict[str, str]) -> str:\n    return report["{n}"]\n' for n in range(6)
)
_TRAIN = '"""Trains."""\n\n' + "".join(f"STEP_{n} = {n}\n\n" for n in range(12))
FIRST = {
    "copier.yml": _COPIER,
    "hooks/migrations/renames.yaml": "{}\n",
    "hooks/trueline/alignment/ownership.yaml": (
        "generated: [/.copier-answers.yml]\n"
        'seed: [/README.md, /params.yaml, "/src/*/data/source.py", /docs/]\n'
        "owned: [/.github/workflows/]\nshared: [/]\n"
    ),
    "template/.copier-answers.yml.jinja": "# By Copier.\n{{ _copier_answers | to_nice_yaml -}}\n",
    "template/.github/workflows/ci.yml": "name: ci\non: push\njobs: {}\n",
    "template/.gitignore": "/data/\n*.rej\n",
    "template/Dockerfile": "FROM scratch\n",
    "template/README.md.jinja": "# {{ project_name }}\n",
    "template/pyproject.toml.jinja": _PYPROJECT,
    "template/params.yaml": "seed: 1\n",
    "template/src/{{package_name}}/__init__.py": "",
    "template/src/{{package_name}}/data/source.py": "PATH = 'sample'\n",
    "template/src/{{package_name}}/legacy.py": "OLD = True\n",
    "template/src/{{package_name}}/model/train.py": _TRAIN,
    "template/src/{{package_name}}/monitoring/html.py": _HTML,
    "template/tests/test_page.py.jinja": "import {{ package_name }}.monitoring.html\n",
}
_PAGE = "template/src/{{package_name}}/monitoring/page.py"
SECOND = {
    "copier.yml": _COPIER + _MIGRATIONS,
    "hooks/migrations/renames.yaml": (
        "v0.2.0:\n"
        "  src/{{ package_name }}/monitoring/html.py: src/{{ package_name }}/monitoring/page.py\n"
        "  src/{{ package_name }}/legacy.py: null\n"
    ),
    "template/.github/workflows/ci.yml": "name: ci\non: [push, pull_request]\njobs: {}\n",
    "template/docs/goals.md": "# Goals\n",
    "template/pyproject.toml.jinja": _PYPROJECT.replace(
        '  "numpy~=2.0",\n', '  "mlflow~=3.1",  # runs and models\n  "numpy~=2.1",\n'
    ).replace('test = "pytest"\n', 'test = "pytest"\nserve = "uvicorn app"\n'),
    "template/src/{{package_name}}/model/train.py": _TRAIN.replace("STEP_2 = 2", "STEP_2 = 22"),
    "template/src/{{package_name}}/model/gate.py": "GAIN = 0.01\n",
    _PAGE: _HTML.replace("Renders the page.", "Renders the drift page.").replace(
        'report["5"]', 'report.get("5", "")'
    ),
    "template/tests/test_page.py.jinja": "import {{ package_name }}.monitoring.page\n",
}
_GONE = ["monitoring/html.py", "legacy.py"]
_BY = {
    f"GIT_{who}_{what}": value
    for who in ("AUTHOR", "COMMITTER")
    for what, value in (("NAME", "Template"), ("EMAIL", "t@example.org"))
}


def git(cwd: Path, *args: str, **env: str) -> str:
    """Run git in `cwd` as the template's author and return what it printed."""
    return subprocess.run(
        ["git", *args], cwd=cwd, check=True, text=True, capture_output=True,
        env={**os.environ, **_BY, **env},
    ).stdout.strip()  # fmt: skip


def write(folder: Path, files: dict[str, str]) -> None:
    """Write files below `folder`."""
    for path, text in files.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(text)


def release(
    folder: Path, version: str, files: dict[str, str], gone: list[str] | None = None
) -> None:
    """Commit and tag files, and the loss of the package files `gone`, in the template."""
    for path in gone or []:
        (folder / "template/src/{{package_name}}" / path).unlink()
    write(folder, files)
    git(folder, "add", "-A")
    git(folder, "commit", "-qm", version)
    git(folder, "tag", version)


def build(folder: Path) -> Path:
    """Make the template with both releases in the new folder `folder`."""
    folder.mkdir(parents=True)
    git(folder, "init", "-q", "-b", "main")
    (folder / "hooks/migrations").mkdir(parents=True)
    shutil.copy(ROOT / "hooks/migrations/carry_renames.py", folder / "hooks/migrations")
    release(folder, "v0.1.0", FIRST)
    release(folder, "v0.2.0", SECOND, _GONE)
    return folder
