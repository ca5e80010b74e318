"""3.2.7: docstrings, and the reference that is made of them."""

from __future__ import annotations

import ast
import re

from unit.checker.building import Project

from . import Scenarios

CI, MKDOCS, PAGE = ".github/workflows/ci.yml", "mkdocs.yml", "docs/reference.md"
BUILD = "uv run mkdocs build --strict"
_DOCSTRING = re.compile(r'"""(.+?)"""')
scenario = Scenarios("3.2.7")


def total(project: Project) -> int:
    """Return how many public names there are, all of them documented (counted anew, by hand)."""
    count = 0
    for path in sorted((project.root / "src/churn").rglob("*.py")):
        body = ast.parse(path.read_text("utf-8"))
        kinds = (ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)
        tops = [node for node in body.body if isinstance(node, kinds)]
        inner = [n for top in tops if isinstance(top, ast.ClassDef) for n in top.body]
        methods = [node for node in inner if isinstance(node, kinds[1:])]
        public = [body, *(n for n in [*tops, *methods] if not n.name.startswith("_"))]
        lacking = [node for node in public if not ast.get_docstring(node)]
        assert not lacking, path
        count += len(public)
    return count


def dilute(project: Project, *, just_below: bool) -> None:
    """Add functions until four fifths of all public names are documented, or one name fewer."""
    known = total(project) + 1  # with the new module itself
    named = -known % 4
    bare = (known + named) // 4 + just_below
    parts = ['"""Extra."""\n', "\n\ndef _hidden():\n    return 0\n"]
    parts += [f'\n\ndef said{n}():\n    """Say {n}."""\n    return {n}\n' for n in range(named)]
    parts += [f"\n\ndef bare{n}():\n    return {n + 100}\n" for n in range(bare)]
    project.write("src/churn/extra.py", "".join(parts))


def rewrite(project: Project, replacement: str) -> None:
    """Put something else in place of every docstring below src/churn."""
    for path in (project.root / "src/churn").rglob("*.py"):
        changed = []
        for line in path.read_text("utf-8").splitlines():
            hit = _DOCSTRING.fullmatch(line.strip())
            indent = line[: len(line) - len(line.lstrip())]
            new = indent + (replacement.format(hit[1]) if hit else line.lstrip())
            changed.append(new)
            if hit and replacement.startswith("#"):
                changed.append(f"{indent}pass")
        path.write_text("\n".join(changed) + "\n", "utf-8")


scenario.simply(
    no_reference=lambda p: p.remove(MKDOCS, PAGE),
    no_record=lambda p: p.evidence.pop("reports/ci.json"),
    below=lambda p: dilute(p, just_below=True),
    edge=lambda p: dilute(p, just_below=False),
    hollow=lambda p: rewrite(p, '""" """'),
    comments=lambda p: rewrite(p, "# {}"),
    plugin_only=lambda p: p.remove(PAGE),
    lenient=lambda p: p.edit(CI, BUILD, "uv run mkdocs build"),
)


@scenario("sphinx")
def sphinx(project: Project) -> None:
    project.remove(MKDOCS, PAGE)
    project.write("docs/conf.py", 'project = "churn"\nextensions = ["sphinx.ext.autodoc"]\n')
    project.write("docs/index.rst", "Reference\n=========\n\n.. automodule:: churn\n   :members:\n")
    project.edit(CI, BUILD, "uv run sphinx-build -W docs site")
