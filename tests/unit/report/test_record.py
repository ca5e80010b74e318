"""A record is added to maturity.yaml, and no other line changes."""

from __future__ import annotations

import difflib
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st
from trueline.errors import BadInput
from trueline.guidance.record import added

SHIPPED = Path(__file__).parents[3] / "template" / "maturity.yaml"
RECORD: dict[str, object] = {
    "id": "7.2",
    "claim": "met",
    "owner": "@acme/model-risk",
    "evidence": ["docs/a.md#x", "https://x.example/?a=1,2&b=[3]"],
    "statement": 'Said "yes": all, of it # really',
    "review_days": 180,
}
FORMS = {
    "nothing after the colon": "schema: 1\nattestations:\nwaivers: []\n",
    "nothing but a comment": "schema: 1\nattestations:  # none yet\n\nwaivers: []\n",
    "empty brackets": "schema: 1\nattestations: []\nwaivers: []\n",
    "empty brackets with a comment": "attestations: [] # none\nwaivers: []\n",
    "null": "attestations: null\n",
    "tilde and comment": "attestations: ~   # none\nx: 1\n",
    "dashes at the margin": "attestations:\n- id: '1.1.3'\n  claim: met  # why\nwaivers: []\n",
    "dashes far in": "attestations:\n      - id: '1.1.3'\n        evidence:\n        - a\n        - b\n\n# next\nwaivers: []\n",
    "a folded text at the end": "attestations:\n  - id: '1.1.3'\n    statement: >-\n      one\n      two\n\nwaivers: []\n",
    "a literal text at the very end": "attestations:\n  - id: '1.1.3'\n    statement: |\n      one\n\n      two\n",
    "no line end": "attestations:\n  - {id: '1.1.3', claim: met}",
    "no records": "schema: 1\n# only this\n",
    "nothing at all": "",
    "only comments": "# a file\n# of words\n",
    "other line ends": "schema: 1\r\nattestations: []\r\nwaivers: []\r\n",
    "an empty last value": "attestations:\n  - id: '1.1.3'\n    statement:\nwaivers: []\n",
    "brackets over lines": "attestations: [\n]\nwaivers: []\n",
    "an anchor": "x: &x {claim: met}\nattestations:\n  - id: '1.1.3'\n    <<: *x\nwaivers: []\n",
    "a document's marks": "---\nattestations: []\n...\n",
}  # fmt: skip


@pytest.mark.parametrize("text", FORMS.values(), ids=FORMS)
def test_every_honest_form_takes_a_record(text: str) -> None:
    after = added(text, RECORD)
    before = yaml.safe_load(text) or {}
    wanted = {**before, "attestations": [*(before.get("attestations") or []), RECORD]}
    assert yaml.safe_load(after) == wanted
    gone = [
        line
        for line in difflib.ndiff(text.splitlines(), after.splitlines())
        if line.startswith("- ")
    ]
    assert len(gone) <= 2
    assert all("attestations" in line or line.strip() in ("- ]", "-") for line in gone)
    for line in text.splitlines():
        if "#" in line:
            assert line.partition("#")[2] in after
    assert ("\r\n" in text) == ("\r\n" in after)
    twice = added(after, {**RECORD, "id": "1.1.3"})
    assert [r["id"] for r in yaml.safe_load(twice)["attestations"]][-2:] == ["7.2", "1.1.3"]


def test_the_shipped_file_keeps_every_line() -> None:
    text = SHIPPED.read_text("utf-8")
    after = added(text, RECORD)
    changed = [
        line for line in difflib.ndiff(text.splitlines(), after.splitlines()) if line[0] in "-+"
    ]
    assert changed[:2] == ["- attestations: []", "+ attestations:"]
    assert changed[2] == "+   - id: '7.2'"
    assert len(changed) == 2 + len(RECORD)


@pytest.mark.parametrize(
    "text",
    ["attestations: [{id: '1.1.3'}]\n", "{schema: 1, attestations: []}\n", "- a\n", "a: [\n", "attestations: text\n",
     "attestations: {a: 1}\n", "a: 1\n---\nb: 2\n", "just words\n", "attestations: &a []\nwaivers: *a\n"],
)  # fmt: skip
def test_what_cannot_take_one_is_refused(text: str) -> None:
    with pytest.raises(BadInput) as refused:
        added(text, RECORD)
    assert "\n" not in str(refused.value)


words = st.text(st.characters(categories=["L", "N", "P", "Zs", "S"]), max_size=12)
values: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers() | words,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(words, inner, max_size=3),
    max_leaves=8,
)


@settings(max_examples=50)
@given(
    st.lists(st.dictionaries(words, values, min_size=1, max_size=3), max_size=3),
    st.dictionaries(words, values, max_size=3),
    st.sampled_from([True, False, None]),
    st.integers(2, 6),
    words,
)
def test_whatever_is_in_the_file_stays(
    records: list[Any], others: dict[str, Any], flow: bool | None, indent: int, comment: str
) -> None:
    body = {**others, "attestations": records}
    text = yaml.safe_dump(
        body, default_flow_style=flow, indent=indent, allow_unicode=True, sort_keys=False
    )
    text = f"# {' '.join(comment.split())}\n{text}"
    try:
        after = added(text, RECORD)
    except BadInput:
        return
    assert yaml.safe_load(after) == {**yaml.safe_load(text), "attestations": [*records, RECORD]}
    assert set(text.splitlines()) - set(after.splitlines()) <= {"attestations: []"}


@given(words, words)
def test_whatever_a_person_writes_is_kept(owner: str, statement: str) -> None:
    record: dict[str, object] = {
        "id": "1.1.3",
        "owner": owner.strip(),
        "statement": " ".join(statement.split()),
    }
    assert yaml.safe_load(added("", record))["attestations"] == [record]
