"""Which forge knows a repository, who gets the token, and that no answer of a stranger breaks anything."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from trueline.evidence import forge_ask, rest
from trueline.evidence.forge import PARTS, Person
from trueline.evidence.forge_github import Github
from trueline.evidence.forge_gitlab import Gitlab
from trueline.evidence.git import Repository
from unit.checker.building import NOW, Project


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("git@github.com:acme/churn.git", ("github.com", "acme/churn")),
        ("https://user:secret@gitlab.com/acme/ml/churn", ("gitlab.com", "acme/ml/churn")),
        ("ssh://git@git.acme.example:2222/acme/churn.git", ("git.acme.example", "acme/churn")),
        ("file:///srv/git/churn.git", ("", "")),
        ("/srv/git/churn.git", ("", "")),
        ("../churn", ("", "")),
    ],
)
def test_origin_says_where_the_repository_lives(
    project: Project, url: str, expected: tuple[str, str]
) -> None:
    project.git("remote", "add", "origin", url)
    assert forge_ask.origin(Repository.open(project.root)) == expected


@pytest.mark.parametrize(
    ("variables", "problem"),
    [
        ({"GITLAB_TOKEN": "t"}, "CI_PROJECT_PATH is not set"),
        ({"CI_PROJECT_PATH": "acme/churn"}, "GITLAB_TOKEN is not set"),
        ({"GITHUB_TOKEN": "t", "GITHUB_REPOSITORY": "no name"}, "GITHUB_REPOSITORY is not set"),
        ({"GITHUB_TOKEN": "t", "GITHUB_REPOSITORY": "a/b", "GITHUB_API_URL": "file:///etc"}, "no http address"),
        ({"GITHUB_TOKEN": "t\nx", "GITHUB_REPOSITORY": "a/b", "GITHUB_API_URL": "http://127.0.0.1:9"}, "out of reach"),
        ({}, "GITHUB_TOKEN is not set"),
    ],
)  # fmt: skip
def test_what_is_missing_is_said(project: Project, variables: dict[str, str], problem: str) -> None:
    said = forge_ask.ask(Repository.open(project.root), NOW, variables)
    assert problem in (said.problem or "")
    assert all(getattr(said, name).problem == said.problem for name in PARTS)


def test_the_token_stays_away_from_a_host_that_only_origin_names(project: Project) -> None:
    project.git("remote", "add", "origin", "https://gitlab.evil.example/acme/churn.git")
    said = forge_ask.ask(Repository.open(project.root), NOW, {"GITLAB_TOKEN": "secret"})
    assert "origin is no project on gitlab.com" in (said.problem or "")


@settings(max_examples=40, deadline=None)
@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(max_size=8),
        lambda inner: (
            st.lists(inner, max_size=3)
            | st.dictionaries(
                st.sampled_from(["user", "login", "number", "iid", "merged_at", "base", "ref", "name",
                                 "parameters", "protection", "protected", "type", "reviewers"]),
                inner, max_size=4)
        ),
        max_leaves=12,
    )
)  # fmt: skip
def test_any_answer_is_read(answer: Any) -> None:
    for kind in (Github, Gitlab):
        reader: Any = kind(_Says(answer), "a/b")
        reader.branch = reader.default_branch() or "main"
        for question in (
            reader.rules,
            reader.environments,
            reader.deployments,
            reader.runs,
            reader.releases,
        ):
            question()
        reader.merged(1)
        assert all(isinstance(item.pull.author, Person) for item in reader.bringing("ab"))


class _Says(rest.Client):
    """A client whose every answer is the same."""

    def __init__(self, answer: Any) -> None:
        super().__init__("http://127.0.0.1:9", {})
        self.answer = answer

    def _ask(self, *_: object) -> tuple[object, str]:
        return self.answer, ""
