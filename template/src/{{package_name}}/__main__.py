"""`python -m <package> STAGE` runs one stage of the pipeline."""

import gc

from .cli import main

# scikit-learn and MLflow make objects by the hundred thousand that live as long as the process. To
# look through them for garbage, time and again and once more at the end, took a sixth of a stage.
gc.set_threshold(100_000, 50, 100)
try:
    main()
finally:
    gc.freeze()
