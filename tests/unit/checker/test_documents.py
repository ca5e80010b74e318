"""Readers behind the statements on documents; every figure was counted by hand."""

from __future__ import annotations

from pathlib import Path
from textwrap import dedent

import pytest
from trueline.evidence import (
    docstrings,
    functions,
    imports,
    reference,
)
from trueline.evidence.files import WorkTree


def tree(root: Path, files: dict[str, str]) -> WorkTree:
    """Write files and return them as tracked."""
    for path, content in files.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(dedent(content), "utf-8")
    return WorkTree(root, frozenset(files))


def test_imports_are_resolved_at_any_depth(tmp_path: Path) -> None:
    found = imports.read(
        tree(
            tmp_path,
            {
                "src/a/__init__.py": "",
                "src/a/b/__init__.py": "from .c import f\n",
                "src/a/b/c.py": "import numpy as np\nimport a.d\n\ndef f():\n    from ..e import g\n    return g\n",
                "src/a/d.py": "from . import e\n",
                "src/a/e.py": "import importlib\nh = importlib.import_module('a.f')\n",
                "src/a/f.py": "from ...too import high\n",
            },
        )
    )
    by_name = {name: module.imports for name, module in found.modules.items()}
    assert by_name == {
        "a": frozenset(),
        "a.b": {"a.b.c"},
        "a.b.c": {"a.d", "a.e"},
        "a.d": {"a", "a.e"},
        "a.e": {"a.f"},
        "a.f": frozenset(),
    }
    assert found.reached("a.b") == {"a", "a.b.c", "a.d", "a.e", "a.f"}
    assert found.foreign(["a.b.c", "a.e"]) == {"numpy", "importlib"}
    assert [module.path for module in found.within("a.b")] == [
        "src/a/b/__init__.py",
        "src/a/b/c.py",
    ]


def test_packages_at_the_top_are_found_without_src(tmp_path: Path) -> None:
    found = imports.read(
        tree(
            tmp_path,
            {
                "a/__init__.py": "",
                "a/b.py": "import a",
                "tests/__init__.py": "",
                "tests/t.py": "import a",
            },
        )
    )
    assert set(found.modules) == {"a", "a.b"}


def test_a_copy_is_told_by_its_tree(tmp_path: Path) -> None:
    short = "def f(x):\n    return x + 1\n"
    body = "    y = [a * 2 for a in x if a > 3]\n    y.sort(key=lambda a: -a)\n    return sum(y) / len(y)\n"
    found = functions.read(
        tree(
            tmp_path,
            {
                "src/a/one/m.py": short + f"def long(x):\n{body}",
                "src/a/two/m.py": short.replace("f(x)", "g(x)")
                + f"def renamed(x):\n    # Again.\n{body}",
                "src/a/two/n.py": f"def renamed(x):\n{body}",
                "src/a/three/m.py": "def f(x):\n    '''Add one.'''\n    return x + 1\n\ndef h():\n    ...\n",
                "src/a/four/m.py": "def h():\n    pass\n",
            },
        )
    )
    # Short ones count as copies only under the same name and docstring; `long` is in two packages,
    # and what one package has twice is its own business.
    assert [(one.dotted, other.dotted) for one, other in found.copies()] == [
        ("a.one.m.long", "a.two.m.renamed")
    ]


def test_commands_lead_to_functions(tmp_path: Path) -> None:
    found = functions.read(
        tree(
            tmp_path,
            {
                "src/a/__init__.py": "",
                "src/a/cli.py": (
                    "import click\nfrom .data import load as loading\n\n@click.command('load')\n"
                    "def load_():\n    _go()\n\n@click.command\ndef check_rows():\n    pass\n\n"
                    "def _go():\n    loading.run()\n\nCOMMANDS = {'again': loading.run}\n"
                ),
                "src/a/data/load.py": "def run():\n    return _inner()\n\ndef _inner():\n    return 1\n\n"
                "if __name__ == '__main__':\n    run()\n",
            },
        )
    )
    assert found.commands == {
        "a.cli": {
            "load": {"a.cli.load_"},
            "check-rows": {"a.cli.check_rows"},
            "again": {"a.data.load", "a.data.load.run"},
        }
    }
    assert found.known["a.cli.load_"].uses == {"a.cli._go"}
    assert found.known["a.cli._go"].uses == {"a.data.load", "a.data.load.run"}
    assert found.scripts == {"a.data.load": {"a.data.load.run"}}


def test_docstrings_of_public_names_are_counted(tmp_path: Path) -> None:
    # Public: the module, A, A.m, A.p (once), f, g. Documented: the module, A, A.p, g.
    source = '''
        """Module."""

        class A:
            """A class."""

            def __init__(self): ...
            def _hidden(self): ...
            def m(self): ...

            @property
            def p(self):
                """A property."""

            @p.setter
            def p(self, value): ...

        def f():
            """ """
            def inner(): ...

        async def g():
            """An async function."""

        def _private(): ...
    '''
    found = docstrings.read(
        tree(
            tmp_path, {"src/a/__init__.py": "", "src/a/m.py": source, "src/a/_b.py": "def x(): ..."}
        )
    )
    assert (found.total, found.documented) == (6, 4)
    assert [(path, name) for path, _, name in found.lacking] == [
        ("src/a/m.py", "A.m"),
        ("src/a/m.py", "f"),
    ]
    assert docstrings.read(tree(tmp_path, {"src/a/n.py": "def ("})).broken[0][0] == "src/a/n.py"


MKDOCS = """
    site_name: a
    markdown_extensions:
      - pymdownx.emoji:
          emoji_index: !!python/name:material.extensions.emoji.twemoji
    plugins: [search, mkdocstrings]
    strict: !ENV [STRICT, true]
"""


def test_mkdocs_with_its_own_tags_is_read(tmp_path: Path) -> None:
    found = reference.read(
        tree(tmp_path, {"mkdocs.yml": MKDOCS, "docs/api.md": "# A\n\n::: a.b\n", "src/a/b.py": ""})
    )
    assert (found.tool, found.page, found.strict) == ("mkdocs", "docs/api.md", False)


@pytest.mark.parametrize(
    "page",
    ["<!--\n::: a.b\n-->\n", "```\n::: a.b\n```\n", "::: numpy\n", "text ::: a.b\n"],
    ids=["comment", "code", "foreign", "inside a line"],
)
def test_what_only_looks_like_a_reference(tmp_path: Path, page: str) -> None:
    files = tree(tmp_path, {"mkdocs.yml": MKDOCS, "docs/api.md": page, "src/a/b.py": ""})
    assert reference.read(files).page == ""


def test_a_page_outside_the_navigation_is_not_shown(tmp_path: Path) -> None:
    shown = MKDOCS + "    nav: [index.md]\n"
    files = tree(tmp_path, {"mkdocs.yml": shown, "docs/api.md": "::: a.b\n", "src/a/b.py": ""})
    assert reference.read(files).page == ""


def test_sphinx_needs_a_directive_or_an_extension_that_needs_none(tmp_path: Path) -> None:
    conf = "extensions = ['sphinx.ext.autodoc']\nextensions += ['myst_parser']\n"
    assert (
        reference.read(tree(tmp_path, {"docs/conf.py": conf, "docs/index.rst": "A\n=\n"})).page
        == ""
    )
    page = "A\n=\n\n.. autoclass:: a.B\n"
    assert (
        reference.read(tree(tmp_path, {"docs/conf.py": conf, "docs/index.rst": page})).page
        == "docs/index.rst"
    )
    whole = "extensions: list[str] = ['autoapi.extension']\n"
    assert reference.read(tree(tmp_path, {"docs/conf.py": whole})).page == "docs/conf.py"
