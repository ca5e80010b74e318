"""The forge's answers as one JSON file, so that a score can be repeated without it.

The file holds what the forge alone knows, never a token; git says again what it knows. Its form is
published in `forge.schema.json`. A file is a stranger's text: bounded, and refused as a whole when
one value of it is not what it should be.
"""

from __future__ import annotations

import dataclasses
import json
import types
import typing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from ..errors import BadInput
from . import forge, jsontext, mainline
from .document import Document, Malformed, mapping, text
from .files import decode, regular
from .forge import PARTS, Forge, closed
from .forge_ask import BRANCH
from .git import SHA, Repository, run
from .moment import moment

SCHEMA = 1
MAX_BYTES = 5_000_000
MAX_ITEMS = 2_000
MAX_TEXT = 4_000
MAX_AGE = timedelta(days=30)  # who may merge can change on any day
_HOLDS: dict[str, Any] = {
    "rules": forge.Rules,
    "pulls": tuple[forge.Pull, ...],
    "environments": tuple[forge.Environment, ...],
    "deployments": tuple[forge.Deployment, ...],
    "runs": tuple[forge.Run, ...],
    "releases": tuple[forge.Release, ...],
}


def dumped(said: Forge) -> str:
    """Return the answers as JSON."""
    brought = {change.sha: change.pulls for change in said.changes if change.pulls is not None}
    body = {
        "schema": SCHEMA,
        "kind": said.kind,
        "repository": said.repository,
        "branch": said.branch,
        "commit": said.commit,
        "asked_at": said.asked_at,
        "brought": brought,
        **{name: _part(getattr(said, name)) for name in PARTS},
    }
    return json.dumps(body, indent=1, default=_plain) + "\n"


def _part(part: Document[Any]) -> dict[str, Any]:
    return {"problem": part.problem} if part.problem else {"value": part.value}


def _plain(value: object) -> object:
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat().replace("+00:00", "Z")
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {field.name: getattr(value, field.name) for field in dataclasses.fields(value)}
    raise TypeError(type(value).__name__)


def load(path: Path, repository: Repository, name: str, now: datetime) -> Forge:
    """Read the answers that were saved of this very repository, whose name may be unknown ("").

    Raises BadInput for a file that is none, or of another repository, or of a commit that this
    clone lacks.
    """
    try:
        said = parse(decode(regular(path, MAX_BYTES), MAX_BYTES))
    except FileNotFoundError as error:
        raise BadInput(f"no such file: {path}") from error
    except OSError as error:
        raise BadInput(f"cannot read {path}: {error.strerror}") from error
    except Malformed as error:
        raise BadInput(f"{path} holds no saved answers of a forge: {error}") from error
    if name and name.lower() != said.repository.lower():
        raise BadInput(f"{path} is of {said.repository}, and this is {name}")
    if not _held(repository, said):
        raise BadInput(f"{path} is of commit {said.commit[:12]}, which this clone lacks")
    if repository.shallow:
        return closed("the clone is shallow; fetch the whole history")
    if said.asked_at is None or said.asked_at > now:
        raise BadInput(f"{path} is dated in the future")
    if now - said.asked_at > MAX_AGE:
        days = (now - said.asked_at).days
        return closed(f"the forge was asked {days} days ago, {MAX_AGE.days} are the most")
    brought = {change.sha: change.pulls or () for change in said.changes}
    changes = mainline.joined(mainline.history(repository, said.commit), brought)
    return dataclasses.replace(said, changes=changes)


def _held(repository: Repository, said: Forge) -> bool:
    """Tell whether the commit lies on the history of HEAD or of the default branch."""
    heads = dict.fromkeys([repository.head, mainline.tip(repository, said.branch)])
    return any(
        run(repository.root, "merge-base", "--is-ancestor", said.commit, head).returncode == 0
        for head in heads
        if head
    )


def parse(content: str) -> Forge:
    """Return saved answers from their text; the commits know their requests only."""
    body = mapping(jsontext.load(content))
    if body.get("schema") != SCHEMA:
        raise Malformed(f"its schema is not {SCHEMA}")
    commit, asked_at = text(body.get("commit")), moment(body.get("asked_at"))
    if not SHA.fullmatch(commit):
        raise Malformed("commit is none")
    if asked_at is None:
        raise Malformed("asked_at is no time")
    if body.get("kind") not in ("github", "gitlab"):
        raise Malformed("its kind is neither github nor gitlab")
    if not BRANCH.fullmatch(text(body.get("branch"))):
        raise Malformed("branch is no name of one")
    brought = mapping(body.get("brought"))
    if len(brought) > MAX_ITEMS:
        raise Malformed("too many commits")
    changes = tuple(
        forge.Change(sha, pulls=_value(tuple[int, ...], numbers, "brought"))
        for sha, numbers in brought.items()
    )
    parts: dict[str, Any] = {name: _read(name, body.get(name)) for name in PARTS}
    words = {key: _value(str, body.get(key), key) for key in ("kind", "repository", "branch")}
    return Forge(**words, commit=commit, asked_at=asked_at, changes=changes, **parts)


def _read(name: str, part: object) -> Document[Any]:
    body = mapping(part)
    if "problem" in body:
        return Document(name, None, _value(str, body["problem"], name) or "it gave no answer")
    if "value" not in body:
        raise Malformed(f"{name} is missing")
    return Document(name, _value(_HOLDS[name], body["value"], name))


def _value(hint: Any, value: object, where: str) -> Any:
    """Return a JSON value as what a field's type says it is."""
    kind = typing.get_origin(hint)
    if kind in (types.UnionType, typing.Union):  # nothing, or the one other type
        other = next(item for item in typing.get_args(hint) if item is not types.NoneType)
        return None if value is None else _value(other, value, where)
    if kind in (tuple, frozenset):
        if not isinstance(value, list) or len(value) > MAX_ITEMS:
            raise Malformed(f"{where} is no list, or too long")
        return tuple(_value(typing.get_args(hint)[0], item, where) for item in value)
    if hint is datetime:
        at = moment(value) if isinstance(value, str) else None
        if at is None:
            raise Malformed(f"{where} holds no time where one belongs")
        return at
    if dataclasses.is_dataclass(hint):
        return _object(hint, value, where)
    if not isinstance(value, hint) or isinstance(value, bool) is not (hint is bool):
        raise Malformed(f"{where} holds no {hint.__name__} where one belongs")
    if isinstance(value, str) and len(value) > MAX_TEXT:
        raise Malformed(f"{where} holds a text that is too long")
    return value


def _object(hint: Any, value: object, where: str) -> Any:
    hints = typing.get_type_hints(hint)
    if not isinstance(value, dict) or set(value) != set(hints):
        raise Malformed(f"{where} has other fields than {', '.join(hints)}")
    return hint(**{key: _value(hints[key], item, where) for key, item in value.items()})
