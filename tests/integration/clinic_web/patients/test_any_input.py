"""Other people's numbers and nonsense, on every page about patients."""

from datetime import date

import pytest
from flask.testing import FlaskClient

from booking.people import service
from booking.people.models import Patient
from booking.platform.identity import SYSTEM, Role
from booking.platform.web import Rettid
from tests import factories
from tests.integration.clinic_web.patients.conftest import SignIn, Ward

pytestmark = pytest.mark.freeze_time("2026-11-23T08:00:00Z")

TYPED = {"given_name": "Ny", "family_name": "Patient", "language": "da"}

PATIENT_PAGES = ["", "/ret", "/behov", "/fuldmagter/ny", "/log"]
PATIENT_FORMS = ["/ret", "/behov", "/noter", "/kode", "/fuldmagter/ny"]
NONSENSE = {
    "text": "\x00💥" * 200,
    "cpr": "' OR 1=1 --",
    "reason": "because",
    "given_name": "x" * 101,
    "family_name": "\x00",
    "birth_date": "2026-13-45",
    "phone": "+" * 400,
    "email": "@",
    "address": "y" * 301,
    "language": "kl",
    "digital_exempt": "perhaps",
    "version": "99999999999999999999",
    "kind": "friend",
    "valid_from": "yesterday",
    "valid_to": "0000-00-00",
    "needs": ["x", "y"],
}


@pytest.mark.parametrize("patient", ["stranger", "nobody"])
def test_another_clinics_patient_is_not_found_on_any_page(
    sign_in: SignIn, ward: Ward, patient: str
) -> None:
    browser = sign_in(Role.SECRETARY, Role.LEADER, Role.CLINICIAN)
    number = ward.stranger if patient == "stranger" else 2_147_483_647
    for path in PATIENT_PAGES:
        answer = browser.get(f"{ward.home}/{number}{path}")
        assert answer.status_code == 404, path
        assert "Fremmed" not in answer.text
    for path in [*PATIENT_FORMS, "/fuldmagter/1/afslut", "/fuldmagter/1/kode"]:
        answer = browser.post(f"{ward.home}/{number}{path}", data={**TYPED, "version": "1"})
        assert answer.status_code == 404, path
    elsewhere = f"/klinik/{ward.other_clinic}/patienter"
    assert browser.get(f"{elsewhere}/{ward.stranger}").status_code == 404
    assert browser.post(elsewhere, data={"text": "åse"}).status_code == 404


def test_a_proxy_of_someone_else_cannot_be_ended_through_this_patient(
    secretary: FlaskClient, ward: Ward, rettid: Rettid
) -> None:
    with rettid.database.transaction() as session:
        holder, other = factories.patient(session), session.get_one(Patient, ward.stranger)
        proxy = service.add_proxy(
            session,
            SYSTEM,
            None,
            holder,
            other,
            "power_of_attorney",
            date(2026, 11, 1),
            date(2027, 1, 1),
        )
    for path in ("afslut", "kode"):
        assert secretary.post(f"{ward.page}/fuldmagter/{proxy.id}/{path}").status_code == 404


@pytest.mark.parametrize("data", [{}, NONSENSE, {"unknown": "field"}])
def test_no_form_falls_over_whatever_is_sent(
    sign_in: SignIn, ward: Ward, data: dict[str, object]
) -> None:
    browser = sign_in(Role.SECRETARY, Role.LEADER)
    addresses = [ward.home, f"{ward.home}/ny", f"{ward.home}/cpr"]
    addresses += [ward.page + path for path in PATIENT_FORMS]
    for address in addresses:
        for _time in range(2):
            answer = browser.post(address, data=data, follow_redirects=True)
            assert answer.status_code < 500, address
    for number in ("0", "-1", "x", "99999999999999999999999"):
        assert browser.get(f"{ward.home}/{number}").status_code == 404
