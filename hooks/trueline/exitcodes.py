"""Exit codes, the same for every command."""

FINE = 0
FINDING = 1
BAD_INPUT = 2
CANNOT_TELL = 3
