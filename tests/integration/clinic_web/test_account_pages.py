"""A leader's pages about the staff, and the log as staff read it."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from freezegun.api import FrozenDateTimeFactory
from sqlalchemy import select

from booking.calendar.models import Clinic
from booking.people import service, staffing
from booking.people.models import Patient, Staff
from booking.people.sign_in import actor_of, begin_patient
from booking.platform.audit import AuditEntry
from booking.platform.identity import SYSTEM, Role
from booking.platform.web import Rettid
from tests import factories

pytestmark = pytest.mark.freeze_time("2026-11-23T08:00:00Z")

GOOD = "tolv tegn er nok"


@dataclass(frozen=True)
class House:
    """Two clinics; a leader and a secretary at the first, a secretary at the second."""

    leader: Staff
    secretary: Staff
    outsider: Staff
    patient: int
    stranger: int
    staff: str = "/klinik/1/personale"


@pytest.fixture
def house(rettid: Rettid) -> House:
    """Both clinics."""
    with rettid.database.transaction() as session:
        first, second = factories.clinic(session), factories.clinic(session)
        return House(
            factories.staff(session, first, Role.LEADER, name="Mette Leder"),
            factories.staff(session, first),
            factories.staff(session, second, name="Ude Fra"),
            factories.patient(session, first, family_name="Østergård").id,
            factories.patient(session, second, family_name="Fremmed").id,
        )


@pytest.fixture
def browser(app: Flask) -> Callable[..., FlaskClient]:
    """A browser in which someone has signed in."""

    def signed_in(username: str, password: str = factories.PASSWORD) -> FlaskClient:
        opened = app.test_client()
        opened.post("/klinik/log-ind", data={"username": username, "password": password})
        return opened

    return signed_in


Browser = Callable[..., FlaskClient]


def can_sign_in(browser: Browser, username: str, password: str) -> bool:
    """Whether the staff's front page opens, and does not ask for a sign-in."""
    answer = browser(username, password).get("/klinik/", follow_redirects=True)
    return answer.status_code == 200 and answer.request.path != "/klinik/log-ind"


def test_a_leader_adds_someone_who_can_sign_in_at_once(house: House, browser: Browser) -> None:
    leader = browser(house.leader.username)
    typed = {"username": "ny", "name": "Ny Kollega", "password": GOOD, "roles": ["clinician"]}
    short = leader.post(f"{house.staff}/ny", data={**typed, "password": "kort"})
    assert short.status_code == 422
    assert "Ny Kollega" in short.text
    assert "kort" not in short.text
    assert leader.post(f"{house.staff}/ny", data={**typed, "roles": []}).status_code == 422
    assert leader.post(f"{house.staff}/ny", data=typed).status_code == 303
    assert leader.post(f"{house.staff}/ny", data=typed).status_code == 422
    assert "Ny Kollega" in leader.get(house.staff).text
    assert can_sign_in(browser, "ny", GOOD)


def test_a_password_with_spaces_at_its_ends_is_kept_as_typed(
    house: House, browser: Browser
) -> None:
    leader = browser(house.leader.username)
    typed = {"username": "ny", "name": "Ny", "password": f" {GOOD} ", "roles": ["clinician"]}
    leader.post(f"{house.staff}/ny", data=typed)
    assert can_sign_in(browser, "ny", f" {GOOD} ")


def test_roles_are_given_and_taken_and_a_leader_stays(house: House, browser: Browser) -> None:
    leader = browser(house.leader.username)
    secretary = f"{house.staff}/{house.secretary.id}"
    answer = leader.post(f"{secretary}/roller/giv", data={"role": "clinician"})
    assert answer.status_code == 303
    assert leader.post(f"{secretary}/roller/tag", data={"role": "clinician"}).status_code == 303
    own = f"{house.staff}/{house.leader.id}"
    last = leader.post(f"{own}/roller/tag", data={"role": "leader"})
    assert last.status_code == 409
    assert "uden leder" in last.text
    leader.post(f"{secretary}/roller/giv", data={"role": "leader"})
    assert "Luk adgangen" not in leader.get(own).text
    assert leader.post(f"{own}/luk").status_code == 403, "no one's own, however many lead"
    away = leader.post(f"{own}/roller/tag", data={"role": "leader"})
    assert away.location == "/klinik/"
    assert leader.get(house.staff).status_code in (403, 404)


def test_a_closed_account_is_signed_out_and_can_be_opened_again(
    house: House, browser: Browser
) -> None:
    leader, secretary = browser(house.leader.username), browser(house.secretary.username)
    page = f"{house.staff}/{house.secretary.id}"
    assert leader.post(f"{page}/luk").status_code == 303
    assert secretary.get("/klinik/").location == "/klinik/log-ind"
    assert not can_sign_in(browser, house.secretary.username, factories.PASSWORD)
    assert leader.post(f"{page}/aabn").status_code == 303
    assert can_sign_in(browser, house.secretary.username, factories.PASSWORD)
    assert leader.post(f"{page}/adgangskode", data={"password": GOOD}).status_code == 303
    assert can_sign_in(browser, house.secretary.username, GOOD)


def test_someone_from_another_clinic_gets_a_role_but_keeps_their_account(
    house: House, browser: Browser, rettid: Rettid
) -> None:
    leader = browser(house.leader.username)
    unknown = leader.post(f"{house.staff}/kollega", data={"username": "x", "role": "clinician"})
    assert unknown.status_code == 422
    typed = {"username": house.outsider.username, "role": "clinician"}
    assert leader.post(f"{house.staff}/kollega", data=typed).status_code == 303
    page = f"{house.staff}/{house.outsider.id}"
    assert "leder alle stederne" in leader.get(page).text
    for path in ("luk", "aabn", "adgangskode"):
        assert leader.post(f"{page}/{path}", data={"password": GOOD}).status_code == 403


def test_only_leaders_and_only_of_this_clinic(house: House, browser: Browser) -> None:
    secretary, leader = browser(house.secretary.username), browser(house.leader.username)
    assert secretary.get(house.staff).status_code == 403
    assert leader.get("/klinik/2/personale").status_code == 404
    page = f"{house.staff}/{house.outsider.id}"
    assert leader.get(page).status_code == 404
    for path in ("roller/giv", "roller/tag", "adgangskode", "luk", "aabn"):
        answer = leader.post(f"{page}/{path}", data={"role": "leader", "password": GOOD})
        assert answer.status_code == 404


@pytest.mark.parametrize("data", [{}, {"role": "king", "password": "\x00", "roles": ["x"]}])
def test_no_form_falls_over(house: House, browser: Browser, data: dict[str, object]) -> None:
    leader = browser(house.leader.username)
    page = f"{house.staff}/{house.secretary.id}"
    paths = ["roller/giv", "roller/tag", "adgangskode"]
    for address in [f"{house.staff}/ny", f"{house.staff}/kollega", *(f"{page}/{p}" for p in paths)]:
        assert leader.post(address, data=data).status_code == 422, address
    for day in ("0", "-1", "x", "1900-01-01", "9999-12-31", "2026-11-31"):
        assert leader.get(f"/klinik/mine-opslag?til={day}").status_code == 200


def test_everyone_reads_their_own_acts_day_by_day(
    house: House, browser: Browser, freezer: FrozenDateTimeFactory
) -> None:
    secretary = browser(house.secretary.username)
    for visit in range(110):
        freezer.tick(timedelta(minutes=16))
        if visit % 30 == 0:
            secretary = browser(house.secretary.username)
        secretary.get(f"/klinik/1/patienter/{house.patient}")
    first = secretary.get("/klinik/mine-opslag").text
    assert "Østergård" in first
    assert "tirs. 24. nov. 2026 kl. 0.12–14.20" in first
    assert "Så oplysninger, 54 gange" in first
    assert "mine-opslag?clinic_id=1&amp;til=2026-11-23" in first
    older = secretary.get("/klinik/mine-opslag?til=2026-11-23").text
    assert "man. 23. nov. 2026 kl. 9.16–23.56" in older
    assert "Så oplysninger, 56 gange" in older
    assert "De nyeste dage" in older


def test_reading_ones_own_acts_is_a_look_at_the_clinic_they_were_done_at(
    house: House, browser: Browser, rettid: Rettid
) -> None:
    secretary = browser(house.secretary.username)
    secretary.get(f"/klinik/1/patienter/{house.patient}")
    secretary.get("/klinik/mine-opslag")
    with rettid.database.reading() as session:
        looks = session.execute(
            select(AuditEntry.place, AuditEntry.clinic_id).where(AuditEntry.action == "look")
        ).all()
    assert looks == [("staff_patients.show", 1), ("staff_audit.mine", 1)]


def test_a_leader_reads_who_has_seen_a_patient(house: House, browser: Browser) -> None:
    secretary, leader = browser(house.secretary.username), browser(house.leader.username)
    secretary.get(f"/klinik/1/patienter/{house.patient}")
    log = f"/klinik/1/patienter/{house.patient}/log"
    page = leader.get(log)
    assert "Signe Sekretær" in page.text
    assert "Så oplysninger" in page.text
    assert secretary.get(log).status_code == 403
    assert leader.get(f"/klinik/1/patienter/{house.stranger}/log").status_code == 404


def test_a_leader_reads_nothing_of_what_another_clinic_did(
    house: House, browser: Browser, rettid: Rettid
) -> None:
    with rettid.database.transaction() as session:
        patient = session.get_one(Patient, house.patient)
        factories.belongs(session, session.get_one(Clinic, 2), patient)
        outsider, myself = session.merge(house.outsider), factories.as_patient(patient)
        service.add_note(session, actor_of(outsider), 2, patient, "Set her.")
        service.set_needs(session, actor_of(outsider), patient, ["hearing"])
        service.set_needs(session, myself, patient, [], clinic_id=2)
        begin_patient(session, patient)
        elsewhere = session.get_one(Clinic, 2).name
    page = browser(house.leader.username).get(f"/klinik/1/patienter/{house.patient}/log").text
    assert "Ude Fra" not in page
    assert elsewhere not in page
    assert "Skrev et notat" not in page
    assert "Ændrede behov" not in page
    assert "Loggede ind" in page


def test_patients_one_may_no_longer_see_are_not_named_in_ones_own_acts(
    house: House, browser: Browser, rettid: Rettid
) -> None:
    outsider = browser(house.outsider.username)
    outsider.get(f"/klinik/2/patienter/{house.stranger}")
    assert "Fremmed" in outsider.get("/klinik/mine-opslag").text
    with rettid.database.transaction() as session:
        staff = session.merge(house.outsider)
        staffing.give_role(session, SYSTEM, 1, staff, Role.SECRETARY)
        staffing.take_role(session, SYSTEM, 2, staff, Role.SECRETARY)
    page = outsider.get("/klinik/mine-opslag").text
    assert "Fremmed" not in page
    assert "1 patient" in page
