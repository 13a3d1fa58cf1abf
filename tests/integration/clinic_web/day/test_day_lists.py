"""The day on paper, and a cancellation taken back where it was made."""

from datetime import date, timedelta

import pytest

from booking.appointments.invitations.service import live_appointment
from tests import factories as make
from tests.integration.clinic_web.day.conftest import NINE, Work, nobody_is_named
from tests.integration.patient_web.conftest import Visitor

pytestmark = pytest.mark.freeze_time("2026-11-23T06:00:00Z")


def test_each_clinician_with_patients_has_a_sheet(work: Work, secretary: Visitor) -> None:
    place = work.place
    other = make.patient(work.session, place.clinic)
    work.booked()
    called_off = work.booked(other, NINE + timedelta(hours=1))
    secretary.post(f"{work.at}/tider/{called_off.id}/afbud", reason="ill", new_time="no")
    secretary.get(f"{work.at}/dag/lister?dato=2026-11-23").says(
        f"{place.doctor.name}, mandag 23. november 2026", "9.00–9.30", place.patient.name,
        place.control.name, place.rooms[0].name,
    )  # fmt: skip
    nobody_is_named(secretary, [other])
    assert place.other_doctor.name not in secretary.text
    assert str(place.patient.phone) not in secretary.text
    assert "staff_day_lists.lists" in work.looks_at(place.patient)


@pytest.mark.freeze_time("2026-11-23T09:10:00Z")
def test_those_who_are_done_are_left_out_and_it_is_said_how_many(
    work: Work, secretary: Visitor
) -> None:
    first, late, last = (
        work.booked(make.patient(work.session, work.place.clinic), NINE + timedelta(hours=n))
        for n in range(3)
    )
    names = [one.patient.name for one in (first, late, last)]
    work.session.commit()
    lists = f"{work.at}/dag/lister?dato=2026-11-23"
    secretary.post(f"{work.at}/tider/{first.id}/dagen", do="done")
    secretary.post(f"{work.at}/tider/{late.id}/dagen", do="did_not_come")
    secretary.get(lists).says(names[2], "Ikke med på listen: 1 gennemført, 1 udebleven.")
    assert names[0] not in secretary.text
    secretary.post(f"{work.at}/tider/{last.id}/afbud", reason="ill", new_time="no")
    secretary.get(lists).says(
        f"{work.place.doctor.name} har ingen tilbage på dagen: 1 gennemført, 1 udebleven."
    )
    assert "Ingen tider denne dag" not in secretary.text


@pytest.mark.parametrize("day", ["", "?dato=2026-11-28", "?dato=nej"])
def test_a_day_without_anybody_says_so(work: Work, secretary: Visitor, day: str) -> None:
    secretary.get(f"{work.at}/dag/lister{day}").says("Ingen tider denne dag")


def test_a_cancellation_is_taken_back_on_the_times_own_page(work: Work, secretary: Visitor) -> None:
    booked = work.booked()
    page = f"{work.at}/tider/{booked.id}"
    assert "Fortryd aflysningen" not in secretary.get(page).text
    secretary.post(f"{page}/afbud", reason="ill", new_time="no")
    secretary.get(page).says("Fortryd aflysningen")
    secretary.post(f"{page}/fortryd-aflysning").says(
        "Aflysningen er fortrudt. Tiden er booket igen.", "Bekræftet"
    )
    assert work.status(booked.id) == "cancelled"
    secretary.post(f"{page}/fortryd-aflysning").says("Det kan ikke fortrydes her")
    secretary.get(page)
    assert "Fortryd aflysningen" not in secretary.text


def test_a_place_that_somebody_else_has_by_now_is_not_taken_back(
    work: Work, secretary: Visitor
) -> None:
    booked = work.booked()
    page = f"{work.at}/tider/{booked.id}"
    secretary.post(f"{page}/afbud", reason="ill", new_time="no")
    work.booked(make.patient(work.session, work.place.clinic))
    secretary.post(f"{page}/fortryd-aflysning").says(
        "Aflysningen kan ikke fortrydes.", "har en anden tid kl. 9.00–9.30"
    )
    assert work.status(booked.id) == "cancelled"


def test_a_place_past_its_deadline_asks_why_when_it_is_taken_back(
    work: Work, secretary: Visitor
) -> None:
    invitation = work.invited()
    booked = live_appointment(work.session, invitation)
    assert booked is not None
    page = f"{work.at}/tider/{booked.id}"
    work.session.commit()
    secretary.post(f"{page}/afbud", reason="ill", new_time="yes")
    work.session.refresh(invitation)
    invitation.deadline_on = date(2026, 11, 24)
    work.session.commit()
    secretary.get(page).says("Tiden ligger efter fristen. Hvorfor?")
    secretary.post(f"{page}/fortryd-aflysning").says("Tiden ligger efter fristen.")
    secretary.post(f"{page}/fortryd-aflysning", late="capacity").says("Aflysningen er fortrudt")
