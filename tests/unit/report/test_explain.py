"""Every statement can be explained from the catalogue and its probe."""

from __future__ import annotations

import json

import pytest
from trueline.errors import BadInput
from trueline.guidance.explain import as_data
from trueline.guidance.subject import nearest, subject
from trueline.maturity.catalogue import Entry, load
from unit.report.running import refused, run

ENTRIES = load().entries


@pytest.mark.parametrize("entry", ENTRIES, ids=[entry.id for entry in ENTRIES])
def test_every_statement_is_explained_in_full(entry: Entry) -> None:
    found = subject(entry.id)
    assert found.asked
    assert not found.asked.startswith(entry.id)
    assert all(found.judged)
    assert found.judged
    data = json.loads(json.dumps(as_data(found), default=str))
    assert {"title", "why", "asked", "judged", "limits", "remedy", "documents"} <= set(data)
    assert data["remedy"]["start"]


def test_the_command_tells_it_to_people_and_machines() -> None:
    entry = next(entry for entry in ENTRIES if entry.evidence == "attest")
    done = run("explain", entry.id, COLUMNS="200")
    assert (done.returncode, done.stderr) == (0, "")
    for part in (
        entry.title,
        entry.why,
        entry.remedy.text,
        entry.remedy.start,
        f"trueline attest {entry.id}",
    ):
        assert part in done.stdout
    assert "\x1b" not in done.stdout
    data = json.loads(run("explain", entry.id, "--format", "json").stdout)
    assert (data["id"], data["kind"], data["schema"]) == (entry.id, "statement", 1)
    listed = run("explain", "--list").stdout.splitlines()
    assert [line.split()[0] for line in listed] == [entry.id for entry in ENTRIES]


def test_an_unknown_id_names_its_neighbours() -> None:
    assert "2.2.9" in refused(run("explain", "2.2.99"))
    assert "--list" in refused(run("explain", "zzz"))
    refused(run("explain"))
    with pytest.raises(BadInput, match="near: 2"):
        subject("2.2")
    assert all(name.startswith("2.2.") for name in nearest("2.2"))
    assert "2.2.9" in nearest("rollback")
    assert nearest("\x00\n") == []
