"""Terraform's language (HCL), as far as blocks, labels and attributes; expressions stay text.

Written here because the library for it (python-hcl2) needs 0.3 s to start and 0.5 ms a line, where
a check of a whole repository should take no longer than that.
Grammar: https://github.com/hashicorp/hcl/blob/main/hclsyntax/spec.md
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from .document import Malformed

MAX_CHARACTERS = 500_000
MAX_TOKENS = 100_000
MAX_DEPTH = 60

_TOKEN = re.compile(
    r"(?P<space>[ \t\r\f]+)"
    r"|(?P<newline>\n)"
    r"|(?P<comment>#[^\n]*|//[^\n]*)"
    r"|(?P<remark>/\*)"
    r"|<<-?(?P<document>[A-Za-z_][\w-]*)[ \t]*\r?\n"
    r'|(?P<quote>")'
    r"|(?P<word>[^\W\d][\w-]*)"
    r"|(?P<number>\d[\w.]*)"
    r"|(?P<sign>=>|==|!=|<=|>=|&&|\|\||\.\.\.|::|[][{}()=,.:?+*/%<>!-])"
)
_IN_TEXT = re.compile(r'\\.|\$\$\{|%%\{|[$%]\{|["\n]', re.DOTALL)
_IN_TEMPLATE = re.compile(r'["{}]')
_PLAIN = re.compile(r'"((?:[^"\\$%]|[$%](?!\{))*)"')
_CLOSES = {"{": "}", "[": "]", "(": ")"}


@dataclass(frozen=True)
class Block:
    """One block, or a whole file: its attributes as text and the blocks inside it."""

    type: str = ""
    labels: tuple[str, ...] = ()
    line: int = 1
    attributes: Mapping[str, str] = field(default_factory=dict)
    blocks: tuple[Block, ...] = ()

    def text(self, name: str) -> str:
        """Return an attribute that is a plain text without its quotes, any other as it stands."""
        return plain(self.attributes.get(name, ""))


def plain(expression: str) -> str:
    """Return a quoted text without quotes; any other expression, or one with `${`, as it stands."""
    match = _PLAIN.fullmatch(expression)
    return match[1] if match else expression


@dataclass(frozen=True)
class _Token:
    kind: str  # newline, word, text, number, sign, end
    text: str
    line: int


def parse(content: str) -> Block:
    """Return a file's attributes and blocks; raises Malformed for what is no HCL."""
    if len(content) > MAX_CHARACTERS:
        raise Malformed(f"more than {MAX_CHARACTERS:,} characters")
    reader = _Reader(_tokens(content))
    return reader.body("", (), 1, depth=0)


def _tokens(content: str) -> list[_Token]:
    found: list[_Token] = []
    position, line = 0, 1
    while position < len(content):
        match = _TOKEN.match(content, position)
        if match is None or len(found) > MAX_TOKENS:
            raise Malformed(f"not valid HCL at line {line}" if match is None else "too many words")
        kind = match.lastgroup or ""
        end = match.end()
        if kind == "remark":
            end = content.find("*/", end) + 2
            if end < 2:
                raise Malformed(f"not valid HCL: the comment at line {line} is left open")
        elif kind == "document":
            end = _document_end(content, match["document"], end, line)
            found.append(_Token("text", content[position:end], line))
            # The line's end still ends the attribute.
            found.append(_Token("newline", "\n", line))
        elif kind == "quote":
            end = _text_end(content, end, line)
            found.append(_Token("text", content[position:end], line))
        elif kind not in ("space", "comment"):
            found.append(_Token(kind, match.group(), line))
        line += content.count("\n", position, end)
        position = end
    return [*found, _Token("newline", "\n", line), _Token("end", "", line)]


def _document_end(content: str, word: str, start: int, line: int) -> int:
    """Return the end of a here-document: behind the line that holds its word alone."""
    match = re.compile(rf"^[ \t]*{re.escape(word)}[ \t]*\r?$", re.MULTILINE).search(content, start)
    if match is None:
        raise Malformed(f"not valid HCL: the text at line {line} is left open")
    return match.end()


def _text_end(content: str, position: int, line: int) -> int:
    """Return the end of a quoted text; `${...}` inside it may hold texts and braces of its own."""
    inside = ['"']
    while inside:
        match = (_IN_TEXT if inside[-1] == '"' else _IN_TEMPLATE).search(content, position)
        if match is None or match.group() == "\n" or len(inside) > MAX_DEPTH:
            raise Malformed(f"not valid HCL: the text at line {line} is left open")
        position = match.end()
        if inside[-1] == '"':
            if match.group() == '"':
                inside.pop()
            elif match.group() in ("${", "%{"):
                inside.append("{")
        elif match.group() == "}":
            inside.pop()
        else:
            inside.append(match.group())
    return position


class _Reader:
    """Goes through the tokens once; a file that ends too early is refused."""

    def __init__(self, tokens: list[_Token]) -> None:
        self._tokens = tokens
        self._at = 0

    def body(self, kind: str, labels: tuple[str, ...], line: int, *, depth: int) -> Block:
        """Read attributes and blocks up to the closing brace, or to the end of the file."""
        if depth > MAX_DEPTH:
            raise Malformed(f"nested deeper than {MAX_DEPTH}")
        attributes: dict[str, str] = {}
        blocks: list[Block] = []
        while True:
            token = self._next()
            if token.kind == "newline":
                continue
            if (token.text == "}" and depth) or (token.kind == "end" and not depth):
                return Block(kind, labels, line, attributes, tuple(blocks))
            if token.kind != "word":
                raise self._wrong(token)
            if self._tokens[self._at].text == "=":
                self._at += 1
                attributes[token.text] = self._expression()
                continue
            named = self._labels()
            blocks.append(self.body(token.text, named, token.line, depth=depth + 1))

    def _labels(self) -> tuple[str, ...]:
        found: list[str] = []
        while (token := self._next()).text != "{":
            if token.kind not in ("word", "text"):
                raise self._wrong(token)
            found.append(plain(token.text))
        return tuple(found)

    def _expression(self) -> str:
        """Return an expression as text in one form, however it was broken into lines."""
        parts: list[str] = []
        waiting: list[str] = []
        while True:
            token = self._tokens[self._at]
            if token.kind == "end":
                raise self._wrong(token)
            if not waiting and (token.kind == "newline" or token.text == "}"):
                if not parts:
                    raise self._wrong(token)
                return " ".join(parts)
            self._at += 1
            if token.kind == "newline":
                # Inside an object a new line stands for a comma, inside brackets for nothing.
                if waiting[-1] == "}" and parts[-1] not in (",", "{"):
                    parts.append(",")
                continue
            if token.kind == "sign" and token.text in _CLOSES:
                waiting.append(_CLOSES[token.text])
                if len(waiting) > MAX_DEPTH:
                    raise Malformed(f"nested deeper than {MAX_DEPTH}")
            elif token.kind == "sign" and token.text in _CLOSES.values():
                if not waiting or waiting.pop() != token.text:
                    raise self._wrong(token)
                if parts[-1] == ",":
                    parts.pop()
            if token.text != "," or parts[-1:] != [","]:
                parts.append(token.text)

    def _next(self) -> _Token:
        token = self._tokens[self._at]
        self._at = min(self._at + 1, len(self._tokens) - 1)
        return token

    def _wrong(self, token: _Token) -> Malformed:
        where = "ends inside a block" if token.kind == "end" else f"at line {token.line}"
        return Malformed(f"not valid HCL: {where}")
