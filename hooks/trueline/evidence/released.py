"""Words of every released prose file, so that unedited text earns nothing.

The wheel carries short hashes (`maturity/prose_digests.json`), never the texts; `maturity.prose`
makes them.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

NEW_WORDS = 8
DIGESTS = Path(__file__).parents[1] / "maturity" / "prose_digests.json"

# In Markdown `<!-- fill: ... -->`; in YAML `key: # fill: ...`, a comment where a value should
# stand.
_PROMPT = re.compile(r"<!--\s*fill\b|^[^#\n]*[:-][ \t]+#[ \t]*fill\b", re.IGNORECASE | re.MULTILINE)
_COMMENT = re.compile(r"<!--.*?(?:-->|\Z)", re.DOTALL)
_WORD = re.compile(r"[^\W_]{2,}")
_HEADING = re.compile(r"^ {0,3}(#{1,6})\s+(.+?)\s*#*$")
_FENCE = re.compile(r"^\s*(```|~~~)")


@dataclass(frozen=True)
class ReleasedText:
    """One path over all releases: hashes of its words, and the sections each release
    asked to fill.
    """

    words: frozenset[str] = frozenset()
    required: tuple[tuple[str, ...], ...] = ()


@dataclass(frozen=True)
class Released:
    """The prose of all releases by path."""

    paths: dict[str, ReleasedText] = field(default_factory=dict)


def load(path: Path = DIGESTS) -> Released:
    """Read the digests that travel with this release."""
    if not path.is_file():
        return Released()
    body = json.loads(path.read_text("utf-8"))
    return Released(
        {
            name: ReleasedText(frozenset(entry["words"]), tuple(map(tuple, entry["required"])))
            for name, entry in body["paths"].items()
        }
    )


def digest(word: str) -> str:
    """Return 24 bits of a word's hash: a chance match is one in thousands even against
    a long text.
    """
    return hashlib.blake2b(word.encode(), digest_size=3).hexdigest()


def words(text: str, path: str) -> set[str]:
    """Return the distinct words that a reader sees, lower case: comments are no prose."""
    plain = (
        re.sub(r"(^|\s)#.*", " ", text)
        if path.endswith((".yaml", ".yml"))
        else _COMMENT.sub(" ", text)
    )
    return all_words(plain)


def all_words(text: str) -> set[str]:
    """Return the distinct words of a text with its comments: a prompt's words are released too."""
    return {word.lower() for word in _WORD.findall(text)}


def prompted(text: str) -> bool:
    """True while a prompt to fill in stands in the text."""
    return _PROMPT.search(text) is not None


def sections(text: str) -> dict[str, str]:
    """Return each heading (lower case) with its text, that of deeper headings included.

    The title is no section, whatever it says: the text below it, up to the next heading, stands
    under the empty name.
    """
    found: dict[str, list[str]] = {"": []}
    holding: list[tuple[int, list[str]]] = [(1, found[""])]  # the deepest last
    for depth, line in _lines(text):
        if depth:
            holding = [item for item in holding if 1 < item[0] < depth]
            name = "" if depth == 1 else line.lower()
            holding.append((depth, found.setdefault(name, [])))
        else:
            for _, lines in holding:
                lines.append(line)
    return {title: "\n".join(lines) for title, lines in found.items()}


def asked(text: str) -> tuple[str, ...]:
    """Return the sections whose own text holds a prompt."""
    found: dict[str, bool] = {}
    title = ""
    for depth, line in _lines(text):
        if depth:
            title = "" if depth == 1 else line.lower()
        elif prompted(line):
            found[title] = True
    return tuple(found)


def _lines(text: str) -> Iterator[tuple[int, str]]:
    """Yield (depth, title) for a heading and (0, line) for any other line."""
    fenced = False
    for line in text.splitlines():
        fenced ^= bool(_FENCE.match(line))
        match = None if fenced else _HEADING.match(line)
        yield (len(match[1]), match[2]) if match else (0, line)


def unwritten(path: str, text: str, released: Released) -> str | None:
    """Say why a required text earns nothing yet; None when it is the user's own.

    It earns nothing while a prompt stands in it, or while one of the sections that a release asked
    to fill
    has fewer than eight words that stand in no release.
    """
    if prompted(text):
        return "a prompt to fill in still stands in it"
    known = released.paths.get(path, ReleasedText())
    if not any(known.required):
        count = _new(words(text, path), known)
        return (
            None
            if count >= NEW_WORDS
            else f"{count} words of it are your own, {NEW_WORDS} are needed"
        )
    texts = sections(text)
    lacks = [_lacking(required, texts, path, known) for required in known.required if required]
    return None if None in lacks else lacks[-1]


def _lacking(
    required: Iterable[str], texts: dict[str, str], path: str, known: ReleasedText
) -> str | None:
    for title in required:
        if title not in texts:
            return f"the section '{title}' is gone"
        count = _new(words(texts[title], path), known)
        if count < NEW_WORDS:
            where = f"section '{title}'" if title else "introduction"
            return f"{count} words of its {where} are your own, {NEW_WORDS} are needed"
    return None


def own_words(text: str, path: str, released: Released) -> int:
    """Return how many distinct words of a text stand in no release of that file."""
    return _new(words(text, path), released.paths.get(path, ReleasedText()))


def _new(found: set[str], known: ReleasedText) -> int:
    return sum(digest(word) not in known.words for word in found)
