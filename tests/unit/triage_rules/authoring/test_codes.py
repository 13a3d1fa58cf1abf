"""A rule set's code is made of its name."""

import re

from hypothesis import given
from hypothesis import strategies as st

from triage_rules.authoring.codes import LONGEST, code_for


def test_danish_letters_are_written_out() -> None:
    assert code_for("Gigt, årlig (ældre)", ()) == "gigt-aarlig-aeldre"
    assert code_for("Gigt", {"gigt", "gigt-2"}) == "gigt-3"
    assert code_for("»…«", ()) == "regler"


@given(st.lists(st.text(max_size=200), max_size=20))
def test_codes_are_different_and_plain(labels: list[str]) -> None:
    taken: list[str] = []
    for label in labels:
        taken.append(code_for(label, taken))
    assert len(set(taken)) == len(labels)
    assert all(re.fullmatch("[a-z0-9]([a-z0-9-]*[a-z0-9])?", code) for code in taken)
    assert all(len(code) <= LONGEST for code in taken)
