"""The two computed questions: what git, pre-commit and uvx are told about the template."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml
from jinja2 import StrictUndefined
from jinja2.sandbox import SandboxedEnvironment

QUESTIONS = yaml.safe_load((Path(__file__).parents[2] / "copier.yml").read_text())


def _computed(name: str, **known: Any) -> str:
    """Render a computed question as Copier does: sandboxed, with the filters of Ansible."""
    environment = SandboxedEnvironment(
        undefined=StrictUndefined, extensions=["jinja2_ansible_filters.AnsibleCoreFiltersExtension"]
    )
    assert QUESTIONS[name]["when"] is False
    return environment.from_string(QUESTIONS[name]["default"]).render(**known)


@pytest.mark.parametrize(
    ("source", "url"),
    [
        ("gh:acme/trueline", "https://github.com/acme/trueline.git"),
        ("gh:/acme/trueline.git", "https://github.com/acme/trueline.git"),
        ("gl:acme/ml/trueline", "https://gitlab.com/acme/ml/trueline.git"),
        ("git+https://git.acme.org/trueline", "https://git.acme.org/trueline"),
        (
            "git+ssh://git@git.acme.org:2222/ml/trueline.git",
            "ssh://git@git.acme.org:2222/ml/trueline.git",
        ),
        ("git@github.com:acme/trueline.git", "ssh://git@github.com/acme/trueline.git"),
        ("git+file:///srv/trueline.git", "file:///srv/trueline.git"),
        ("https://github.com/acme/trueline.git", "https://github.com/acme/trueline.git"),
        ("/srv/trueline.git", "file:///srv/trueline.git"),
        ("/srv/my templates/trueline", "file:///srv/my%20templates/trueline"),
    ],
)
def test_the_template_is_named_so_that_git_finds_it(source: str, url: str) -> None:
    assert _computed("template_url", _src_path=source) == url


@pytest.mark.parametrize(
    ("commit", "rev"),
    [
        ("v0.1.0", "v0.1.0"),
        ("v0.1.0-14-g0a1b2c3", "0a1b2c3"),
        ("v1.0.0-rc1", "v1.0.0-rc1"),
        ("v1.0.0-rc1-2-gdeadbee", "deadbee"),
        ("0a1b2c3", "0a1b2c3"),
        ("v1-galaxy", "v1-galaxy"),
    ],
)
def test_the_commit_is_one_that_git_can_fetch(commit: str, rev: str) -> None:
    assert _computed("template_rev", _commit=commit) == rev


def test_a_template_without_git_has_no_commit() -> None:
    assert _computed("template_rev") == "0"
