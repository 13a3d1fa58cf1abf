"""Getting in, being kept out, and being put out."""

from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import NamedTuple

import pytest
from argon2 import extract_parameters
from argon2.profiles import RFC_9106_LOW_MEMORY
from flask import Flask
from flask.testing import FlaskClient
from freezegun.api import FrozenDateTimeFactory
from sqlalchemy import select

from booking.people import codes, sign_in, staffing
from booking.people.errors import BadCredentials
from booking.people.models import BookingCode, Staff
from booking.platform.database import Session
from booking.platform.errors import TooManyAttempts
from booking.platform.identity import SYSTEM
from booking.platform.web import Rettid
from tests import factories
from tests.conftest import SHIPPED_HASHER, test_config
from wsgi import create_app

pytestmark = pytest.mark.freeze_time("2026-11-23T08:00:00Z")

BORN = date(1961, 3, 4)
ADDRESS = "192.0.2.7"


class Letter(NamedTuple):
    """What a patient holds."""

    patient_id: int
    code: str


@pytest.fixture
def letter(rettid: Rettid) -> Letter:
    """A patient's booking code."""
    with rettid.database.transaction() as session:
        patient = factories.patient(session, birth_date=BORN)
        return Letter(patient.id, codes.issue(session, patient.id))


@pytest.fixture
def username(rettid: Rettid) -> str:
    """A secretary who can sign in with PASSWORD."""
    with rettid.database.transaction() as session:
        return factories.staff(session, factories.clinic(session)).username


def try_code(rettid: Rettid, code: str, born: date | None, address: str = ADDRESS) -> str:
    """One attempt as the patient's page makes it: what it counted is committed."""
    with rettid.database.transaction() as session:
        try:
            signed = sign_in.patient_by_code(session, code, born, address)
        except (BadCredentials, TooManyAttempts) as error:
            return error.code
        return f"in as {signed['id']}"


def post(client: FlaskClient, username: str, password: str) -> tuple[int, str]:
    """Send the staff's sign-in form."""
    answer = client.post("/klinik/log-ind", data={"username": username, "password": password})
    return answer.status_code, answer.text


@pytest.mark.parametrize("notation", ["{}", " {} ", "{}".lower()])
def test_the_code_and_the_birth_date_let_the_patient_in(
    rettid: Rettid, letter: Letter, notation: str
) -> None:
    typed = notation.format(letter.code)
    assert try_code(rettid, typed, BORN) == f"in as {letter.patient_id}"
    without = letter.code.replace("-", "").lower()
    assert try_code(rettid, without, BORN) == f"in as {letter.patient_id}"


def test_a_wrong_code_and_a_wrong_date_are_answered_alike(rettid: Rettid, letter: Letter) -> None:
    answers = {
        try_code(rettid, "22222-22222", BORN),
        try_code(rettid, letter.code, date(1961, 3, 5)),
        try_code(rettid, letter.code, None),
        try_code(rettid, "", BORN),
    }
    assert answers == {"bad_credentials"}


@pytest.mark.parametrize("known", [True, False])
def test_a_code_is_locked_after_five_failures_whether_it_exists_or_not(
    rettid: Rettid, letter: Letter, freezer: FrozenDateTimeFactory, known: bool
) -> None:
    code = letter.code if known else "22222-22222"
    for attempt in range(5):
        assert try_code(rettid, code, date(1999, 1, 1), f"192.0.2.{attempt}") == "bad_credentials"
    assert try_code(rettid, code, BORN, "198.51.100.1") == "too_many_attempts"
    freezer.tick(timedelta(minutes=59))
    assert try_code(rettid, code, BORN) == "too_many_attempts"
    freezer.tick(timedelta(minutes=2))
    assert try_code(rettid, code, BORN) == (
        f"in as {letter.patient_id}" if known else "bad_credentials"
    )


def test_an_address_that_guesses_many_codes_is_locked(rettid: Rettid, letter: Letter) -> None:
    for number in range(40):
        assert try_code(rettid, f"22222-222{number:02}", BORN) == "bad_credentials"
    assert try_code(rettid, letter.code, BORN) == "too_many_attempts"
    assert try_code(rettid, letter.code, BORN, "198.51.100.1") == f"in as {letter.patient_id}"


def test_a_success_begins_the_count_anew(rettid: Rettid, letter: Letter) -> None:
    for _round in range(3):
        for _attempt in range(4):
            try_code(rettid, letter.code, None)
        assert try_code(rettid, letter.code, BORN) == f"in as {letter.patient_id}"


def test_old_and_revoked_codes_do_not_work(
    rettid: Rettid, letter: Letter, freezer: FrozenDateTimeFactory
) -> None:
    with rettid.database.transaction() as session:
        newer = codes.issue(session, letter.patient_id, replace=True)
    assert try_code(rettid, letter.code, BORN) == "bad_credentials"
    assert try_code(rettid, newer, BORN) == f"in as {letter.patient_id}"
    freezer.tick(timedelta(days=366))
    assert try_code(rettid, newer, BORN) == "bad_credentials"


def test_the_code_itself_is_nowhere_in_the_database(rettid: Rettid, letter: Letter) -> None:
    with rettid.database.reading() as session:
        row = session.scalars(select(BookingCode)).one()
        assert codes.normalised(letter.code) not in row.code_hash
        assert len(row.code_hash) == 64


def test_staff_sign_in_with_user_name_and_password(client: FlaskClient, username: str) -> None:
    status, _ = post(client, f" {username.upper()} ", factories.PASSWORD)
    assert status == 303
    assert signed_in(client)


def test_a_wrong_name_and_a_wrong_password_are_answered_alike(
    client: FlaskClient, username: str
) -> None:
    wrong_password = post(client, username, "forkert adgangskode")
    wrong_name = post(client, "x" * len(username), factories.PASSWORD)
    assert wrong_password[0] == wrong_name[0] == 422
    assert wrong_password[1] == wrong_name[1].replace("x" * len(username), username)


def test_a_user_name_is_locked_after_eight_failures_for_a_quarter_of_an_hour(
    client: FlaskClient, username: str, freezer: FrozenDateTimeFactory
) -> None:
    for _attempt in range(8):
        assert post(client, username, "forkert adgangskode")[0] == 422
    assert post(client, username, factories.PASSWORD)[0] == 429
    freezer.tick(timedelta(minutes=16))
    assert post(client, username, factories.PASSWORD)[0] == 303


@pytest.fixture
def second_process(database_url: str, app: Flask, tmp_path: Path) -> Iterator[FlaskClient]:
    """Another application on the same database with the same keys."""
    config = test_config(database_url, tmp_path)
    keys: Rettid = app.extensions["rettid"]
    made = create_app(type(config)(**{**vars(config), "data_keys": keys.config.data_keys}))
    yield made.test_client()
    made.extensions["rettid"].database.engine.dispose()


def test_two_processes_count_together(
    client: FlaskClient, second_process: FlaskClient, username: str
) -> None:
    for browser in (client, second_process) * 4:
        assert post(browser, username, "forkert adgangskode")[0] == 422
    assert post(client, username, factories.PASSWORD)[0] == 429
    assert post(second_process, username, factories.PASSWORD)[0] == 429


def signed_in(client: FlaskClient) -> bool:
    """Whether the browser still gets at the staff's pages."""
    return client.get("/klinik/").headers.get("Location") != "/klinik/log-ind"


def test_a_session_ends_after_an_hour_without_use(
    client: FlaskClient, username: str, freezer: FrozenDateTimeFactory
) -> None:
    post(client, username, factories.PASSWORD)
    for _hour in range(3):
        freezer.tick(timedelta(minutes=59))
        assert signed_in(client)
    freezer.tick(timedelta(minutes=61))
    assert not signed_in(client)


def test_a_session_ends_after_a_working_day_however_busy(
    client: FlaskClient, username: str, freezer: FrozenDateTimeFactory
) -> None:
    post(client, username, factories.PASSWORD)
    for _time in range(12):
        freezer.tick(timedelta(minutes=50))
        assert signed_in(client)
    freezer.tick(timedelta(minutes=1))
    assert not signed_in(client)


def test_a_new_password_ends_every_session_in_every_browser(
    app: Flask, rettid: Rettid, username: str
) -> None:
    browsers = [app.test_client(), app.test_client()]
    for browser in browsers:
        post(browser, username, factories.PASSWORD)
        assert signed_in(browser)
    with rettid.database.transaction() as session:
        staff = session.scalars(select(Staff)).one()
        staffing.set_password(session, SYSTEM, staff, "en anden adgangskode")
    assert not any(signed_in(browser) for browser in browsers)


def test_a_replaced_code_ends_the_patients_sessions(app: Flask, rettid: Rettid) -> None:
    with rettid.database.transaction() as session:
        clinic = factories.clinic(session)
        patient = factories.patient(session, clinic, birth_date=BORN)
        code = codes.issue(session, patient.id, clinic_id=clinic.id)
    browser = app.test_client()
    typed = {"code": code, "born_day": "4", "born_month": "3", "born_year": "1961"}
    assert browser.post("/", data=typed).status_code == 303
    assert browser.get("/mine-tider").status_code == 200
    with rettid.database.transaction() as session:
        codes.issue(session, patient.id, clinic_id=clinic.id)
    assert browser.get("/mine-tider").status_code == 200
    with rettid.database.transaction() as session:
        codes.issue(session, patient.id, clinic_id=clinic.id, replace=True)
    assert browser.get("/mine-tider").status_code != 200


def test_a_deactivated_account_is_out_and_stays_out(
    client: FlaskClient, rettid: Rettid, username: str
) -> None:
    post(client, username, factories.PASSWORD)
    with rettid.database.transaction() as session:
        session.scalars(select(Staff)).one().active = False
    assert not signed_in(client)
    assert post(client, username, factories.PASSWORD)[0] == 422


def test_an_account_without_a_hash_cannot_be_signed_in_to(session: Session) -> None:
    staff = factories.staff(session, factories.clinic(session))
    staff.password_hash = ""
    session.flush()
    with pytest.raises(BadCredentials):
        sign_in.staff_by_password(session, staff.username, "", ADDRESS)


def test_the_patients_page_answers_a_wrong_code_and_a_wrong_date_alike(
    client: FlaskClient, letter: Letter
) -> None:
    def answer(code: str, year: str) -> tuple[int, str]:
        typed = {"code": code, "born_day": "4", "born_month": "3", "born_year": year}
        page = client.post("/", data=typed)
        return page.status_code, page.text.replace(code, "CODE").replace(year, "YEAR")

    assert answer("22222-22222", "1961") == answer(letter.code, "1999")
    assert answer(letter.code, "1961")[0] == 303


def test_guesses_made_at_the_same_time_are_counted_before_any_is_tried(
    rettid: Rettid, letter: Letter
) -> None:
    def guess(number: int) -> str:
        return try_code(rettid, letter.code, date(1999, 1, 1), f"192.0.2.{number}")

    with ThreadPoolExecutor(8) as pool:
        answers = Counter(pool.map(guess, range(16)))
    assert answers == {"bad_credentials": 5, "too_many_attempts": 11}


def test_a_success_gives_back_its_own_attempt_only(rettid: Rettid, letter: Letter) -> None:
    for number in range(39):
        assert try_code(rettid, f"22222-222{number:02}", BORN) == "bad_credentials"
    for _time in range(3):
        assert try_code(rettid, letter.code, BORN) == f"in as {letter.patient_id}"
    assert try_code(rettid, "33333-33333", BORN) == "bad_credentials"
    assert try_code(rettid, letter.code, BORN) == "too_many_attempts"


def test_patients_who_guess_do_not_keep_staff_out(
    client: FlaskClient, username: str, letter: Letter
) -> None:
    typed = {"born_day": "4", "born_month": "3", "born_year": "1961"}
    for number in range(41):
        last = client.post("/", data={"code": f"22222-222{number:02}", **typed})
    assert last.status_code == 429
    assert post(client, username, factories.PASSWORD)[0] == 303


@pytest.mark.parametrize(("proxies", "status"), [(0, 429), (1, 303)])
def test_behind_a_trusted_proxy_each_address_is_its_own(
    database_url: str, app: Flask, username: str, tmp_path: Path, proxies: int, status: int
) -> None:
    config = replace(test_config(database_url, tmp_path), trusted_proxies=proxies)
    made = create_app(config)
    for number in range(41):
        made.test_client().post(
            "/klinik/log-ind",
            data={"username": f"guess{number}", "password": "forkert adgangskode"},
            headers={"X-Forwarded-For": "198.51.100.1, 192.0.2.1"},
        )
    answer = made.test_client().post(
        "/klinik/log-ind",
        data={"username": username, "password": factories.PASSWORD},
        headers={"X-Forwarded-For": "198.51.100.1, 192.0.2.2"},
    )
    assert answer.status_code == status
    made.extensions["rettid"].database.engine.dispose()


@pytest.mark.parametrize("name", ["", "\x00", "signe\x00", "x" * 300])
def test_a_user_name_that_no_database_can_hold_is_a_mistake_in_the_form(
    client: FlaskClient, username: str, name: str
) -> None:
    assert post(client, name, factories.PASSWORD)[0] == 422


def test_an_address_that_no_database_can_hold_is_not_found(client: FlaskClient) -> None:
    assert client.get("/sprog/%00").status_code == 404
    assert client.get("/tider/x%00").status_code in (303, 404)


def test_staff_go_on_to_a_page_of_this_site_only(client: FlaskClient, username: str) -> None:
    with client.session_transaction() as cookie:
        cookie["next"] = "//evil.example/"
    answer = client.post(
        "/klinik/log-ind", data={"username": username, "password": factories.PASSWORD}
    )
    assert answer.headers["Location"] == "/klinik/"


def test_a_patients_session_ends_after_twelve_hours_however_busy(
    client: FlaskClient, letter: Letter, freezer: FrozenDateTimeFactory
) -> None:
    typed = {"code": letter.code, "born_day": "4", "born_month": "3", "born_year": "1961"}
    client.post("/", data=typed)
    for _time in range(36):
        freezer.tick(timedelta(minutes=20))
        assert client.get("/mine-tider").status_code == 200
    freezer.tick(timedelta(minutes=1))
    assert client.get("/mine-tider").status_code == 303


def test_a_password_costs_what_rfc_9106_recommends() -> None:
    assert extract_parameters(SHIPPED_HASHER.hash(factories.PASSWORD)) == RFC_9106_LOW_MEMORY


def test_a_hash_of_other_parameters_is_replaced_at_the_next_sign_in(
    rettid: Rettid, username: str
) -> None:
    with rettid.database.transaction() as session:
        staff = session.scalars(select(Staff).where(Staff.username == username)).one()
        staff.password_hash = old = SHIPPED_HASHER.hash(factories.PASSWORD)
    with rettid.database.transaction() as session:
        sign_in.staff_by_password(session, username, factories.PASSWORD, ADDRESS)
        staff = session.scalars(select(Staff).where(Staff.username == username)).one()
        assert staff.password_hash != old
        assert extract_parameters(staff.password_hash) != RFC_9106_LOW_MEMORY
        sign_in.staff_by_password(session, username, factories.PASSWORD, ADDRESS)
