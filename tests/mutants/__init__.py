"""Mutants: mistakes in a made project's system, each of which exactly one ML test has to notice.

<section>.yaml lists them: id (of the ML Test Score), what (one line), file ({package} is the project's),
replace and by (text that occurs once there), and maybe also (ids that cannot but fail too) with why.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import yaml

FOLDER = Path(__file__).parent
# The tests of Breck et al., The ML Test Score, 2017, in the words of this repository.
TITLES = {
    "data1": "Feature expectations are captured in a schema",
    "data2": "All features are beneficial",
    "data3": "No feature's cost is too much",
    "data4": "Features adhere to meta-level requirements",
    "data5": "The data pipeline has privacy controls",
    "data6": "New features can be added quickly",
    "data7": "All input feature code is tested",
    "model1": "Every model specification is reviewed and in version control",
    "model2": "Offline metrics correlate with online metrics",
    "model3": "All hyperparameters are tuned",
    "model4": "The impact of staleness is known",
    "model5": "A simpler model is not better",
    "model6": "Quality is sufficient on all important slices",
    "model7": "The model is tested for inclusion",
    "infra1": "Training is reproducible",
    "infra2": "Model specification code is unit tested",
    "infra3": "The full ML pipeline is integration tested",
    "infra4": "Quality is validated before serving",
    "infra5": "One example can be debugged step by step",
    "infra6": "Models are tried by a canary before serving",
    "infra7": "Rollback is quick and safe",
    "mon1": "Dependency changes notify",
    "mon2": "Data invariants hold in training and serving",
    "mon3": "Training and serving compute the same features",
    "mon4": "Models are not too stale",
    "mon5": "The model is numerically stable",
    "mon6": "Speed, latency, throughput and memory have not regressed",
    "mon7": "Prediction quality has not regressed on served data",
}


@dataclass(frozen=True)
class Mutant:
    """One mistake: `replace` in `file` becomes `by`."""

    id: str
    what: str
    file: str
    replace: str
    by: str
    also: tuple[str, ...] = ()
    why: str = ""

    def path(self, project: Path) -> Path:
        """Return the file to change in a made project."""
        (package,) = [p.parent.name for p in (project / "src").glob("*/__init__.py")]
        return project / self.file.replace("{package}", package)

    def apply(self, project: Path) -> None:
        """Change the file; raises ValueError if the text does not occur exactly once."""
        path = self.path(project)
        text = path.read_text()
        if text.count(self.replace) != 1:
            raise ValueError(
                f"{self.id}: {text.count(self.replace)} times in {path}: {self.replace!r}"
            )
        path.write_text(text.replace(self.replace, self.by))


def load() -> list[Mutant]:
    """Return all mutants, in the order of TITLES."""
    found = [
        Mutant(**{**entry, "also": tuple(entry.get("also", ()))})
        for path in sorted(FOLDER.glob("*.yaml"))
        for entry in yaml.safe_load(path.read_text())
    ]
    return sorted(found, key=lambda mutant: list(TITLES).index(mutant.id))
