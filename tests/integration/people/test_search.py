"""Finding a clinic's patients by what a secretary happens to know."""

from datetime import date

import pytest

from booking.people import queries, service
from booking.people.models import Patient
from booking.people.service import Details
from booking.platform.database import Session
from tests import factories
from tests.integration.people.conftest import Desk


@pytest.fixture
def people(session: Session, desk: Desk) -> dict[str, Patient]:
    """Some of the clinic's patients, by given name."""
    register = [
        Details("Karen Anne-Marie", "Østergård", cpr="0403611234", phone="+4520301020"),
        Details("Åse", "Ærø", cpr="0506701111"),
        Details("Bo", "Aagaard", birth_date=date(1960, 12, 20), phone="+46701234567"),
        Details("Zenia", "Madsen", birth_date=date(1960, 12, 20)),
        Details("Ole", "100%_\\", phone="+4520121960"),
    ]
    made = [service.register_patient(session, desk.by, desk.clinic.id, one) for one in register]
    return {patient.given_name.split()[0]: patient for patient in made}


FOUND_BY: list[tuple[str, list[str]]] = [
    ("karen", ["Karen"]),
    ("KAREN ØST", ["Karen"]),
    ("østergård karen", ["Karen"]),
    ("marie", ["Karen"]),
    ("åse", ["Åse"]),
    ("ÆRØ", ["Åse"]),
    ("  bo   aag ", ["Bo"]),
    ("aren", []),
    ("karen madsen", []),
    ("040361-1234", ["Karen"]),
    ("0403611234", ["Karen"]),
    ("040361-1235", []),
    ("040361", ["Karen"]),
    ("4. marts 1961", ["Karen"]),
    ("karen 040361", ["Karen"]),
    ("karen øst f. 4/3-61", ["Karen"]),
    ("bo 1960", ["Bo"]),
    ("bo 1961", []),
    ("20 30 10 20", ["Karen"]),
    ("+45 2030 1020", ["Karen"]),
    ("004520301020", ["Karen"]),
    ("+46 70 123 45 67", ["Bo"]),
    ("20-12-1960", ["Zenia", "Bo"]),
    ("20.12.1960", ["Zenia", "Bo"]),
    ("20 12 1960", ["Ole", "Zenia", "Bo"]),
    ("20121960", ["Ole", "Zenia", "Bo"]),  # a phone number and a birth date
    ("31-02-1960", []),
    ("100%", ["Ole"]),
    ("%", []),
    ("_", []),
    ("\\", []),
    ("", []),
    ("-", []),
]


def test_a_secretary_finds(session: Session, desk: Desk, people: dict[str, Patient]) -> None:
    found = {typed: queries.find(session, desk.clinic.id, typed) for typed, _expected in FOUND_BY}
    assert found == {typed: [people[name] for name in names] for typed, names in FOUND_BY}


def test_only_the_clinics_own_are_found(
    session: Session, desk: Desk, people: dict[str, Patient]
) -> None:
    elsewhere = factories.clinic(session)
    for typed in ("karen", "040361-1234", "20301020", "20-12-1960"):
        assert queries.find(session, elsewhere.id, typed) == []


def test_at_most_fifty_are_found_the_first_in_danish_order(session: Session, desk: Desk) -> None:
    for number in range(60):
        family = f"Åberg{number:02}" if number < 20 else f"Berg{number:02}"
        factories.patient(session, desk.clinic, given_name="Per", family_name=family)
    found = queries.find(session, desk.clinic.id, "per")
    assert len(found) == 50
    assert found[0].family_name == "Berg20"
    assert found[-1].family_name == "Åberg09"
