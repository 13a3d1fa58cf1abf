"""A time that is too short for needs told later: whoever may do something about it is told."""

from datetime import date, timedelta

import pytest
from flask import Flask

from booking.appointments import holds, occasions, settling
from booking.appointments.models import Appointment
from booking.appointments.search import Slot
from booking.appointments.worklist.queries import with_key
from booking.people.models import Proxy
from booking.platform.database import Session
from tests import factories as make
from tests.integration.appointments.conftest import Place
from tests.integration.patient_web.conftest import NEXT_WEEK, Visitor, invited, signed_in

pytestmark = pytest.mark.freeze_time("2026-11-23T08:00:00Z")

NEEDED = "30 min + 15 min for tolk = 45 min, men tiden er på 30 min"


def hemmed_in(session: Session, place: Place) -> Appointment:
    """The patient's time, with another's right after it, committed."""
    _, appointment = invited(session, place)
    rival = make.patient(session, place.clinic)
    course = make.course(session, place.clinic, rival)
    invitation = make.invitation(session, course, place.control, *NEXT_WEEK)
    theirs = occasions.for_invitation(session, make.as_patient(rival), invitation)
    after = appointment.ends_at
    slot = Slot(after, after + timedelta(minutes=30), place.doctor.id, place.site.id)
    holds.place(session, theirs, slot)
    session.commit()
    return appointment


def test_the_visit_and_the_home_page_say_so_with_the_way_to_a_longer_time(
    visitor: Visitor, session: Session, place: Place
) -> None:
    appointment = hemmed_in(session, place)
    visit = f"/tid/{appointment.id}"
    heading = "Din tid er kortere, end du har brug for"
    assert heading not in visitor.get(visit).text
    visitor.post(f"/behov/{place.patient.id}", needs="interpreter")
    for path in (visit, "/mine-tider", f"/behov/{place.patient.id}"):
        visitor.get(path).says(heading, f"Du har brug for {NEEDED}", "Find en tid, der er lang nok")
        assert f'href="{visit}/flyt"' in visitor.page.text
    visitor.post(f"{visit}/behold").says("Din tid er bekræftet", heading)
    held = visitor.get(f"{visit}/flyt").times[-1]
    visitor.post(f"{visit}/flyt", start=held)
    visitor.post(visitor.path).says("Din tid er flyttet", "= 45 min")
    for path in (visit, "/mine-tider"):
        assert heading not in visitor.get(path).text


def test_a_time_the_clinic_finds_long_enough_is_long_enough(
    visitor: Visitor, session: Session, place: Place
) -> None:
    appointment = hemmed_in(session, place)
    visitor.post(f"/behov/{place.patient.id}", needs="interpreter").says("kortere, end du har")
    item = with_key(session, f"length:{appointment.id}")
    assert item is not None
    settling.finish(session, place.secretary, item, "Lægen siger, at tiden er nok.")
    session.commit()
    for path in (f"/tid/{appointment.id}", "/mine-tider", f"/behov/{place.patient.id}"):
        assert "kortere, end du har" not in visitor.get(path).text
    visitor.post(f"/behov/{place.patient.id}", needs=["interpreter", "walking_aid"])
    visitor.get("/mine-tider").says("= 55 min")


def test_needs_that_change_again_change_what_the_clinic_is_told(
    visitor: Visitor, session: Session, place: Place
) -> None:
    appointment = hemmed_in(session, place)
    for needs in (["interpreter"], ["interpreter", "walking_aid"]):
        visitor.post(f"/behov/{place.patient.id}", needs=needs)
    item = with_key(session, f"length:{appointment.id}")
    assert item is not None
    assert item.details == {"minutes": 55, "has": 30}


def test_whoever_acts_for_the_patient_is_told_whose_time_it_is_and_phones_when_it_is_late(
    app: Flask, session: Session, place: Place, freezer: object
) -> None:
    appointment = hemmed_in(session, place)
    holder = make.patient(session, given_name="Datter", birth_date=date(1980, 5, 6))
    until = date(2027, 1, 1)
    proxy = Proxy(
        holder=holder, patient=place.patient, kind="power_of_attorney", valid_from=date(2026, 1, 1),
        valid_to=until,
    )  # fmt: skip
    session.add(proxy)
    visitor = signed_in(app, session, holder)
    visitor.post(f"/behov/{place.patient.id}", needs="interpreter")
    name = place.patient.name
    for path in (f"/tid/{appointment.id}", "/mine-tider"):
        visitor.get(path).says(
            f"Tiden er kortere, end {name} har brug for", f"{name} har brug for {NEEDED}"
        )
    freezer.move_to("2026-11-29T12:00:00Z")  # type: ignore[attr-defined]
    late = signed_in(app, session, holder)
    for path in (f"/tid/{appointment.id}", "/mine-tider", f"/behov/{place.patient.id}"):
        late.get(path).says("eller du kan selv ringe: +45 99 32 00 00")
        assert "Find en tid, der er lang nok" not in late.text


def test_the_secretary_who_saves_the_needs_sees_which_times_are_now_too_short(
    app: Flask, session: Session, place: Place
) -> None:
    appointment = hemmed_in(session, place)
    secretary = Visitor(app.test_client())
    secretary.post("/klinik/log-ind", username=place.staff.username, password=make.PASSWORD)
    page = f"/klinik/{place.clinic.id}/patienter/{place.patient.id}"
    assert "for kort" not in secretary.get(page).text
    secretary.post(f"{page}/behov", needs="interpreter").says(
        "Behovene er gemt.",
        "1 kommende tid er for kort til patientens behov",
        "mandag 30. november 2026 kl. 8.00",
        "tiden er på 30 min, men patienten har brug for 30 min + 15 min for tolk = 45 min",
    )
    moving = f"/klinik/{place.clinic.id}/tider/{appointment.id}/flyt"
    assert f'href="{moving}"' in secretary.page.text
    secretary.get(moving).says("= 45 min")
    secretary.get(f"/klinik/{place.clinic.id}/tider/{appointment.id}").says(
        "Tiden er for kort", "Patienten skal bruge 45 minutter. Tiden er på 30."
    )
    secretary.get(f"/klinik/{place.clinic.id}/arbejdsliste").says("Find en længere tid")
    assert f'href="{moving}"' in secretary.page.text
    secretary.post(f"{page}/behov")
    assert "for kort" not in secretary.text
