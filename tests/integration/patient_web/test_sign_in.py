"""In with a code and a birth date; equal answers; locked after repeated failures."""

import pytest
from flask import Flask

from booking.people import codes
from booking.platform.database import Session
from tests import factories as make
from tests.integration.appointments.conftest import Place
from tests.integration.patient_web.conftest import Visitor, signed_in

pytestmark = pytest.mark.freeze_time("2026-11-23T08:00:00Z")

BORN = {"born_day": "4", "born_month": "3", "born_year": "1961"}
WRONG = "Koden og fødselsdatoen passer ikke sammen."


@pytest.fixture
def stranger(app: Flask) -> Visitor:
    return Visitor(app.test_client())


def test_a_code_and_the_birth_date_let_the_patient_in(
    stranger: Visitor, session: Session, place: Place
) -> None:
    code = codes.issue(session, place.patient.id)
    session.commit()
    stranger.post("/", code=code.lower().replace("-", " "), **BORN)
    stranger.says("Mine tider", place.patient.name)
    assert stranger.get("/").path == "/mine-tider"


def test_a_wrong_code_and_a_wrong_date_get_the_same_answer(
    stranger: Visitor, session: Session, place: Place
) -> None:
    code = codes.issue(session, place.patient.id)
    session.commit()
    stranger.post("/", code="AAAAA-AAAAA", **BORN).says(WRONG, status=422)
    first = stranger.text
    stranger.post("/", code=code, **{**BORN, "born_year": "1962"}).says(WRONG, status=422)
    assert stranger.text == first


def test_repeated_failures_lock_the_code_even_for_the_right_date(
    stranger: Visitor, session: Session, place: Place
) -> None:
    code = codes.issue(session, place.patient.id)
    session.commit()
    for _attempt in range(5):
        stranger.post("/", code=code, **{**BORN, "born_day": "5"}).says(WRONG, status=422)
    stranger.post("/", code=code, **BORN).says("Der er prøvet for mange gange", status=429)


@pytest.mark.parametrize("year", ["61", "061", "0061", "6"])
def test_a_year_in_fewer_than_four_digits_is_asked_for_again_and_not_counted(
    stranger: Visitor, session: Session, place: Place, year: str
) -> None:
    code = codes.issue(session, place.patient.id)
    session.commit()
    for _attempt in range(6):
        stranger.post("/", code=code, **{**BORN, "born_year": year}).says(
            "Skriv årstallet med fire cifre, for eksempel 1961.", status=422
        )
    assert f'value="{code}"' in stranger.page.text
    assert stranger.post("/", code=code, **BORN).path == "/mine-tider"


@pytest.mark.parametrize(
    ("sent", "message"),
    [
        ({}, "Skriv koden fra dit brev."),
        ({"code": "ABC"}, "Skriv din fødselsdato"),
        ({"code": "ABC", **BORN, "born_day": "31", "born_month": "2"}, "Den dato findes ikke."),
        ({"code": "ABC", **BORN, "born_year": "9" * 30}, "Den dato findes ikke."),
        ({"code": "A\x00B", **BORN}, "Skriv tekst."),
        ({"code": "x" * 500, **BORN}, "Højst 40 tegn."),
    ],
)
def test_what_is_missing_or_nonsense_is_said_and_kept(
    stranger: Visitor, sent: dict[str, str], message: str
) -> None:
    stranger.post("/", **sent).says(message, status=422)
    if sent.get("code") == "ABC":
        assert 'value="ABC"' in stranger.page.text


def test_the_language_of_the_patient_is_spoken(app: Flask, session: Session, place: Place) -> None:
    place.patient.language = "en"
    visitor = signed_in(app, session, place.patient)
    assert '<html lang="en">' in visitor.page.text


def test_signing_in_leads_where_one_wanted_to_go_but_never_elsewhere(
    stranger: Visitor, session: Session, place: Place
) -> None:
    code = codes.issue(session, place.patient.id)
    session.commit()
    assert stranger.get("/behov").path == "/"
    assert stranger.post("/", code=code, **BORN).path == f"/behov/{place.patient.id}"
    for unsafe in (
        "//evil.example/",
        "/\\evil",
        "https://evil.example",
        "/klinik/",
        "/findes-ikke",
    ):
        other = Visitor(stranger.client.application.test_client())
        with other.client.session_transaction() as kept:
            kept["next"] = unsafe
        assert other.post("/", code=code, **BORN).path == "/mine-tider"


def test_signing_out_ends_it(visitor: Visitor) -> None:
    visitor.post("/log-ud").says("Du er logget ud.")
    assert visitor.get("/mine-tider").path == "/"


@pytest.mark.parametrize("path", ["/", "/was", "/hjaelp"])
def test_pages_for_everyone_need_no_sign_in(stranger: Visitor, place: Place, path: str) -> None:
    assert stranger.get(path).path == path
    assert stranger.page.status_code == 200


def test_the_help_page_has_the_telephone_numbers(stranger: Visitor, place: Place) -> None:
    stranger.get("/hjaelp").says(place.clinic.name, "+45 99 32 00 00")


def test_staff_are_not_patients(app: Flask, session: Session, place: Place) -> None:
    staff = Visitor(app.test_client())
    staff.post("/klinik/log-ind", username=place.staff.username, password=make.PASSWORD)
    assert staff.get("/mine-tider").path == "/"
