"""Files that mean harm, or no DMN at all, are refused and never expanded, fetched or crashed on."""

from contextlib import suppress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.unit.triage_rules.dmn.models import V15, answer, decision, literal, model
from triage_rules.dmn import xml
from triage_rules.dmn.facts import read_facts
from triage_rules.dmn.read import read
from triage_rules.dmn.refused import Refused

BOMB = (
    b"""<!DOCTYPE d [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]><d>&b;</d>"""
)
EXTERNAL = b"""<!DOCTYPE d [<!ENTITY a SYSTEM "file:///etc/passwd">]><d>&a;</d>"""
PARAMETER = b"""<!DOCTYPE d [<!ENTITY % a SYSTEM "http://127.0.0.1/a"> %a;]><d/>"""
BY_ADDRESS = b"""<!DOCTYPE d SYSTEM "http://127.0.0.1/a.dtd"><d/>"""


@pytest.mark.parametrize("document", [BOMB, EXTERNAL, PARAMETER, BY_ADDRESS, b"<!DOCTYPE d><d/>"])
def test_a_document_type_is_refused(document: bytes) -> None:
    with pytest.raises(Refused, match="document type"):
        read(document)
    with pytest.raises(Refused, match="document type"):
        read(document.decode().encode("utf-16"))


def test_an_entity_that_was_never_declared_is_refused() -> None:
    with pytest.raises(Refused):
        read(f'<definitions xmlns="{V15}">&a;</definitions>'.encode())


def test_size_depth_and_number_are_bounded() -> None:
    with pytest.raises(Refused, match="bytes"):
        read(b"<d>" + b" " * xml.MOST_BYTES + b"</d>")
    with pytest.raises(Refused, match="deep"):
        read(b"<d>" * 100_000)
    with pytest.raises(Refused, match="elements"):
        read(b"<d>" + b"<e/>" * (xml.MOST_ELEMENTS + 1) + b"</d>")


def test_an_expression_is_bounded_in_depth_and_length() -> None:
    for text in ("(" * 5_000, "[" * 5_000, "-" * 5_000 + "1", "1" * 30_000, "not(" * 5_000):
        with pytest.raises(Refused):
            answer(model(decision("d", literal(text))), "d")


def test_a_pattern_that_takes_for_ever_is_refused() -> None:
    slow = literal('matches("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa!", "(a+)+$")')
    with pytest.raises(Refused):
        answer(model(decision("d", slow)), "d")


@settings(max_examples=300, deadline=None)
@given(st.one_of(st.binary(max_size=200), st.text(max_size=200).map(str.encode)))
def test_whatever_the_bytes_only_a_refusal_comes(document: bytes) -> None:
    with pytest.raises(Refused):
        read(document)
    with suppress(Refused):
        assert isinstance(read_facts(document), dict)


PIECES = (
    '1 2.5 "a" x null true [ ] ( ) .. , + - * / ** < <= = != not( { } : . sum( item @ ? // /* '
    "function( date( count( sort( substring( in between and or if then else return satisfies "
    "for.i.in some.i.in instance.of"
)


@settings(max_examples=600, deadline=None)
@given(st.lists(st.sampled_from(PIECES.split()), max_size=14), st.booleans())
def test_whatever_the_text_a_value_or_a_refusal_comes(pieces: list[str], apart: bool) -> None:
    text = (" " if apart else "").join(pieces).replace(".i.in", " i in ").replace(".of", " of ")
    with suppress(Refused):
        assert answer(model(decision("d", literal(text))), "d").decision == "d"
