"""Telling of needs, and seeing who has seen one's data."""

from datetime import timedelta

import pytest
from flask import Flask
from freezegun.api import FrozenDateTimeFactory
from sqlalchemy import select

from booking.appointments import holds, occasions
from booking.appointments.search import Slot
from booking.people.models import PatientNeed
from booking.platform.database import Session
from tests import factories as make
from tests.integration.appointments.conftest import Place
from tests.integration.patient_web.conftest import (
    NEXT_WEEK,
    Visitor,
    invited,
    signed_in,
)

pytestmark = pytest.mark.freeze_time("2026-11-23T08:00:00Z")


def test_needs_lengthen_the_time_or_say_that_it_does_not_fit(
    visitor: Visitor, session: Session, place: Place
) -> None:
    _, appointment = invited(session, place)
    path = f"/behov/{place.patient.id}"
    visitor.get(path).says("Der skal bruges en tolk under samtalen.", "30 min")
    visitor.post(path, needs=["interpreter", "walking_aid"]).says(
        "30 min + 15 min for tolk + 10 min for hjælp til at komme rundt = 55 min"
    )
    visitor.get(f"/tid/{appointment.id}").says("15 min for tolk")
    visitor.post(path, needs=["interpreter", "walking_aid"]).says("Behovene er, som de var.")
    visitor.post(path, needs="flyvende tæppe").says("Vælg", status=422)
    visitor.post(path).says("30 min")
    rival = make.patient(session, place.clinic)
    theirs = occasions.for_invitation(
        session,
        make.as_patient(rival),
        make.invitation(
            session, make.course(session, place.clinic, rival), place.control, *NEXT_WEEK
        ),
    )
    after = appointment.ends_at
    holds.place(
        session, theirs, Slot(after, after + timedelta(minutes=30), place.doctor.id, place.site.id)
    )
    session.commit()
    visitor.post(path, needs="interpreter").says(
        "Du har brug for 30 min + 15 min for tolk = 45 min", "Find en tid, der er lang nok"
    )
    visitor.get(f"/tid/{appointment.id}/flyt").says("30 min + 15 min for tolk = 45 min")
    told = session.scalars(select(PatientNeed)).one()
    assert told.told_by == "patient"


def test_the_patient_sees_who_has_seen_their_data(
    visitor: Visitor, session: Session, place: Place
) -> None:
    invited(session, place)
    visitor.get("/hvem-har-set").says("Signe Sekretær", "Bestilte den næste kontakt", "Dig selv")
    visitor.says("Systemet selv", "Bookede en tid", place.clinic.name)
    for day in ("2026-11-23", "0", "x", "2200-01-01", "9" * 30):
        visitor.get(f"/hvem-har-set?til={day}").says("Signe Sekretær")
    visitor.get("/hvem-har-set?til=2026-11-22").says("Ingen opslag endnu", "De nyeste dage")


def test_the_log_says_what_and_why_in_words_and_gathers_the_looks_of_a_day(
    app: Flask, visitor: Visitor, session: Session, place: Place, freezer: FrozenDateTimeFactory
) -> None:
    secretary = Visitor(app.test_client())
    secretary.post("/klinik/log-ind", username=place.staff.username, password=make.PASSWORD)
    page = f"/klinik/{place.clinic.id}/patienter/{place.patient.id}"
    for _visit in range(3):
        secretary.get(page)
        freezer.tick(timedelta(minutes=16))
    _, appointment = invited(session, place)
    visitor = signed_in(app, session, place.patient)
    visitor.post(f"/tid/{appointment.id}/afbud", new_time="no", reason="work")
    visitor.get("/hvem-har-set").says(
        "man. 23. nov. 2026 kl. 9.00–9.32",
        "Så oplysninger, 3 gange",
        "Aflyste en tid (Arbejde eller skole)",
    )
    assert visitor.text.count("Så oplysninger") == 1
    visitor.get("/sprog/en?til=/hvem-har-set").says("Cancelled an appointment (Work or school)")
