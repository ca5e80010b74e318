"""The errors that reach a user, each as one line; the command line turns them into exit codes."""


class BadInput(Exception):
    """The request cannot be carried out as given: what is wrong, where, what to do (exit 2)."""

    exit_code = 2


class CannotTell(Exception):
    """The evidence is out of reach, so neither yes nor no would be true (exit 3)."""

    exit_code = 3
