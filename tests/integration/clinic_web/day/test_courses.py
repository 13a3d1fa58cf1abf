"""Opening a patient's course by itself, and ending it."""

from dataclasses import dataclass
from datetime import date

import pytest
from sqlalchemy import select

from booking.appointments.invitations.models import Course
from booking.people.models import Patient
from booking.platform.database import Session
from tests import factories as make
from tests.integration.clinic_web.day.conftest import Work
from tests.integration.patient_web.conftest import Visitor, signed_in

pytestmark = pytest.mark.freeze_time("2026-11-23T07:00:00Z")  # a Monday


@pytest.fixture
def newcomer(work: Work) -> Patient:
    """A patient of the clinic without a course."""
    made = make.patient(work.session, work.place.clinic)
    work.session.commit()
    return made


@dataclass(frozen=True)
class Row:
    """A course as it stands in the database."""

    id: int
    title: str
    responsible_id: int | None
    started_on: date
    ended_on: date | None


def courses_of(session: Session, patient: Patient) -> list[Row]:
    """The patient's courses as they stand now, the first first; lets go of SQLite's lock."""
    wanted = (
        select(Course.id, Course.title, Course.responsible_id, Course.started_on, Course.ended_on)
        .where(Course.patient_id == patient.id)
        .order_by(Course.id)
    )
    rows = [Row(*row) for row in session.execute(wanted)]
    session.commit()
    return rows


def test_a_secretary_opens_a_course_from_the_patients_page(
    work: Work, secretary: Visitor, newcomer: Patient
) -> None:
    page = f"{work.at}/patienter/{newcomer.id}"
    secretary.get(page).says("Ingen forløb endnu.", "Åbn forløb")
    secretary.get(f"{page}/forlob").says("Hvad handler forløbet om?", work.place.doctor.name)
    secretary.post(f"{page}/forlob", title="Ny gigt", responsible=work.place.doctor.id)
    secretary.says("Forløbet er åbnet.", "Ny gigt", f"ansvarlig: {work.place.doctor.name}")
    (course,) = courses_of(work.session, newcomer)
    assert (course.title, course.responsible_id) == ("Ny gigt", work.place.doctor.id)
    assert (course.started_on, course.ended_on) == (date(2026, 11, 23), None)


def test_a_clinician_opens_one_and_is_responsible(
    work: Work, doctor: Visitor, newcomer: Patient
) -> None:
    page = f"{work.at}/patienter/{newcomer.id}/forlob"
    doctor.get(page)
    assert f'<option value="{work.place.doctor.id}" selected>' in doctor.page.text
    doctor.post(page, title="Ny gigt", responsible=work.place.doctor.id).says("Forløbet er åbnet.")


def test_the_patient_may_then_book_freely(
    work: Work, secretary: Visitor, newcomer: Patient
) -> None:
    work.place.control.mode = "free"
    work.session.commit()
    browser = signed_in(secretary.client.application, work.session, newcomer)
    assert "Book en tid uden indkaldelse" not in browser.get("/mine-tider").text
    secretary.post(f"{work.at}/patienter/{newcomer.id}/forlob", title="Ny gigt")
    assert "Book en tid uden indkaldelse" in browser.get("/mine-tider").text


def test_sent_twice_it_is_one_course(work: Work, secretary: Visitor, newcomer: Patient) -> None:
    page = f"{work.at}/patienter/{newcomer.id}/forlob"
    secretary.post(page, title="Ny gigt")
    secretary.post(page, title="ny gigt ").says("Der er ikke åbnet et til.")
    assert len(courses_of(work.session, newcomer)) == 1
    secretary.post(page, title="Astma").says("Forløbet er åbnet.")
    assert len(courses_of(work.session, newcomer)) == 2


def test_one_that_has_ended_can_be_opened_again(
    work: Work, secretary: Visitor, newcomer: Patient
) -> None:
    page = f"{work.at}/patienter/{newcomer.id}/forlob"
    secretary.post(page, title="Ny gigt")
    (first,) = courses_of(work.session, newcomer)
    secretary.post(f"{work.at}/forlob/{first.id}/afslut").says("Forløbet er afsluttet.")
    secretary.post(page, title="Ny gigt").says("Forløbet er åbnet.")
    first, second = courses_of(work.session, newcomer)
    assert (first.ended_on, second.ended_on) == (date(2026, 11, 23), None)


def test_what_cannot_be_used_is_said_and_kept(
    work: Work, secretary: Visitor, newcomer: Patient
) -> None:
    page = f"{work.at}/patienter/{newcomer.id}/forlob"
    secretary.post(page).says("Skriv, hvad forløbet handler om.", status=422)
    secretary.post(page, title="Ny gigt", responsible="99999")
    secretary.says("Vælg en af mulighederne.", status=422)
    assert 'value="Ny gigt"' in secretary.page.text
    secretary.post(page, title="x" * 201).says("Højst 200 tegn.", status=422)
    stranger = make.patient(work.session, make.clinic(work.session))
    work.session.commit()
    secretary.post(f"{work.at}/patienter/{stranger.id}/forlob", title="Ny gigt")
    assert secretary.page.status_code == 404
    assert courses_of(work.session, newcomer) == []
