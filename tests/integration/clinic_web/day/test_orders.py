"""Ordering the next contact."""

import re
from datetime import date, timedelta

import pytest
from sqlalchemy import select

from booking.appointments.invitations.models import Course, Invitation
from booking.appointments.worklist.models import WorklistItem
from tests import factories as make
from tests.integration.clinic_web.day.conftest import TODAY, Work
from tests.integration.patient_web.conftest import Visitor

pytestmark = pytest.mark.freeze_time("2026-11-23T07:00:00Z")  # a Monday


def chosen(page: Visitor, name: str) -> str:
    """The value that is selected or checked in the field of this name."""
    tag = re.search(rf'<input[^>]*name="{name}"[^>]*value="([^"]*)"[^>]*checked', page.page.text)
    if tag is None:
        field = page.page.text.split(f'name="{name}"')[1].split("</select>")[0]
        tag = re.search(r'value="([^"]*)" selected', field)
    assert tag is not None
    return tag[1]


def path(work: Work, patient_id: int | None = None) -> str:
    return f"{work.at}/patienter/{patient_id or work.place.patient.id}/naeste"


def test_the_form_is_filled_in_from_the_contact_that_ends(work: Work, doctor: Visitor) -> None:
    place = work.place
    make.visit_type(work.session, place.clinic, name="Aaa: en anden", forms="video")
    booked = work.booked()
    doctor.get(f"{path(work)}?efter={booked.id}").says(f"Mig ({place.doctor.name})")
    assert chosen(doctor, "visit_type") == str(place.control.id)
    assert chosen(doctor, "form") == "in_person"
    assert chosen(doctor, "weeks") == "10-14"
    assert chosen(doctor, "clinician") == str(place.doctor.id)


def test_a_window_beyond_the_horizon_is_planned(work: Work, doctor: Visitor) -> None:
    place = work.place
    doctor.post(
        path(work),
        visit_type=place.control.id,
        form="in_person",
        weeks="10-14",
        clinician=place.doctor.id,
        purpose="Kontrol af blodprøver",
    )
    doctor.says(
        "Bestilt. Tiden bliver reserveret omkring mandag 7. december 2026.",
        "Planlagt",
        "Kontrol af blodprøver",
    )
    made = work.session.scalars(select(Invitation)).one()
    assert (made.window_from, made.window_to) == (
        TODAY + timedelta(weeks=10),
        TODAY + timedelta(weeks=14),
    )
    assert made.clinician_id == place.doctor.id


def test_a_window_within_the_horizon_is_reserved_at_once(work: Work, doctor: Visitor) -> None:
    doctor.post(path(work), visit_type=work.place.control.id, form="in_person", weeks="2-4")
    doctor.says("Bestilt. Reserveret mandag 7. december 2026 kl. 8.00 hos", "Reserveret tid")


def test_no_free_time_is_work_for_a_person(work: Work, doctor: Visitor) -> None:
    work.closed(date(2026, 12, 7), date(2026, 12, 22))
    doctor.post(path(work), visit_type=work.place.control.id, form="in_person", weeks="2-4")
    doctor.says("Bestilt, men ingen tid er ledig i perioden. Den står på arbejdslisten.")
    assert work.session.scalars(select(WorklistItem.kind)).one() == "no_time_in_window"


def test_nothing_is_reserved_after_the_deadline_without_a_persons_decision(
    work: Work, doctor: Visitor
) -> None:
    typed = {"visit_type": work.place.control.id, "form": "in_person", "weeks": "2-4"}
    doctor.post(path(work), **typed, deadline_on="2026-12-01")
    doctor.says("Den står på arbejdslisten.", "Faglig frist")
    item = work.session.scalars(select(WorklistItem)).one()
    assert item.due_on == date(2026, 12, 1)


def test_own_weeks_deadline_and_a_new_course(work: Work, secretary: Visitor) -> None:
    newcomer = make.patient(work.session, work.place.clinic)
    work.session.commit()
    typed = {
        "visit_type": work.place.control.id,
        "form": "in_person",
        "weeks": "own",
        "weeks_from": "1",
        "weeks_to": "2",
        "deadline_on": "08-12-2026",
        "deadline_kind": "workup",
    }
    secretary.post(path(work, newcomer.id), **typed)
    secretary.says("Skriv, hvad forløbet handler om.", status=422)
    assert 'value="08-12-2026"' in secretary.page.text, "what was typed is still there"
    secretary.post(
        path(work, newcomer.id), **typed, title="Ny gigt", responsible=work.place.doctor.id
    )
    secretary.says("Bestilt. Reserveret", "Udredningsret", "tirsdag 8. december 2026")
    course = work.session.scalars(select(Course).where(Course.patient_id == newcomer.id)).one()
    assert (course.title, course.responsible_id) == ("Ny gigt", work.place.doctor.id)


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"weeks": "own"}, "Skriv et antal uger."),
        ({"weeks": "own", "weeks_from": "9", "weeks_to": "3"}, "Slutugen ligger før startugen."),
        ({"weeks": "own", "weeks_from": "1", "weeks_to": "x"}, "Skriv et helt tal."),
        ({"form": "video"}, "Kontakttypen findes ikke i den form."),
        ({"clinician": "77777"}, "Vælg en af mulighederne."),
        ({"visit_type": "99999"}, "Vælg en af mulighederne."),
        ({"course": "99999"}, "Vælg en af mulighederne."),
        ({"deadline_on": "2026-11-01"}, "Fristen er overskredet."),
        ({"purpose": "x" * 301}, "Højst 300 tegn."),
    ],
)
def test_what_cannot_be_used_is_said_at_its_field(
    work: Work, doctor: Visitor, changed: dict[str, str], said: str
) -> None:
    typed = {"visit_type": work.place.control.id, "form": "in_person", "weeks": "2-4"}
    doctor.post(path(work), **{**typed, **changed}).says(said, status=422)
    assert work.session.scalars(select(Invitation)).all() == []


def test_a_clinician_who_does_not_have_the_visit_type_is_refused(
    work: Work, doctor: Visitor
) -> None:
    nurse = make.clinician(work.session, work.place.clinic, profession="nurse", name="Nina Nørby")
    work.session.commit()
    doctor.post(
        path(work),
        visit_type=work.place.control.id,
        form="in_person",
        weeks="2-4",
        clinician=nurse.id,
    ).says("Nina Nørby har ikke denne kontakttype.", status=422)


def test_taking_an_invitation_back_cancels_its_time(work: Work, secretary: Visitor) -> None:
    invitation = work.invited()
    at = f"{work.at}/invitationer/{invitation.id}"
    secretary.post(f"{at}/tilbage").says("Vælg en grund.", status=422)
    secretary.post(f"{at}/tilbage", reason="elsewhere").says("Trukket tilbage")
    assert work.time_of(invitation) is None
    secretary.post(f"{at}/tilbage", reason="elsewhere").says("Det passer ikke længere")
