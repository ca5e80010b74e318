"""YAML from strangers: plain data only, bounded in size, depth and aliases."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import yaml

from .document import Malformed

if TYPE_CHECKING:
    from collections.abc import Hashable

MAX_CHARACTERS = 1_000_000
MAX_EVENTS = 100_000
MAX_DEPTH = 60
# An alias can double what was read before it, so a handful of lines can hold billions of values.
MAX_ALIASES = 30
MAX_EXPANDED = 200_000

# libyaml is ten times as fast; both classes build plain data only.
_Base: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class Lined(dict[str, object]):
    """A mapping that knows the line (from 1) on which it starts."""

    line: int = 0


class Reference(tuple[str, ...]):
    """GitLab's `!reference [job, key]`: the keys that lead to a value elsewhere in the file."""

    __slots__ = ()


class _Loader(_Base):  # type: ignore[misc]  # the base is picked at run time
    """Safe loader whose mappings keep their line."""


def _lined(loader: Any, node: yaml.MappingNode) -> Any:
    value = Lined()
    value.line = node.start_mark.line + 1
    yield value
    loader.flatten_mapping(node)
    pairs: dict[Hashable, Any] = loader.construct_mapping(node, deep=True)
    value.update({_key(key): item for key, item in pairs.items()})


def _key(key: object) -> str:
    # YAML 1.1 reads a bare `on:` as the truth value.
    return "on" if key is True else str(key)


def _reference(loader: Any, node: yaml.Node) -> Reference:
    return Reference(str(key) for key in loader.construct_sequence(node, deep=True))


_Loader.add_constructor("tag:yaml.org,2002:map", _lined)
_Loader.add_constructor("!reference", _reference)


def load(text: str) -> object:
    """Return the one document in `text` as plain data; mappings are `Lined` with text keys.

    Raises Malformed for anything else: broken YAML, several documents, foreign tags, too much of
    it.
    """
    if len(text) > MAX_CHARACTERS:
        raise Malformed(f"more than {MAX_CHARACTERS:,} characters")
    try:
        aliases = _bounded(text)
        loader = _Loader(text)
        try:
            node = loader.get_single_node()
            if node is None:
                return None
            if aliases:
                _expanded(node, {})
            return loader.construct_document(node)
        finally:
            loader.dispose()
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        where = f" at line {mark.line + 1}" if mark else ""
        raise Malformed(f"not valid YAML{where}") from error
    except (
        ValueError,
        TypeError,
        OverflowError,
        RecursionError,
        AttributeError,
        KeyError,
    ) as error:
        if isinstance(error, Malformed):
            raise
        raise Malformed("not valid YAML: a value cannot be read") from error


def _bounded(text: str) -> int:
    """Walk the events first: the parser is a state machine, while composing recurses in C.

    Returns the number of aliases; without one a document is no larger than its text.
    """
    depth = aliases = 0
    for count, event in enumerate(yaml.parse(text, Loader=_Base)):
        if isinstance(event, yaml.CollectionStartEvent):
            depth += 1
        elif isinstance(event, yaml.CollectionEndEvent):
            depth -= 1
        elif isinstance(event, yaml.AliasEvent):
            aliases += 1
        if depth > MAX_DEPTH:
            raise Malformed(f"nested deeper than {MAX_DEPTH}")
        if aliases > MAX_ALIASES:
            raise Malformed(f"more than {MAX_ALIASES} aliases")
        if count > MAX_EVENTS:
            raise Malformed(f"more than {MAX_EVENTS:,} values")
    return aliases


def _expanded(node: Any, sizes: dict[int, int]) -> int:
    """Return how many values `node` stands for once its aliases are written out."""
    known = sizes.get(id(node))
    if known is not None:
        if known == 0:
            raise Malformed("an alias that holds itself")
        return known
    sizes[id(node)] = 0
    if isinstance(node, yaml.MappingNode):
        size = 1 + sum(_expanded(key, sizes) + _expanded(item, sizes) for key, item in node.value)
    elif isinstance(node, yaml.SequenceNode):
        size = 1 + sum(_expanded(item, sizes) for item in node.value)
    else:
        size = 1
    if size > MAX_EXPANDED:
        raise Malformed("aliases that stand for too many values")
    sizes[id(node)] = size
    return size
