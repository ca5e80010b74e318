"""The answers that a user gives on the command line or in a file, checked against the questions."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from ..errors import BadInput
from .answers import load_mapping

Questions = Mapping[str, Mapping[str, Any]]


def collect(pairs: Iterable[str], file: Path | None) -> dict[str, Any]:
    """Join KEY=VALUE texts and a YAML file of answers; a pair wins over the file.

    Raises BadInput for a pair without `=` or without a name, and for a file that is no mapping.
    """
    found: dict[str, Any] = {}
    if file is not None:
        try:
            raw = file.read_bytes()
        except OSError as error:
            raise BadInput(f"the data file {file} cannot be read: {error.strerror}") from None
        found = load_mapping(raw, f"the data file {file}")
    for pair in pairs:
        name, equals, value = pair.partition("=")
        if not equals or not name:
            raise BadInput(f"{pair!r} is not of the form KEY=VALUE")
        found[name] = value
    return found


def asked(questions: Questions) -> list[str]:
    """List the questions that a person can be asked; the others are computed."""
    return [name for name, spec in questions.items() if spec.get("when") is not False]


def check(given: Mapping[str, Any], questions: Questions) -> dict[str, Any]:
    """Refuse what is no answer to any question, and values of the wrong kind; return the answers.

    Raises BadInput. Whether a text or a choice will do is the template's to say.
    """
    known = asked(questions)
    answers: dict[str, Any] = {}
    for name, value in given.items():
        if name not in known:
            raise BadInput(f"there is no question {name!r}; the questions are {', '.join(known)}")
        if questions[name].get("multiselect"):
            answers[name] = _several(name, value, questions[name])
        elif isinstance(value, str | int | float) and not isinstance(value, bool):
            answers[name] = value
        else:
            raise BadInput(f"{name}: give one text in quotes, not {value!r:.60}")
    return answers


def _several(name: str, value: object, question: Mapping[str, Any]) -> list[str]:
    """Return the answer to a question with several choices, each named once."""
    if isinstance(value, str):
        value = load_mapping(f"answer: {value}".encode(), name).get("answer")
    if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
        raise BadInput(f"{name}: give a list in brackets, such as [{_example(question)}]")
    if len(set(value)) < len(value):
        raise BadInput(f"{name}: names a choice twice")
    return value


def refuse_hidden(given: Iterable[str], hidden: Iterable[str], questions: Questions) -> None:
    """Refuse an answer to a question that the other answers leave no room for. Raises BadInput.

    Copier would take it, and render files that the project's phase does not have.
    """
    for name in sorted(set(given) & set(hidden)):
        when = str(questions[name].get("when")).strip("{} ")
        raise BadInput(f"{name} is only asked when {when}; leave it out")


def _example(spec: Mapping[str, Any]) -> str:
    choices = spec.get("choices") or []
    return str(next(iter(choices.values() if isinstance(choices, dict) else choices), "a, b"))
