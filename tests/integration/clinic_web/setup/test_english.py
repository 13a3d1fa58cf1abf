"""What a clinic says of itself in English: typed at set-up, read by those who read English."""

import re
from datetime import timedelta
from io import BytesIO

import pytest
from flask import Flask
from flask.testing import FlaskClient
from pypdf import PdfReader
from sqlalchemy import select

from booking.appointments.invitations import service as invitations
from booking.appointments.invitations.models import Invitation
from booking.appointments.invitations.service import Order
from booking.appointments.visit_types.models import VisitType
from booking.appointments.worklist import service as worklist
from booking.calendar.models import Clinic, Resource
from booking.platform.database import Session
from booking.platform.localtime import local_date
from tests import factories as make
from tests.integration.appointments.conftest import Place, place
from tests.integration.clinic_web.setup.conftest import Here, Saved, SignIn
from tests.integration.patient_web.conftest import signed_in as as_patient

__all__ = ["place"]

pytestmark = pytest.mark.freeze_time("2026-11-23T08:00:00Z")  # a Monday


@pytest.fixture
def told(session: Session, place: Place) -> Place:
    """The clinic, the doctor and the visit type with texts in both languages, and a time."""
    place.clinic.phone_hours, place.clinic.phone_hours_en = "hverdage 8–14", "weekdays 8–14"
    place.doctor.title, place.doctor.title_en = "overlæge", "consultant"
    place.control.name, place.control.name_en = "Kontrol", "Check-up"
    today = local_date(session.now(), place.clinic.zone)
    window = (today + timedelta(days=7), today + timedelta(days=11))
    order = Order(place.control, "in_person", *window, place.doctor)
    invitations.order(session, place.secretary, place.course, order)
    session.commit()
    return place


def test_the_forms_keep_both_languages(here: Here, signed_in: SignIn, saved: Saved) -> None:
    office = signed_in(here.secretary)
    clinic = {
        "version": "1",
        "name": here.clinic.name,
        "phone": "99 32 00 00",
        "horizon_weeks": "8",
        "phone_hours": "hverdage 8–14",
        "phone_hours_en": "weekdays 8–14",
    }
    assert office.post(f"{here.setup}/klinik", data=clinic).status_code == 303
    (clinic_now,) = saved.all(select(Clinic).where(Clinic.name == here.clinic.name))
    assert (clinic_now.phone_hours, clinic_now.phone_hours_en) == (
        "hverdage 8–14",
        "weekdays 8–14",
    )
    assert 'value="weekdays 8–14"' in office.get(f"{here.setup}/klinik").text
    doctor = {
        "version": "1",
        "name": "Anna Holm",
        "profession": "doctor",
        "title": "overlæge",
        "title_en": "consultant",
        "active": "1",
    }
    at = f"{here.setup}/ressourcer/{here.doctor.id}/ret"
    assert office.post(at, data=doctor).status_code == 303
    (doctor_now,) = saved.all(select(Resource).where(Resource.name == "Anna Holm"))
    assert (doctor_now.title, doctor_now.title_en) == ("overlæge", "consultant")
    assert 'value="consultant"' in office.get(at).text
    assert office.post(at, data={**doctor, "title_en": "x" * 101}).status_code == 422


def test_a_patient_reads_them_in_the_language_chosen(
    app: Flask, session: Session, told: Place
) -> None:
    visitor = as_patient(app, session, told.patient)
    visitor.get("/mine-tider").says("Kontrol", "overlæge", "hverdage 8–14")
    visitor.get("/sprog/en?til=/mine-tider").says("Check-up", "consultant", "weekdays 8–14")


def test_the_danish_is_read_where_there_is_no_english(
    app: Flask, session: Session, told: Place
) -> None:
    told.clinic.phone_hours_en = told.doctor.title_en = told.control.name_en = ""
    session.commit()
    visitor = as_patient(app, session, told.patient)
    visitor.get("/sprog/en?til=/mine-tider").says("Kontrol", "overlæge", "hverdage 8–14")


def test_the_letter_is_in_the_patients_language(
    app: Flask, session: Session, told: Place, client: FlaskClient
) -> None:
    told.patient.language = "en"
    session.commit()
    number = invitations.live_appointment(session, _invitation(session, told))
    assert number is not None
    at, invitation_id = f"/klinik/{told.clinic.id}", number.invitation_id
    session.commit()
    client.post(
        "/klinik/log-ind", data={"username": told.staff.username, "password": make.PASSWORD}
    )
    answer = client.post(f"{at}/invitationer/{invitation_id}/brev.pdf")
    text = " ".join(page.extract_text() for page in PdfReader(BytesIO(answer.data)).pages)
    text = re.sub(r"\s+", " ", text)
    for expected in ("weekdays 8–14", "consultant", "Check-up"):
        assert expected in text
    for danish in ("hverdage", "overlæge", "Kontrol"):
        assert danish not in text


def _invitation(session: Session, told: Place) -> Invitation:
    wanted = select(Invitation).where(Invitation.patient_id == told.patient.id)
    return session.scalars(wanted).one()


def test_staff_read_the_visit_types_name_in_their_language(
    session: Session, told: Place, client: FlaskClient
) -> None:
    invitation = _invitation(session, told)
    appointment = invitations.live_appointment(session, invitation)
    assert appointment is not None
    worklist.add(session, told.clinic.id, "no_time_fits", details={"visit_type": told.control.name})
    at = f"/klinik/{told.clinic.id}"
    pages = [
        f"{at}/arbejdsliste",
        f"{at}/dag?hos=alle&dato=2026-11-30",
        f"{at}/patienter/{told.patient.id}",
        f"{at}/patienter/{told.patient.id}/naeste",
        f"{at}/patienter/{told.patient.id}/book",
        f"{at}/tider/{appointment.id}",
        f"{at}/tider/{appointment.id}/flyt",
        f"{at}/tider/{appointment.id}/afbud",
        f"{at}/invitationer/{invitation.id}",
        f"{at}/opsaetning/kontakttyper",
    ]
    session.commit()
    client.post(
        "/klinik/log-ind", data={"username": told.staff.username, "password": make.PASSWORD}
    )
    for page in pages:
        danish = client.get(page).text
        assert "Kontrol" in danish, page
        assert "Check-up" not in danish, page
    client.get("/sprog/en")
    for page in pages:
        english = client.get(page).text
        assert "Check-up" in english, page
        assert "Kontrol<" not in english, page


def test_a_visit_type_keeps_its_danish_name_where_it_is_set_up(
    session: Session, told: Place, client: FlaskClient
) -> None:
    number = session.scalars(select(VisitType.id)).one()
    at = f"/klinik/{told.clinic.id}/opsaetning/kontakttyper/{number}"
    session.commit()
    client.post(
        "/klinik/log-ind", data={"username": told.staff.username, "password": make.PASSWORD}
    )
    client.get("/sprog/en")
    page = client.get(at).text
    assert 'value="Kontrol"' in page
    assert 'value="Check-up"' in page
