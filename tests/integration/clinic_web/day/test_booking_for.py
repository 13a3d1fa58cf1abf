"""Booking, keeping, moving and cancelling on a patient's behalf."""

from datetime import date, timedelta

import pytest
from sqlalchemy import select

from booking.appointments import listing
from booking.appointments.models import Appointment, AppointmentChange
from booking.appointments.search import Slot
from booking.appointments.worklist.models import WorklistItem
from tests import factories as make
from tests.integration.clinic_web.day.conftest import NINE, Work
from tests.integration.patient_web.conftest import Visitor

pytestmark = pytest.mark.freeze_time("2026-11-23T07:00:00Z")  # a Monday, 8.00 in Denmark


def free_times(work: Work) -> str:
    place = work.place
    path = f"{work.at}/patienter/{place.patient.id}/book"
    return f"{path}/{place.course.id}/{place.control.id}"


def test_a_caller_gets_a_time_in_one_press(work: Work, secretary: Visitor) -> None:
    place = work.place
    path = f"{work.at}/patienter/{place.patient.id}/book"
    secretary.get(path).says(place.control.name)
    secretary.post(path, visit_type=place.control.id)
    assert secretary.path == free_times(work)
    chosen = secretary.times[3]
    secretary.post(secretary.path, start=chosen, channel="phone")
    secretary.says(
        "Tiden er booket. Sig til patienten: mandag 23. november 2026 kl. 8.45, 30 minutter, "
        f"hos {place.doctor.name}. Mødested: Hovedhuset, Parkvej 1, 9000 Aalborg. "
        "Skal tiden ændres, så ring +45 99 32 00 00.",
        "Signe Sekretær i telefonen",
    )
    booked = work.session.scalars(select(Appointment)).one()
    assert (booked.starts_at, booked.participant) == (NINE - timedelta(minutes=15), "accepted")


def test_the_page_opens_on_the_first_week_with_free_times(work: Work, secretary: Visitor) -> None:
    work.closed(date(2026, 11, 23), date(2026, 12, 4))
    secretary.get(free_times(work)).says("Uge 50", "mandag 7. december 2026")


def test_a_taken_time_shows_the_nearest_others(work: Work, secretary: Visitor) -> None:
    secretary.get(free_times(work))
    chosen = secretary.times[4]
    other = make.patient(work.session, work.place.clinic)
    work.booked(other)
    secretary.post(free_times(work), start=chosen)
    secretary.says("Tiden er lige blevet taget", "De nærmeste ledige tider", status=409)
    assert chosen not in secretary.times
    secretary.post(free_times(work), start=secretary.times[0]).says("Tiden er booket.")


def test_pressing_twice_books_once(work: Work, secretary: Visitor) -> None:
    secretary.get(free_times(work))
    chosen = secretary.times[0]
    secretary.post(free_times(work), start=chosen).says("Tiden er booket.")
    secretary.post(free_times(work), start=chosen).says(status=409)
    assert len(work.session.scalars(select(Appointment)).all()) == 1


def test_an_invitation_opens_on_its_window_and_times_outside_are_marked(
    work: Work, secretary: Visitor
) -> None:
    session, place = work.session, work.place
    invitation = make.invitation(
        session, place.course, place.control, date(2026, 12, 8), date(2026, 12, 9)
    )
    session.commit()
    path = f"{work.at}/invitationer/{invitation.id}/tider"
    secretary.get(path).says(
        "tirsdag 8. december 2026 kl.", "torsdag 10. december 2026 – uden for perioden"
    )
    secretary.post(path, start=secretary.times[0], channel="desk").says("Tiden er booket.")
    secretary.get(path)
    assert secretary.path.endswith("/flyt")


def test_a_time_after_the_deadline_needs_a_reason(work: Work, secretary: Visitor) -> None:
    session, place = work.session, work.place
    invitation = make.invitation(
        session,
        place.course,
        place.control,
        date(2026, 11, 30),
        date(2026, 12, 4),
        deadline_on=date(2026, 12, 1),
    )
    session.commit()
    path = f"{work.at}/invitationer/{invitation.id}/tider"
    secretary.get(path).says("onsdag 2. december 2026 – efter fristen")
    late = secretary.times[-1]
    secretary.post(path, start=late, channel="phone")
    secretary.says("Tiden ligger efter fristen. Skriv, hvorfor den vælges.", status=422)
    assert f'value="{late}" checked' in " ".join(secretary.page.text.split())
    secretary.post(path, start=late, channel="phone", late="capacity")
    secretary.says("Tiden er booket.", "Der er ingen ledig tid før")


def test_a_time_is_moved_and_the_patient_has_said_yes(work: Work, secretary: Visitor) -> None:
    invitation = work.invited()
    booked = work.time_of(invitation)
    assert booked is not None
    before, path = booked.starts_at, f"{work.at}/tider/{booked.id}"
    secretary.get(f"{path}/flyt").says("Den nuværende tid gælder", "Behold tiden")
    assert secretary.times
    here = listing.value_of(
        Slot(booked.starts_at, booked.ends_at, booked.clinician_id, booked.site_id), booked.form
    )
    assert here not in secretary.times
    secretary.post(f"{path}/flyt", start=secretary.times[5]).says("Tiden er flyttet.", "Bekræftet")
    moved = work.time_of(invitation)
    assert moved is not None
    assert (moved.id, moved.participant) == (booked.id, "accepted")
    assert moved.starts_at != before
    whats = work.session.scalars(select(AppointmentChange.what).order_by(AppointmentChange.id))
    assert list(whats) == ["booked", "moved", "kept"]


def test_a_provisional_time_is_kept_for_the_patient(work: Work, secretary: Visitor) -> None:
    booked = work.time_of(work.invited())
    assert booked is not None
    secretary.get(f"{work.at}/tider/{booked.id}").says("Ikke besvaret", "Bekræft tiden")
    secretary.post(f"{work.at}/tider/{booked.id}/behold").says("Tiden er bekræftet", "Bekræftet")


def test_cancelling_asks_why_and_whether_a_new_time_is_wanted(
    work: Work, secretary: Visitor
) -> None:
    booked = work.time_of(work.invited())
    assert booked is not None
    path = f"{work.at}/tider/{booked.id}/afbud"
    secretary.get(path).says("Aflys tiden for")
    secretary.post(path, words="Ringede i dag").says("Vælg en grund.", "Ringede i dag", status=422)
    secretary.post(path, reason="ill", new_time="yes", channel="phone")
    secretary.says("Tiden er aflyst. Find en ny tid nu", "Syg", "Find en ny tid")
    items = work.session.scalars(select(WorklistItem.kind)).all()
    work.session.commit()
    assert items == ["wants_new_time"]
    secretary.post(path, reason="ill", new_time="yes").says("Intet er ændret")
    secretary.get(f"{work.at}/tider/{booked.id}/flyt").says("Tiden er ændret imens")


def test_filters_narrow_what_is_shown(work: Work, secretary: Visitor) -> None:
    place = work.place
    secretary.get(f"{free_times(work)}?dagdel=pm&uge=2026-11-23&hos={place.other_doctor.id}")
    assert secretary.times
    assert all(value.split("|")[1] == str(place.other_doctor.id) for value in secretary.times)
    assert all(int(value[9:11]) >= 11 for value in secretary.times)  # UTC
    secretary.get(f"{free_times(work)}?hos=alle")
    starts = [value.split("|")[0] for value in secretary.times]
    assert len(starts) == len(set(starts)), "each start once, whoever has it"


def test_a_patient_without_a_course_gets_one_on_the_way(work: Work, secretary: Visitor) -> None:
    newcomer = make.patient(work.session, work.place.clinic)
    work.session.commit()
    path = f"{work.at}/patienter/{newcomer.id}/book"
    secretary.post(path, visit_type=work.place.control.id)
    secretary.says("Skriv, hvad forløbet handler om.", status=422)
    secretary.post(path, visit_type=work.place.control.id, title="Nyopdaget gigt")
    assert secretary.times


def test_the_patients_page_shows_what_there_is_and_hides_what_is_elsewhere(
    work: Work, secretary: Visitor
) -> None:
    place = work.place
    work.invited()
    work.booked(start=NINE + timedelta(days=1), place=work.elsewhere(place.patient))
    secretary.get(f"{work.at}/patienter/{place.patient.id}")
    secretary.says("Kommende tider", "Ikke besvaret", "Leddegigt", "Optaget i en anden klinik")
    assert "Hemmelig" not in secretary.text
    secretary.post(f"{work.at}/forlob/{place.course.id}/afslut")
    secretary.says("Forløbet har stadig en tid eller en indkaldelse.")
