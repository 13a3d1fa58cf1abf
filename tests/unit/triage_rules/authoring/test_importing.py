"""What is in a file is a rule set, or is refused with a place; whatever the file holds."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from typing import Any

import pytest
from flask import Flask
from flask_babel import Babel, force_locale
from hypothesis import given
from hypothesis import strategies as st

from tests.unit.triage_rules.tables.asthma import rules
from triage_rules import library
from triage_rules.authoring import differences, publishing, showing
from triage_rules.authoring.importing import MOST_BYTES, MOST_ROWS, Imported, read_file
from triage_rules.authoring.words import NO_NAMES
from triage_rules.dmn.refused import Refused
from triage_rules.tables import examples as trying
from triage_rules.tables import written
from triage_rules.tables.dmn_files import written_as_dmn

ODD: tuple[Any, ...] = (
    None,
    True,
    -1,
    1.5,
    "",
    "1e999999999",
    [],
    {},
    [1],
    {"number": [1]},
    {"number": "1e9999"},
)


RULES = library.entry("asthma").rules


@contextmanager
def page() -> Iterator[None]:
    """Where texts have a language."""
    app = Flask(__name__)
    Babel(app)
    with app.test_request_context(), force_locale("da"):
        yield


def as_plain(code: str) -> dict[str, Any]:
    entry = library.entry(code)
    return {
        "rules": json.loads(written.written(entry.rules)),
        "examples": json.loads(trying.written(entry.examples)),
    }


@pytest.mark.parametrize("code", library.CODES)
def test_the_librarys_rules_come_through_both_forms(code: str) -> None:
    entry = library.entry(code)
    whole = json.dumps(as_plain(code)).encode()
    assert read_file(whole) == Imported(entry.rules, entry.examples)
    assert read_file(written.written(entry.rules).encode()) == Imported(entry.rules)
    assert read_file(written_as_dmn(entry.rules)) == Imported(entry.rules)


@st.composite
def damaged(draw: st.DrawFn) -> bytes:
    """The library's rules for asthma with one value put in the place of another."""
    plain = as_plain("asthma")
    place: Any = plain
    while True:
        key = draw(st.sampled_from(list(place) if isinstance(place, dict) else range(len(place))))
        deeper = isinstance(place[key], dict | list) and place[key]
        if not deeper or draw(st.integers(0, 3)) == 0:
            break
        place = place[key]
    place[key] = draw(st.sampled_from(ODD))
    return json.dumps(plain).encode()


@given(damaged())
def test_what_is_wrong_is_refused_or_shown(document: bytes) -> None:
    try:
        found = read_file(document)
    except Refused:
        return
    assert read_file(written.written(found.rules).encode()).rules == found.rules
    with page():
        bars = publishing.obstacles(found.rules, found.examples, date(2026, 11, 23))
        assert all(text for text, _href in showing.obstacles(found.rules, bars, NO_NAMES))
        assert showing.tables(found.rules, NO_NAMES)
        assert showing.looks(found.rules) is not None
        assert differences.difference(RULES, found.rules, NO_NAMES) is not None


@given(st.binary(max_size=200))
def test_a_file_of_any_bytes_is_refused(document: bytes) -> None:
    with pytest.raises(Refused):
        read_file(document)


def test_a_file_too_large_or_too_deep_is_refused() -> None:
    for document in (b"{" * 100_000, b'{"tables":' + b"[" * 100_000, b"{" + b" " * MOST_BYTES):
        with pytest.raises(Refused):
            read_file(document)


def test_a_table_with_too_many_rows_is_refused() -> None:
    plain = json.loads(written.written(rules()))
    row = plain["tables"][1]["rows"][0]
    plain["tables"][1]["rows"] = [{**row, "id": f"r{n}"} for n in range(MOST_ROWS + 1)]
    with pytest.raises(Refused, match="activity"):
        read_file(json.dumps(plain).encode())
