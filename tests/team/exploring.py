"""What a team does that still explores, in the order of `minimum_work` in team.yaml."""

from __future__ import annotations

import json
import re

from team.company import Company
from team.documents import replaced
from team.working import choose, fill, push, vouch

OWNERS = """\
* @my-org/ml
/docs/project/ @my-org/radiology
"""
DOCUMENTS = ("docs/project/goals.md", "docs/project/project.yaml", "docs/data/steps.yaml")


def write(company: Company) -> None:
    """Fill the documents that a dozen statements ask for."""
    company.trueline("start", "docs/data/steps.yaml", ".")
    for path in DOCUMENTS:
        fill(company, path, {})
        company.merge(f"Write {path}", "cleo")


def own(company: Company) -> None:
    """Give each feature somebody who answers for it, a pull request each."""
    path = company.project / "conf" / "features.yaml"
    text, number = re.subn("owner: # fill:[^\n]*", "owner: @", path.read_text("utf-8"))
    for left in range(number, 0, -1):
        text = text.replace("owner: @\n", 'owner: "@my-org/ml"\n', 1)
        open_ = text.replace("owner: @\n", "owner: null\n")
        path.write_text(open_, "utf-8")
        company.merge(f"Own one feature more, {left - 1} are left", ("ada", "cleo")[left % 2])


def look(company: Company) -> None:
    """Ask the data a question of the team's own, in the notebook."""
    path = company.project / "notebooks" / "explore.ipynb"
    body = json.loads(path.read_text("utf-8"))
    # nbstripout numbers the cells.
    name = str(len(body["cells"]))
    cell = {"cell_type": "code", "execution_count": None, "id": name, "metadata": {}}
    body["cells"].append(
        {**cell, "outputs": [], "source": ["# How many lumps are there?\n", "2 + 2"]}
    )
    path.write_text(json.dumps(body, indent=1) + "\n", "utf-8")
    company.merge("Look at the lumps", "ben")


def work(company: Company) -> None:
    """Do all of it, up to what CI shows of the last commit."""
    push(company, OWNERS)
    write(company)
    own(company)
    replaced(company.project / "params.yaml", ("trials: 20", "trials: 3"))
    company.merge("Search for minutes, not for hours")
    look(company)
    choose(company)
    vouch(company, "1.1.1")
