"""What the scripted team does, in the order of tests/unit/checker/expected/team.yaml."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from team.company import RENOVATE, Company
from team.documents import replaced, written

from demo.serving import serving

OWNERS = """\
* @my-org/ml
/compose.yaml @my-org/platform
/Dockerfile @my-org/platform
/monitoring/ @my-org/platform
/infra/ @my-org/platform
"""
RECIPE = """\
## Add a feature

Radiographers propose a measurement over coffee; whoever weighs lumps sketches it in `derive.py` beside a hand-worked
example, describes unit and scanner in `conf/features.yaml`, and asks somebody from data science for approval.
"""
DIGEST = "@sha256:" + "4d" * 32
KEY = "key-of-the-recall-desk-0123456789"
PRODUCTION = {
    "ENVIRONMENT": "production",
    "MLFLOW_TRACKING_URI": "sqlite:///mlflow.db",
    "API_KEYS": KEY,
    "API_KEY": KEY,
}
BORN = (
    "docs/project/goals.md",
    "docs/project/project.yaml",
    "docs/project/risk.yaml",
    "docs/runbooks/rollback.md",
    "docs/runbooks/model-age.md",
    "docs/runbooks/api-errors.md",
)
STARTED = (
    "docs/project/team.yaml",
    "docs/data/steps.yaml",
    "docs/architecture/components.yaml",
    "docs/architecture/README.md",
    "docs/model/explanations.md",
    "docs/runbooks/security.md",
    "docs/runbooks/case_review.md",
)
OPERATIONS = (
    ("  alert: # fill: such as \"#churn-model\"", "  alert: \"#radiology-model\""),
    ("quality: {labels: null, label_delay_days: 1,", "quality: {labels: data/labels.parquet, label_delay_days: 0,"),
    ("kpi: []", """kpi:
  - {name: found_tumours, unit: share, baseline: 0.6, target: 0.9, direction: up, source: recall}
  - {name: right_recalls, unit: share, baseline: 0.4, target: 0.9, direction: up, source: precision}"""),
    ("cost: {currency: EUR, budget_per_month: null}", """cost:
  currency: EUR
  training_per_hour: 1.2
  serving_per_hour: 0.1
  fixed_per_month: 20
  budget_per_month: 300
  owner: "@my-org/ml\""""),
    ("  refuse: []", "  refuse: []\n  margin: 0.2\n  uncertain: 0.05\n\nload: {p95_ms: 2000, error_rate: 0.01, rps: 10}"),
)  # fmt: skip
SIGNED = {
    "1.1.1": ("@my-org/ml", "docs/project/project.yaml", "Figures gone through with radiology"),
    "1.1.2": ("@my-org/ml", "docs/project/team.yaml", "Everybody who commits is listed"),
    "1.1.3": ("@my-org/ml", "docs/project/risk.yaml", "Register gone through with the ward"),
    "1.3.2": ("@my-org/ml", "docs/architecture/README.md", "Drawing held against the folders"),
    "3.2.6": ("@my-org/platform", "docs/runbooks/security.md", "Tried from outside the segment"),
    "4.4.2": ("@my-org/ml", "docs/runbooks/case_review.md", "Seventeen images reviewed"),
    "6.2": ("@my-org/ml", "docs/model/explanations.md", "Seven radiographers tried it"),
}


def push(company: Company, owners: str) -> None:
    """Push the copy to a new repository, and say who approves what."""
    project, git = company.project, company.machine.git
    company.machine.run(["git", "init", "-q", "--bare", "-b", "main", str(company.origin)])
    git("remote", "add", "origin", f"file://{company.origin}", cwd=project)
    git("push", "-q", "-u", "origin", "main", cwd=project)
    (project / ".github" / "CODEOWNERS").write_text(owners, "utf-8")
    company.merge("Say who approves what", "ben")


def found(company: Company) -> None:
    """Push the copy, name the owners, and let Renovate pin what is not pinned."""
    project = company.project
    push(company, OWNERS + _shared(company))
    docker = project / "Dockerfile"
    docker.write_text(re.sub(r"(FROM \S+)", rf"\1{DIGEST}", docker.read_text()))
    compose = project / "compose.yaml"
    compose.write_text(re.sub(r"(image: \S+)", rf"\1{DIGEST}", compose.read_text()))
    company.merge("Pin digests", "renovate[bot]")
    scraped = project / "monitoring" / "prometheus.yml"
    scraped.write_text(f"# Read by Ben's machine beside the archive.\n{scraped.read_text()}")
    company.merge("Say which machine scrapes")
    vouched = project / "maturity.yaml"
    vouched.write_text(f"{vouched.read_text()}\nbots: [{json.dumps(RENOVATE)}]\n")
    company.merge("Renovate is nobody of the team", "cleo")


def _shared(company: Company) -> str:
    return "/src/*/features/ @my-org/data-science @my-org/ml\n" if _batch(company) else ""


def _batch(company: Company) -> bool:
    return company.answers.get("serving") == "both"


def write(company: Company) -> None:
    """Fill the documents, a pull request each; those that are not born are begun first."""
    said = {
        "today": f"{datetime.now(UTC):%Y-%m-%d}",
        "batch": "batch" if _batch(company) else "serving",
        "more": "  - {name: batch, kind: package, runtime: false, purpose: ranks the lumps of a night, "
        'owner: "@my-org/ml"}\n' if _batch(company) else "",
    }  # fmt: skip
    for number, path in enumerate((*BORN, *STARTED)):
        if path in STARTED:
            assert f"wrote {path}" in company.trueline("start", path, ".")
        fill(company, path, said)
        company.merge(f"Write {path}", ("ada", "ben", "cleo")[number % 3])


def fill(company: Company, path: str, said: dict[str, str]) -> None:
    """Answer the prompts of a document; `said` is what only this project knows."""
    file = company.project / path
    file.write_text(written(path, file.read_text("utf-8"), **said), "utf-8")


def configure(company: Company) -> None:
    """Say what each feature means to people, who hears of what, and what is enough."""
    path = company.project / "conf" / "features.yaml"
    head, *blocks = re.split(r"(?m)^(?=  \w+:\n    description)", path.read_text("utf-8"))
    for number, block in enumerate(blocks):
        words = block.split(":", 1)[0].strip().replace("_", " ")
        own = f'owner: "@my-org/ml"\n    text: "The {words} of the lump stood out."'
        own += "\n    depends_on: []" if _batch(company) else ""
        blocks[number] = re.sub(r"owner: # fill:[^\n]*", own, block)
        if number % 5 == 4 or number == len(blocks) - 1:
            path.write_text(head + "".join(blocks), "utf-8")
            company.merge(f"Tell people of features up to {words}", ("ada", "cleo")[number % 2])
    replaced(company.project / "conf" / "operations.yaml", *OPERATIONS)
    company.merge("Say who hears of what and what is enough", "ben")


def feature(company: Company) -> None:
    """Let whoever weighs lumps change how they are measured; the default answers ask for none."""
    if not _batch(company):
        return
    recipe = company.project / "CONTRIBUTING.md"
    recipe.write_text(f"{recipe.read_text('utf-8').rstrip()}\n\n{RECIPE}", "utf-8")
    company.merge("Tell how a measurement gets in", "ben")
    (derive,) = (company.project / "src").glob("*/features/derive.py")
    replaced(
        derive,
        (
            "    return frame\n",
            "    # Blank textures stay blank: scanners differ.\n    return frame\n",
        ),
    )
    company.merge("Keep blank textures as they are", "ada")


def model(company: Company) -> None:
    """Search, train three times and record which model was chosen over which."""
    project = company.project
    params = project / "params.yaml"
    replaced(params, ("max_row_ms: 100", "max_row_ms: 10000"), ("trials: 20", "trials: 3"))
    params.write_text(f"{params.read_text()}\nexplain: {{min_fidelity: 0.5, min_stability: 0.8}}\n")
    company.merge("Let no busy machine decide; ask explanations to be true")
    choose(company)
    company.poe("openapi")
    company.merge("Describe the API")


def choose(company: Company) -> None:
    """Train three times, each time from a clean main, and record what was chosen over what."""
    company.poe("pipeline")
    company.merge("Train the first model")
    company.poe("search", codes=(0, 1))
    params = company.project / "params.yaml"
    for before, rate in (("0.1", "0.09"), ("0.09", "0.08")):
        replaced(params, (f"learning_rate: {before}\n", f"learning_rate: {rate}\n"))
        company.merge(f"Learn more slowly, {rate}")
        company.poe("pipeline")
        company.merge(f"Train with {rate}")
    for run in runs(company)[:2]:
        company.poe("experiments", "--record", run["run_id"])
    fill(company, "docs/adr/0001-baseline.md", {"today": f"{datetime.now(UTC):%Y-%m-%d}"})
    company.merge("Decide for boosted trees", "cleo")


def runs(company: Company) -> list[dict[str, Any]]:
    """Give the measured trainings, the oldest first."""
    listed = json.loads(company.poe("experiments", "--json"))["runs"]
    return sorted((run for run in listed if run["baseline"] is not None), key=lambda r: r["start"])


def operate(company: Company) -> None:
    """Deploy, go back and forth, serve, measure and look after the model, as production."""
    project, poe = company.project, company.poe
    poe("promote", "--version", "1", **PRODUCTION)
    env = {**company.machine.env, **PRODUCTION}
    client = str(Path(__file__).with_name("client.py"))
    with serving(project, env) as address:
        company.machine.run(["uv", "run", "python", client, address], project, **PRODUCTION)
    poe("canary", "--version", "2", codes=(0, 1), **PRODUCTION)
    poe("promote", "--version", "2", **PRODUCTION)
    poe("rollback", **PRODUCTION)
    poe("promote", "--version", "2", **PRODUCTION)
    poe("restore-drill", **PRODUCTION)
    with serving(project, env) as address:
        company.machine.run(["uv", "run", "python", client, address], project, **PRODUCTION)
        load = ("--host", address, "--users", "4", "--seconds", "5")
        poe("load-test", *load, codes=(0, 1), **PRODUCTION)
    poe("explain", "--measure", codes=(0, 1), **PRODUCTION)
    poe("card", **PRODUCTION)
    if _batch(company):
        for nights in range(11, -1, -1):
            due = datetime.now(UTC).replace(hour=0, minute=5) - timedelta(days=nights)
            poe("score", "--scheduled-at", f"{due:%Y-%m-%dT%H:%M:00}", **PRODUCTION)
    poe("monitor", codes=(0, 1, 3), **PRODUCTION)


def release(company: Company) -> None:
    """Tell what went out, and tag it."""
    second = runs(company)[1]
    told = {
        "today": f"{datetime.now(UTC):%Y-%m-%d}",
        "metric": f"{second['metric']:.4f}",
        "data": f"data {second['data_version']}",
        "commit": second["commit"][:12],
    }
    company.trueline("start", "docs/model/releases.md", ".")
    replaced(company.project / "docs/model/releases.md", ("## Version 1", "## Version 2"))
    fill(company, "docs/model/releases.md", told)
    section = (
        f"## 1.0.0 - {told['today']}\n\n- Model version 2, trained on {told['data']}: roc_auc "
        f"{told['metric']}. Fewer needless recalls of younger women."
    )
    replaced(company.project / "CHANGELOG.md", ("- Made from the template.", f"\n{section}"))
    company.merge("Release 1.0.0", "ben")
    company.machine.git("tag", "v1.0.0", cwd=company.project)
    company.machine.git("push", "-q", "origin", "v1.0.0", cwd=company.project)


def sign(company: Company) -> None:
    """Vouch for what no file can prove."""
    for statement in SIGNED:
        vouch(company, statement)


def vouch(company: Company, statement: str) -> None:
    """Sign one statement, and merge it."""
    owner, evidence, said = SIGNED[statement]
    given = ("--owner", owner, "--evidence", evidence, "--statement", said, "--yes")
    company.trueline("attest", statement, ".", *given)
    company.merge(f"Sign {statement}", "ben" if owner.endswith("platform") else "cleo")


def work(company: Company) -> None:
    """Do all of it, up to what CI shows of the last commit."""
    for step in (found, write, configure, feature, model, operate, release, sign):
        step(company)
