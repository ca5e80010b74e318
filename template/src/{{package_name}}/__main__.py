"""`python -m <package> STAGE` runs one stage of the pipeline."""

from .cli import main

main()
