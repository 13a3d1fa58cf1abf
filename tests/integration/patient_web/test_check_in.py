"""Saying that one has come: the waiting room's screen, and one's own telephone."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

import pytest
from flask import Flask
from freezegun.api import FrozenDateTimeFactory
from sqlalchemy import select

from booking.appointments import attendance
from booking.appointments.models import Appointment, AppointmentChange
from booking.people import codes
from booking.people.models import Patient, Proxy
from booking.platform.audit import AuditEntry
from booking.platform.database import Session
from tests import factories as make
from tests.integration.appointments.conftest import Place
from tests.integration.patient_web.conftest import Visitor, reread, signed_in

pytestmark = pytest.mark.freeze_time("2026-11-23T07:30:00Z")

NINE = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)  # 9.00 in Denmark


@dataclass
class WaitingRoom:
    """A clinic with a screen, and those who come to it."""

    session: Session
    place: Place
    screen: Visitor

    def time_for(self, patient: Patient, start: datetime, **values: object) -> Appointment:
        """Half an hour with the doctor, as booked."""
        place = self.place
        made = make.add(
            self.session,
            Appointment(
                clinic=place.clinic,
                site=place.site,
                patient=patient,
                visit_type=place.control,
                clinician=place.doctor,
                **{
                    "form": "in_person",
                    "starts_at": start,
                    "ends_at": start + timedelta(minutes=30),
                    "participant": "accepted",
                    "booked_at": start - timedelta(days=30),
                    **values,
                },
            ),
        )
        self.session.commit()
        return made

    def says(self, patient: Patient, code: str = "", born: date = date(1961, 3, 4)) -> Visitor:
        """What the screen answers to a code (a new one if none is given) and a birth date."""
        code = code or codes.issue(self.session, patient.id)
        self.session.commit()
        return self.screen.post(
            f"/ankomst/{self.place.clinic.id}",
            code=code,
            born_day=born.day,
            born_month=born.month,
            born_year=born.year,
        )

    def status(self, appointment: Appointment) -> str:
        """How it stands now."""
        reread(self.session, appointment)
        return appointment.status


@pytest.fixture
def room(app: Flask, session: Session, place: Place) -> WaitingRoom:
    place.patient.given_name = "Karen Margrethe"
    session.commit()
    return WaitingRoom(session, place, Visitor(app.test_client()))


def test_a_code_and_a_birth_date_note_the_arrival_and_say_nothing_more_than_needed(
    room: WaitingRoom,
) -> None:
    patient = room.place.patient
    appointment = room.time_for(patient, NINE)
    page = room.says(patient)
    page.says(
        "Tak, Karen. Vi ved, at du er her",
        "Din tid er kl. 9.00",
        "Tag plads i venteværelset: Hovedhuset",
        "Du bliver kaldt ind om ca. 30 minutter.",
    )
    assert 'data-return-after="15"' in page.page.text
    assert patient.family_name not in page.page.text
    assert room.place.control.name not in page.page.text
    assert room.status(appointment) == "arrived"
    told = room.session.scalars(
        select(AppointmentChange).where(AppointmentChange.what == "arrived")
    ).one()
    assert (told.channel, told.actor_kind) == ("kiosk", "patient")
    assert "sign_in" not in room.session.scalars(select(AuditEntry.action)).all()
    room.session.commit()
    page = room.screen.get("/mine-tider")
    assert page.path == "/"  # nobody is signed in on the screen


def test_twice_is_harmless_and_who_is_in_the_room_is_told_so(room: WaitingRoom) -> None:
    appointment = room.time_for(room.place.patient, NINE)
    room.says(room.place.patient)
    room.says(room.place.patient).says("Vi ved, at du er her")
    assert room.status(appointment) == "arrived"
    attendance.call_in(room.session, room.place.secretary, appointment)
    room.session.commit()
    room.says(room.place.patient).says("Du er kaldt ind.")


def test_all_that_follows_from_it_that_day_is_noted_at_once(room: WaitingRoom) -> None:
    patient = room.place.patient
    first = room.time_for(patient, NINE)
    straight_after = room.time_for(patient, NINE + timedelta(minutes=60))
    in_the_afternoon = room.time_for(patient, NINE + timedelta(hours=5))
    room.says(patient).says("Du er også meldt til det, du skal bagefter: kl. 10.00.")
    noted = [room.status(one) for one in (first, straight_after, in_the_afternoon)]
    assert noted == ["arrived", "arrived", "booked"]
    room.says(patient).says("Vi ved, at du er her", "Din tid er kl. 9.00.")


def test_the_screen_says_when_someone_is_early_late_or_not_expected(
    room: WaitingRoom, freezer: FrozenDateTimeFactory
) -> None:
    patient = room.place.patient
    room.says(patient).says("Gå til skranken")
    appointment = room.time_for(patient, NINE)
    freezer.move_to(NINE - timedelta(minutes=90))
    room.says(patient).says("Du er her i god tid, Karen", "Du kan melde dig her fra kl. 8.00.")
    assert room.status(appointment) == "booked"
    freezer.move_to(NINE + timedelta(minutes=25))
    room.says(patient).says("Vi ved, at du er her", "Du bliver kaldt ind om lidt.")
    assert room.status(appointment) == "arrived"
    attendance.undo(room.session, room.place.secretary, appointment)
    room.session.commit()
    freezer.move_to(NINE + timedelta(minutes=30))
    room.says(patient).says("Gå til skranken")


def test_only_this_clinics_visits_in_person_count(room: WaitingRoom, session: Session) -> None:
    patient = room.place.patient
    by_phone = room.time_for(patient, NINE, form="phone")
    room.says(patient).says("Gå til skranken")
    assert room.status(by_phone) == "booked"
    room.time_for(patient, NINE + timedelta(minutes=30))
    room.place.clinic, here = make.clinic(session), room.place.clinic
    room.says(patient).says("Gå til skranken")
    room.place.clinic = here
    assert room.screen.get("/ankomst/99999").page.status_code == 404


def test_a_parents_own_code_tells_of_the_child(room: WaitingRoom, session: Session) -> None:
    child = make.patient(session, room.place.clinic, given_name="Bo", birth_date=date(2020, 1, 2))
    since = date(2020, 1, 2)
    row = Proxy(
        holder_id=room.place.patient.id, patient_id=child.id, kind="parent", valid_from=since
    )
    make.add(session, row)
    appointment = room.time_for(child, NINE)
    room.says(room.place.patient).says("Tak, Bo. Vi ved, at du er her")
    assert room.status(appointment) == "arrived"


def test_a_wrong_code_is_friendly_kept_off_the_page_and_counted(room: WaitingRoom) -> None:
    patient = room.place.patient
    appointment = room.time_for(patient, NINE)
    code = codes.issue(room.session, patient.id)
    for _attempt in range(5):
        page = room.says(patient, code, date(1961, 3, 5))
        page.says("passer ikke sammen. Prøv igen, eller gå til skranken.", status=422)
        assert code not in page.page.text
    room.says(patient, code).says("Gå til skranken, så hjælper vi dig.", status=429)
    assert room.status(appointment) == "booked"


def test_a_signed_in_patient_says_i_am_here_within_the_hour(
    app: Flask, room: WaitingRoom, freezer: FrozenDateTimeFactory
) -> None:
    appointment = room.time_for(room.place.patient, NINE)
    freezer.move_to(NINE - timedelta(minutes=61))
    visitor = signed_in(app, room.session, room.place.patient)
    path = f"/tid/{appointment.id}"
    assert "Jeg er her" not in visitor.get(path).text
    assert visitor.post(f"{path}/her").page.status_code >= 400
    freezer.move_to(NINE - timedelta(minutes=60))
    visitor.get(path).says("Jeg er her")
    visitor.post(f"{path}/her").says("Du er meldt ankommet.", "Du bliver kaldt ind om ca.")
    assert room.status(appointment) == "arrived"
    visitor.post(f"{path}/her").says("Ankommet")
    stranger = make.patient(room.session, room.place.clinic)
    other = signed_in(app, room.session, stranger)
    assert other.post(f"{path}/her").page.status_code == 404


def test_who_waits_is_told_that_the_doctor_runs_late(
    app: Flask, room: WaitingRoom, freezer: FrozenDateTimeFactory
) -> None:
    before = room.time_for(make.patient(room.session, room.place.clinic), NINE)
    mine = room.time_for(room.place.patient, NINE + timedelta(minutes=30))
    freezer.move_to(NINE + timedelta(minutes=21))
    attendance.call_in(room.session, room.place.secretary, before)
    room.session.commit()
    freezer.move_to(NINE + timedelta(minutes=25))
    room.says(room.place.patient).says(
        "Lægen er ca. 20 minutter forsinket.", "Du bliver kaldt ind om ca. 30 minutter."
    )
    visitor = signed_in(app, room.session, room.place.patient)
    visitor.get(f"/tid/{mine.id}").says("Lægen er ca. 20 minutter forsinket.")
