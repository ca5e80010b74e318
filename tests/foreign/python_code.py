"""What Python code and notebooks hold, by AST: imports, public names, and what their tests do."""

import ast
import re
from collections.abc import Iterable, Iterator
from typing import Any


def notebook(book: dict[str, Any]) -> dict[str, Any]:
    """How many cells of which kind, how many carry outputs, and what the code imports."""
    cells = book["cells"]
    code = [c for c in cells if c.get("cell_type") == "code"]
    found: list[str] = []
    for cell in code:
        source = "".join(cell.get("source", []))
        lines = [line for line in source.splitlines() if not line.lstrip().startswith(("%", "!"))]
        try:
            found += imports(ast.parse("\n".join(lines)))
        except SyntaxError:
            continue
    return {
        "code": len(code),
        "other": len(cells) - len(code),
        "with_outputs": sum(bool(c.get("outputs")) for c in code),
        "imports": list(dict.fromkeys(found)),
    }


def imports(tree: ast.AST) -> list[str]:
    """Import statements without their aliases, wherever they stand, in order, each once."""
    found = [n for n in ast.walk(tree) if isinstance(n, (ast.Import, ast.ImportFrom))]
    for node in found:
        for alias in node.names:
            alias.asname = None
    lines = [ast.unparse(n) for n in sorted(found, key=lambda n: (n.lineno, n.col_offset))]
    return list(dict.fromkeys(lines))


def python(tree: ast.Module) -> dict[str, Any]:
    known = bound(tree)  # before the imports lose their aliases
    own = {node.name: node.name for node in defined(tree.body) if kept(node, "module")}
    facts: dict[str, Any] = {"doc": ast.get_docstring(tree) is not None, "imports": imports(tree)}
    facts |= {"names": list(definitions(tree.body, "module", own | known))}
    uses = used(tree.body, own | known, "module")
    return facts | ({"uses": uses} if uses else {})


def bound(tree: ast.AST) -> dict[str, str]:
    """Names that imports bind, with what they are called where the imports have no aliases."""
    found = {}
    for node in ast.walk(tree):
        for alias in node.names if isinstance(node, (ast.Import, ast.ImportFrom)) else ():
            plain = isinstance(node, ast.Import) and not alias.asname
            name = alias.name.partition(".")[0] if plain else alias.name
            found[alias.asname or name] = name
    return found


def used(body: Iterable[ast.AST], known: dict[str, str], owner: str) -> list[str]:
    """Names that code uses: of imports and of public definitions, and whatever it calls.

    What a listed definition inside uses is that one's. A method of a local value is `value`'s.
    """
    found: set[str] = set()
    waiting = list(body)
    while waiting:
        node = waiting.pop()
        if isinstance(node, (ast.Import, ast.ImportFrom)) or (
            isinstance(node, DEFINITION) and kept(node, owner)
        ):
            continue
        call = isinstance(node, ast.Call)
        chain = dotted(node.func if call else node)
        root, _, rest = chain.partition(".")
        if root in known:
            found.add(".".join(filter(None, (known[root], rest))) + "()" * call)
        elif call and isinstance(node.func, ast.Attribute):
            found.add(f"value.{node.func.attr}()")
        if isinstance(node, ast.Call):
            waiting += [*node.args, *node.keywords, *([] if chain else [node.func])]
        elif not chain:
            waiting += ast.iter_child_nodes(node)
    return sorted(found)[:MOST_USES]


DEFINITION = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
MOST_USES = 60


def kept(node: ast.AST, owner: str) -> bool:
    """Public functions and classes; inside a function only decorated ones (routes of a factory)."""
    return (
        isinstance(node, DEFINITION)
        and not node.name.startswith("_")
        and (owner != "function" or bool(node.decorator_list))
    )


def defined(body: Iterable[ast.stmt]) -> Iterator[ast.stmt]:
    """The statements, those behind `if`, `try` and `with` as well."""
    for node in body:
        yield node
        if isinstance(node, (ast.If, ast.Try, ast.With)):
            yield from defined(node.body)


def definitions(
    body: Iterable[ast.stmt], owner: str, known: dict[str, str]
) -> Iterator[dict[str, Any]]:
    """The kept definitions with their decorators, their tests' properties and what they use."""
    for node in body:
        if isinstance(node, DEFINITION):
            if not kept(node, owner):
                continue
            function = not isinstance(node, ast.ClassDef)
            word = {ast.ClassDef: "class", ast.AsyncFunctionDef: "async def"}.get(type(node), "def")
            facts: dict[str, Any] = {word: node.name, "doc": ast.get_docstring(node) is not None}
            if isinstance(node, ast.ClassDef):
                facts["bases"] = [b for b in map(dotted, node.bases) if b]
            facts["decorators"] = [d for d in map(decorator, node.decorator_list) if d]
            if function and node.name.startswith("test"):
                facts |= tested(node)
            inner = "function" if function else "class"
            facts["uses"] = used(node.body, known, inner)
            facts["inside"] = list(definitions(node.body, inner, known))
            yield {k: v for k, v in facts.items() if v not in ([], False) or k == "doc"}
        elif isinstance(node, (ast.If, ast.Try, ast.With)):
            yield from definitions(node.body, owner, known)


def tested(node: ast.AST) -> dict[str, bool]:
    calls = [dotted(n.func) for n in ast.walk(node) if isinstance(n, ast.Call)]
    checks = any(c.split(".")[-1].lower().startswith(("assert", "raises", "warns")) for c in calls)
    marks = [dotted(n) for d in getattr(node, "decorator_list", []) for n in ast.walk(d)]
    return {
        "asserts": checks or any(isinstance(n, ast.Assert) for n in ast.walk(node)),
        "skips": any(re.search(r"\b(skip\w*|xfail)$", name) for name in [*calls, *marks]),
    }


def dotted(node: ast.AST) -> str:
    if isinstance(node, ast.Attribute):
        return f"{dotted(node.value)}.{node.attr}" if dotted(node.value) else ""
    return node.id if isinstance(node, ast.Name) else ""


def decorator(node: ast.expr) -> str:
    """Its dotted name, and of its arguments the strings without spaces: a route, a mark, a flag."""
    if not isinstance(node, ast.Call):
        return dotted(node)
    if not dotted(node.func):
        return ""
    args = [a for a in map(_literal, node.args) if a is not None]
    given = [(k.arg, _literal(k.value)) for k in node.keywords]
    keywords = [ast.keyword(arg=name, value=v) for name, v in given if v is not None and name]
    name = ast.parse(dotted(node.func), mode="eval").body
    return ast.unparse(ast.Call(func=name, args=args, keywords=keywords))


def _literal(node: ast.expr) -> ast.expr | None:
    if isinstance(node, (ast.List, ast.Tuple)):
        items = [i for i in map(_literal, node.elts) if i is not None]
        return ast.List(elts=items, ctx=ast.Load()) if items else None
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return node if len(node.value) <= 60 and not re.search(r"\s", node.value) else None
    return None
