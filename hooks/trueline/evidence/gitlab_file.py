"""The file `.gitlab-ci.yml` made whole: local includes, `extends`, defaults and references."""

from __future__ import annotations

from . import yamltext
from .document import Malformed, mapping, sequence, text
from .files import WorkTree
from .triggers import matches

MAX_INCLUDES = 50
MAX_EXTENDS = 11  # as GitLab itself
MAX_NAMES = 2_000  # jobs and hidden jobs
MAX_STEPS = 5_000  # lines of a script, and references on the way to them
_DEFAULTS = ("image", "before_script", "after_script")


def included(tree: WorkTree, body: dict[str, object]) -> tuple[dict[str, object], tuple[str, ...]]:
    """Return the file with local files put in, and what it includes from elsewhere."""
    whole: dict[str, object] = {}
    elsewhere: list[str] = []
    said = body.get("include")
    for item in ([said] if isinstance(said, dict) else sequence(said))[:MAX_INCLUDES]:
        entry = mapping(item)
        local = text(entry.get("local")) if entry else text(item)
        if not local or "://" in local:
            listed = (f"{key} {text(value)}".strip() for key, value in entry.items())
            elsewhere.append(next(listed, local))
            continue
        pattern = local.lstrip("/")
        paths = sorted(path for path in tree.tracked if matches(pattern, path))[:MAX_INCLUDES]
        if not paths and "*" not in pattern:
            raise Malformed(f"it includes {pattern}, which is not tracked")
        for path in paths:
            document = tree.yaml(path)
            if document.problem:
                raise Malformed(f"it includes {path}: {document.problem}")
            part = mapping(document.value)
            if "include" in part:  # one level is followed
                elsewhere.append(f"what {path} includes")
            whole = merged(whole, part)
    return merged(whole, body), tuple(elsewhere)


def merged(one: dict[str, object], other: dict[str, object]) -> dict[str, object]:
    """Return both mappings in one, the other's values before the one's, as GitLab merges."""
    result = yamltext.Lined(one)
    for key, value in other.items():
        mine = result.get(key)
        both = isinstance(mine, dict) and isinstance(value, dict)
        result[key] = merged(mapping(mine), mapping(value)) if both else value
    result.line = getattr(other, "line", 0) or getattr(one, "line", 0)
    return result


def extended(
    body: dict[str, object], name: str, known: dict[str, dict[str, object]]
) -> dict[str, object]:
    """Return a job with what it extends put in; `known` keeps what was worked out before.

    A circle ends where it began: GitLab would refuse the file.
    """
    if name in known or len(known) > MAX_NAMES:
        return known.get(name, {})
    known[name] = {}
    own = mapping(body.get(name))
    whole: dict[str, object] = {}
    for parent in sequence(own.get("extends"))[:MAX_EXTENDS]:
        whole = merged(whole, extended(body, text(parent), known))
    known[name] = merged(whole, own)
    return known[name]


def inherited(body: dict[str, object], whole: dict[str, object]) -> dict[str, object]:
    """Return what a job takes from `default:`, or from the same words at the top of the file."""
    default = mapping(body.get("default"))
    said = mapping(whole.get("inherit")).get("default", True)
    allowed = _DEFAULTS if said is True else [text(item) for item in sequence(said)]
    values = {key: default.get(key, body.get(key)) for key in _DEFAULTS if key in allowed}
    return {key: value for key, value in values.items() if value is not None}


def flat(body: dict[str, object], value: object) -> list[object]:
    """Return a list without the lists in it, references to other places followed."""
    found: list[object] = []
    waiting: list[tuple[object, int]] = [(value, 0)]
    for _ in range(MAX_STEPS):
        if not waiting:
            break
        item, depth = waiting.pop()
        if isinstance(item, yamltext.Reference):
            target: object = body
            for key in item:
                target = mapping(target).get(key)
            waiting += [(target, depth + 1)] if depth < MAX_EXTENDS else []
        elif isinstance(item, (list, tuple)):
            waiting += [(part, depth + 1) for part in reversed(item)] if depth < MAX_EXTENDS else []
        elif item is not None:
            found.append(item)
    return found


def child(trigger: object) -> str:
    """Return which pipeline a trigger starts, in words."""
    said = mapping(trigger)
    place = text(trigger) or text(said.get("project")) or text(said.get("include"))
    return place or "another pipeline"


def plain(value: object) -> str:
    """Return a variable's value, which may be written with a description."""
    return text(mapping(value).get("value")) if isinstance(value, dict) else text(value)
