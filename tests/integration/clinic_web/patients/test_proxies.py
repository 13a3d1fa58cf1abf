"""The pages where leave to act for somebody is given and ended."""

from datetime import date

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from booking.calendar.models import Clinic
from booking.people import service
from booking.people.models import BookingCode, ClinicPatient, Patient, Proxy
from booking.platform.identity import SYSTEM
from booking.platform.web import Rettid
from tests import factories
from tests.integration.clinic_web.patients.conftest import Ward, looked_up

pytestmark = pytest.mark.freeze_time("2026-11-23T08:00:00Z")

TYPED = {"given_name": "Ny", "family_name": "Patient", "language": "da"}


def test_a_parent_who_is_nobodys_patient_gets_leave_and_a_code(
    secretary: FlaskClient, ward: Ward, rettid: Rettid
) -> None:
    with rettid.database.transaction() as session:
        karen = session.get_one(Patient, ward.karen)
        karen.birth_date = date(2014, 3, 4)
    address = f"{ward.page}/fuldmagter/ny"
    typed = {"kind": "parent", "cpr": "010180-0001", "reason": "patient_calls"}
    nameless = secretary.post(address, data=typed)
    assert nameless.status_code == 422
    assert "Skriv også navnet" in nameless.text
    named = {**typed, "given_name": "Mor", "family_name": "Østergård", "phone": "20301021"}
    assert secretary.post(address, data=named).status_code == 303
    assert secretary.post(address, data=named).status_code == 409
    with rettid.database.reading() as session:
        proxy = session.scalars(select(Proxy)).one()
        assert (proxy.holder.name, proxy.valid_to) == ("Mor Østergård", date(2029, 3, 3))
        belonging = select(ClinicPatient).where(ClinicPatient.patient_id == proxy.holder_id)
        assert session.scalars(belonging).one().clinic_id == ward.clinic
    assert "Mor Østergård" in secretary.get(ward.page).text
    assert (
        "<strong>"
        in secretary.post(f"{ward.page}/fuldmagter/{proxy.id}/kode", follow_redirects=True).text
    )
    assert secretary.post(f"{ward.page}/fuldmagter/{proxy.id}/afslut").status_code == 303
    assert "Mor Østergård" not in secretary.get(ward.page).text


def test_another_clinics_patient_holds_a_proxy_for_a_reason_in_the_log_and_gets_no_code_here(
    secretary: FlaskClient, ward: Ward, rettid: Rettid
) -> None:
    address = f"{ward.page}/fuldmagter/ny"
    typed = {"kind": "power_of_attorney", "cpr": "050670-1111", "valid_to": "2027-01-01"}
    unreasoned = secretary.post(address, data=typed)
    assert unreasoned.status_code == 422
    assert "Fremmed" not in unreasoned.text
    assert looked_up(rettid) == []
    reasoned = {**typed, "reason": "patient_calls"}
    assert secretary.post(address, data=reasoned).status_code == 303
    seen = ("patient.holder_by_cpr", "patient_calls", [ward.stranger])
    assert looked_up(rettid) == [seen]
    assert secretary.post(address, data=reasoned).status_code == 409
    assert looked_up(rettid) == [seen, seen]
    with rettid.database.reading() as session:
        proxy = session.scalars(select(Proxy)).one()
    page = secretary.get(ward.page).text
    assert "Åse Fremmed" in page
    assert f"fuldmagter/{proxy.id}/kode" not in page
    assert secretary.post(f"{ward.page}/fuldmagter/{proxy.id}/kode").status_code == 404
    assert secretary.get(f"{ward.home}/{ward.stranger}").status_code == 404
    with rettid.database.reading() as session:
        assert session.scalars(select(BookingCode)).all() == []


def test_a_code_for_a_holder_leaves_the_earlier_ones_alone(
    secretary: FlaskClient, ward: Ward, rettid: Rettid
) -> None:
    with rettid.database.transaction() as session:
        clinic, karen = session.get_one(Clinic, ward.clinic), session.get_one(Patient, ward.karen)
        holder = factories.patient(session, clinic)
        until = date(2027, 1, 1)
        proxy = service.add_proxy(
            session, SYSTEM, clinic.id, holder, karen, "power_of_attorney", until, until
        )
        service.issue_code(session, SYSTEM, holder, clinic_id=clinic.id)
    assert (
        "<strong>"
        in secretary.post(f"{ward.page}/fuldmagter/{proxy.id}/kode", follow_redirects=True).text
    )
    with rettid.database.reading() as session:
        kept = session.scalars(select(BookingCode.revoked_at)).all()
        assert kept == [None, None]
        assert session.get_one(Patient, holder.id).epoch == 0


def test_a_nameless_holder_whom_nobody_knows_is_a_look_up_too(
    secretary: FlaskClient, ward: Ward, rettid: Rettid
) -> None:
    typed = {"cpr": "010180-0001", "kind": "power_of_attorney", "valid_to": "2027-01-01"}
    answer = secretary.post(f"{ward.page}/fuldmagter/ny", data={**typed, "reason": "acute"})
    assert answer.status_code == 422
    assert looked_up(rettid) == [("patient.cpr_unknown", "acute", [])]


def test_leave_that_cannot_be_given_says_why_and_keeps_what_was_typed(
    secretary: FlaskClient, ward: Ward
) -> None:
    address = f"{ward.page}/fuldmagter/ny"
    who = {"cpr": "010180-0001", "given_name": "Mor", "family_name": "Ø"}
    grown = {**who, "kind": "parent", "reason": "patient_calls"}
    answer = secretary.post(address, data=grown)
    assert answer.status_code == 409
    assert "010180-0001" in answer.text
    endless = {**grown, "kind": "power_of_attorney"}
    assert secretary.post(address, data=endless).status_code == 422
    backwards = {**endless, "valid_from": "2026-12-01", "valid_to": "2026-11-30"}
    assert secretary.post(address, data=backwards).status_code == 422
    oneself = {**endless, "cpr": "040361-1234", "valid_to": "2027-01-01"}
    assert secretary.post(address, data=oneself).status_code == 409
