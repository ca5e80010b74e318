"""Which commands check infrastructure code, of which kind."""

from __future__ import annotations

from ..evidence.shell import Command

_PROGRAMS: dict[str, set[tuple[str, ...]]] = {
    "terraform": {("terraform", "validate"), ("tofu", "validate"), ("terragrunt", "validate"),
                  ("terragrunt", "hclvalidate"), ("terraform", "plan"), ("tofu", "plan")},
    "format": {("terraform", "fmt"), ("tofu", "fmt"), ("terragrunt", "hclfmt")},
    "compose": {("docker", "compose", "config"), ("docker-compose", "config")},
    "kubernetes": {("kubeconform",), ("kubeval",), ("kubernetes-validate",), ("kube-score",),
                   ("kubectl", "apply"), ("kubectl", "create"), ("datree", "test")},
    "dockerfile": {("hadolint",)},
    "test": {("terraform", "test"), ("tofu", "test"), ("helm", "unittest"), ("conftest", "test"),
             ("conftest", "verify"), ("opa", "test"), ("go", "test"), ("container-structure-test",),
             ("dgoss",), ("goss",), ("kyverno", "test"), ("chainsaw", "test"), ("kuttl",),
             ("docker", "compose", "up"), ("docker-compose", "up"), ("docker", "run")},
}  # fmt: skip
_ACTIONS = {"dockerfile": ("hadolint-action",), "kubernetes": ("kubeconform",)}
_HOOKS = {
    "terraform": {"terraform_validate", "tofu_validate"},
    "format": {"terraform_fmt", "tofu_fmt"},
    "dockerfile": {"hadolint", "hadolint-docker"},
}
NAMES = {
    "terraform": "terraform validate",
    "format": "terraform fmt -check",
    "compose": "docker compose config",
    "kubernetes": "kubeconform",
    "dockerfile": "hadolint",
    "test": "a test (terraform test)",
}


def checked(command: Command) -> set[str]:
    """Return the kinds of infrastructure code that a command checks; `test` for its tests."""
    if command.has("--help", "-h", "--version", "-version", "--no-fail"):
        return set()
    plain = [command.name, *(word for word in command.words[1:] if not word.startswith("-"))]
    found = {kind for kind, known in _PROGRAMS.items() for words in known if _starts(plain, words)}
    if "format" in found and not command.has("-check", "--check", "--terragrunt-check"):
        found.remove("format")  # it would repair the file and say nothing
    if command.name == "kubectl" and not command.has("--dry-run"):
        found.discard("kubernetes")
    if command.name in ("pytest", "py.test") and any(map(_of_infrastructure, plain[1:])):
        found.add("test")
    return found


def used(action: str) -> set[str]:
    """Return the kinds of infrastructure code that a foreign action checks."""
    return {kind for kind, known in _ACTIONS.items() if any(name in action for name in known)}


def hooked(ids: set[str]) -> set[str]:
    """Return the kinds that hooks of pre-commit check, by their ids."""
    return {kind for kind, known in _HOOKS.items() if ids & known}


def _starts(plain: list[str], words: tuple[str, ...]) -> bool:
    # Options with a value of their own (`-f compose.yaml`) may stand between the words.
    left = iter(plain[: len(words) + 2])
    return plain[0] == words[0] and all(word in left for word in words)


def _of_infrastructure(word: str) -> bool:
    return any(part in ("infra", "infrastructure", "terraform", "container", "compose", "k8s")
               for part in word.replace("_", "/").replace(".", "/").split("/"))  # fmt: skip
