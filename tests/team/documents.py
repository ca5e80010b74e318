"""What the scripted team writes: answers in place of prompts, as somebody at a desk would."""

from __future__ import annotations

import json
import re
from pathlib import Path

import yaml

# A remark in Markdown, or the rest of a line in YAML.
_PROMPT = re.compile(r"<!--\s*fill:.*?-->|#\s*fill:[^\n]*", re.DOTALL)
WORDS = yaml.safe_load((Path(__file__).parent / "words.yaml").read_text("utf-8"))


def written(path: str, begun: str, **said: str) -> str:
    """Return a document with the team's words in it; `said` is what only its project knows."""
    words = WORDS[path]
    if isinstance(words, str):
        return _told(words, said)
    answers = iter(words)
    text = _PROMPT.sub(lambda match: _answer(next(answers), match[0], said), begun)
    left = list(answers)
    assert not left, f"{path}: {len(left)} answers without a prompt, the first is {left[0]!r}"
    return text


def _answer(answer: object, prompt: str, said: dict[str, str]) -> str:
    text = answer if isinstance(answer, str) else json.dumps(answer)
    text = _told(text, said)
    quoted = prompt.startswith("#") and isinstance(answer, str) and re.search("[@:]", text)
    return json.dumps(text) if quoted else text


def _told(text: str, said: dict[str, str]) -> str:
    for name, value in said.items():
        text = text.replace(f"{{{name}}}", value)
    return text


def replaced(path: Path, *pairs: tuple[str, str]) -> None:
    """Put one text in place of another, which must stand in the file once."""
    text = path.read_text("utf-8")
    for old, new in pairs:
        assert text.count(old) == 1, f"{path}: {text.count(old)} times {old!r}"
        text = text.replace(old, new)
    path.write_text(text, "utf-8")
