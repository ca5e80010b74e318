"""Whether a reference of the code is made from its docstrings: mkdocs, Sphinx, or pdoc."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass

from . import imports, yamltext
from .document import mapping, sequence, text
from .files import WorkTree
from .python import parsed, walk

MKDOCS = ("mkdocs.yml", "mkdocs.yaml")
SPHINX = ("docs/conf.py", "docs/source/conf.py", "doc/conf.py", "doc/source/conf.py")
MOST = 1_000  # pages
# mkdocs' own tags name Python objects; only the rest of the file matters here.
_TAG = re.compile(r"!!?(?:python/[\w/:.]+|ENV|relative)\b")
_HIDDEN = re.compile(r"<!--.*?(?:-->|\Z)|^(```|~~~).*?^\1", re.DOTALL | re.MULTILINE)
_DIRECTIVE = re.compile(r"(?m)^:::[ \t]+([\w.]+)")
_AUTO = re.compile(
    r"(?m)^[ \t]*(?:\.\.[ \t]+(?:auto(?:module|class|function|summary))::|"
    r"(?:```|:::)\{auto(?:module|class|function|summary)\})"
)
_EXTENSIONS = frozenset({"sphinx.ext.autodoc", "sphinx.ext.autosummary"})
_WHOLE = frozenset({"autoapi.extension", "autodoc2"})  # they need no page of their own
_SCRIPTED = frozenset({"gen-files", "literate-nav", "api-autonav", "mkdocs-autoapi"})


@dataclass(frozen=True)
class Reference:
    """Which tool makes the reference and from where, or what it lacks."""

    tool: str = ""  # mkdocs, sphinx; '' for none that is configured
    config: str = ""
    page: str = ""  # the page that takes docstrings in; '' if none does
    strict: bool = False  # the configuration itself asks for it
    problem: str | None = None


def read(tree: WorkTree) -> Reference:
    """Read the configuration; the first that takes docstrings in counts."""
    found = [*_mkdocs(tree), *_sphinx(tree)]
    whole = [reference for reference in found if reference.page]
    return next(iter([*whole, *found]), Reference())


def _mkdocs(tree: WorkTree) -> Iterator[Reference]:
    path = tree.first(MKDOCS)
    if path is None:
        return
    document = tree.parsed(path, lambda content: mapping(yamltext.load(_TAG.sub("", content))))
    body = document.value
    if body is None:
        yield Reference("mkdocs", path, problem=document.problem)
        return
    plugins = dict(_plugins(body.get("plugins")))
    strict = body.get("strict") is True
    if "mkdocstrings" not in plugins:
        yield Reference("mkdocs", path, strict=strict)
        return
    folder = text(body.get("docs_dir")) or "docs"
    listed = _navigation(body.get("nav"))
    scripts = [
        text(script) for script in sequence(mapping(plugins.get("gen-files")).get("scripts"))
    ]
    page = ""
    for name in tree.below(folder, ".md")[:MOST]:
        shown = name.removeprefix(f"{folder.rstrip('/')}/")
        if body.get("nav") is None or shown in listed or _SCRIPTED & set(plugins):
            content = _HIDDEN.sub("", tree.text(name).value or "")
            if any(_own(target, tree) for target in _DIRECTIVE.findall(content)):
                page = name
                break
    for script in scripts:
        page = page or (script if ":::" in (tree.text(script).value or "") else "")
    yield Reference("mkdocs", path, page, strict)


def _plugins(value: object) -> Iterator[tuple[str, object]]:
    for item in [value] if isinstance(value, dict) else sequence(value):
        if isinstance(item, dict):
            yield from mapping(item).items()
        else:
            yield text(item), None


def _navigation(value: object) -> set[str]:
    found: set[str] = set()
    waiting = [value]
    while waiting:
        item = waiting.pop()
        if isinstance(item, dict):
            waiting += item.values()
        elif isinstance(item, list):
            waiting += item
        else:
            found.add(text(item))
    return found


def _own(target: str, tree: WorkTree) -> bool:
    """Tell whether a dotted name begins with a package of the repository."""
    first = target.partition(".")[0]
    return any(
        path.startswith(f"{root}{first}/" if root == imports.ROOT else root)
        for root in imports.roots(tree)
        for path in tree.below(root, ".py")
    )


def _sphinx(tree: WorkTree) -> Iterator[Reference]:
    path = tree.first(SPHINX)
    if path is None:
        return
    document = parsed(tree, path)
    if document.value is None:
        yield Reference("sphinx", path, problem=document.problem)
        return
    named = set(_extensions(document.value))
    page = path if named & _WHOLE else ""
    if not page and named & _EXTENSIONS:
        folder = path.removesuffix("/conf.py")
        pages = tree.below(folder, ".rst", ".md")[:MOST]
        page = next((p for p in pages if _AUTO.search(tree.text(p).value or "")), "")
    yield Reference("sphinx", path, page)


def _extensions(body: ast.Module) -> Iterator[str]:
    for node in body.body:
        if isinstance(node, (ast.Assign, ast.AugAssign, ast.AnnAssign)) and node.value is not None:
            heads = node.targets if isinstance(node, ast.Assign) else [node.target]
            if any(isinstance(head, ast.Name) and head.id == "extensions" for head in heads):
                for part in walk(node.value):
                    if isinstance(part, ast.Constant) and isinstance(part.value, str):
                        yield part.value
