"""One render of a template: Copier over a plain folder, told which version that folder is."""

from __future__ import annotations

import re
import warnings
from collections.abc import Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

import yaml

from ..errors import BadInput
from . import answers as answers_file

_PREFIX = re.compile(r"^Validation error for question '[^']*': |^Invalid choice for '([^']*)'")


@dataclass(frozen=True)
class Rendered:
    """A rendered project: its folder, its answers with the hidden ones, and its seeds' patterns."""

    folder: Path
    answers: dict[str, Any]
    hidden: frozenset[str]
    seeds: tuple[str, ...]
    message: str

    def paths(self) -> list[str]:
        """List the rendered files, relative and with forward slashes, sorted."""
        found = (f for f in self.folder.rglob("*") if f.is_symlink() or f.is_file())
        return sorted(f.relative_to(self.folder).as_posix() for f in found)


def questions(template: Path) -> dict[str, dict[str, Any]]:
    """Return the questions of an unpacked template, computed values included. Raises BadInput."""
    try:
        # The parser in C, where there is one: copier.yml is the longest YAML that is read here.
        loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
        loaded = yaml.load((template / "copier.yml").read_bytes(), loader)  # noqa: S506 (both safe)
    except OSError:
        raise BadInput("the source has no copier.yml: it is not a Copier template") from None
    except (yaml.YAMLError, RecursionError, ValueError):
        raise BadInput("the template's copier.yml cannot be read as YAML") from None
    if not isinstance(loaded, dict):
        raise BadInput("the template's copier.yml is not a mapping")
    return {
        str(name): spec if isinstance(spec, dict) else {"default": spec}
        for name, spec in loaded.items()
        if not str(name).startswith("_")
    }


def render(
    template: Path,
    folder: Path,
    *,
    source: str,
    version: str,
    recorded: Mapping[str, Any] | None = None,
    given: Mapping[str, Any] | None = None,
    ask: bool = False,
    user_settings: bool = False,
) -> Rendered:
    """Render the unpacked template `template` into the new folder `folder`.

    `recorded` are a project's earlier answers: one that is hidden now is dropped, as in Copier's
    own update. `given` are the user's: they win, and a wrong one is an error. `ask` prompts for the
    rest. The files come out as in a copy of `source` at `version`. No code of the template is run.
    Raises BadInput with the template's own words for a wrong answer.
    """
    # Late: Copier takes 0.3 s to import.
    import copier
    from copier.errors import CopierError, UnsafeTemplateError
    from jinja2 import TemplateError

    data = {**(given or {}), "_src_path": source, "_commit": version}
    if recorded:
        # Copier looks for earlier answers here; they have lower rank than its own metadata.
        folder.mkdir(parents=True)
        (folder / answers_file.NAME).write_text(yaml.safe_dump(dict(recorded)))
    try:
        with warnings.catch_warnings(), _without_git():
            warnings.simplefilter("ignore")
            worker = copier.run_copy(
                str(template),
                folder,
                data=data,
                defaults=not ask,
                overwrite=True,
                quiet=True,
                unsafe=False,
                settings=None if user_settings else copier.Settings(),
            )
    except UnsafeTemplateError:
        raise BadInput(f"the template at {source} {version} wants to run code: refused") from None
    except KeyboardInterrupt:
        raise
    except (CopierError, TemplateError, ValueError, TypeError, KeyError, AttributeError) as error:
        raise BadInput(plain(error)) from None
    except OSError as error:
        at = f": {Path(error.filename).name}" if isinstance(error.filename, str) else ""
        raise BadInput(f"the template cannot be rendered ({error.strerror}{at})") from None
    written = folder / answers_file.NAME
    if written.is_file():
        written.write_text(answers_file.recorded_as(written.read_text(), source, version))
    combined = dict(worker.answers.combined)
    return Rendered(
        folder,
        answers={k: v for k, v in combined.items() if k in worker.template.questions_data},
        hidden=frozenset(worker.answers.hidden),
        seeds=tuple(worker.template.skip_if_exists),
        message=_message(worker.template.message_after_copy, worker.jinja_env, combined),
    )


def plain(error: BaseException) -> str:
    """Return the one sentence of an error that its reader needs, without Copier's preamble."""
    said = " ".join(str(error).split()) or type(error).__name__
    return _PREFIX.sub(r"\1", said)


def _message(text: str, environment: Any, answers: Mapping[str, Any]) -> str:
    return cast(str, environment.from_string(text).render(**answers)).strip() if text else ""


def _without_git() -> AbstractContextManager[Any]:
    """Let Copier work as on a machine without git, which it supports.

    With git it starts a process for every rendered file (4 ms each, a third of a second a project),
    to set a bit in an index that a folder of ours does not have.
    """
    from plumbum import local

    return cast(AbstractContextManager[Any], local.env(PATH=""))
