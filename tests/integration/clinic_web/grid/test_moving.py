"""Moving in the grid: what stands in the way is said first, and a yes is a yes to that alone."""

import re
from datetime import datetime, timedelta

import pytest
from sqlalchemy import select

from booking.appointments.models import Appointment, AppointmentChange
from tests import factories as make
from tests.integration.clinic_web.day.conftest import NINE, Work
from tests.integration.clinic_web.grid.conftest import on_top_of
from tests.integration.patient_web.conftest import Visitor

pytestmark = pytest.mark.freeze_time("2026-11-20T07:00:00Z")  # the Friday before

HOUR = timedelta(hours=1)
FRAGMENT = {"Rettid-Fragment": "1"}


def wanted(
    appointment: Appointment, clock: str, clinician_id: int, **more: object
) -> dict[str, object]:
    return {
        "tid": appointment.id,
        "version": appointment.version,
        "dag": "2026-11-23",
        "kl": clock,
        "hos": clinician_id,
        **more,
    }


def start_of(work: Work, number: int) -> datetime:
    work.session.expire_all()
    found = work.session.scalars(
        select(Appointment.starts_at).where(Appointment.id == number)
    ).one()
    work.session.commit()
    return found


def test_a_time_is_moved_and_what_happened_is_said(work: Work, secretary: Visitor) -> None:
    booked, place = work.booked(), work.place
    form = secretary.get(f"{work.at}/kalender/flyt?tid={booked.id}")
    form.says("Flyt tid for", "Står nu mandag 23. november 2026 kl. 9.00")
    secretary.post(
        f"{work.at}/kalender/flyt", **wanted(booked, "10.15", place.other_doctor.id)
    ).says(
        f"er flyttet til mandag 23. november 2026 kl. 10.15 hos {place.other_doctor.name}.",
        "Fortryd flytningen",
    )
    assert start_of(work, booked.id) == NINE + HOUR * 5 / 4


@pytest.mark.parametrize("whose", ["doctor", "other_doctor"])
def test_an_extra_patient_moved_to_a_free_time_is_in_the_plan_from_then_on(
    work: Work, secretary: Visitor, whose: str
) -> None:
    extra = on_top_of(work, work.booked())
    to = getattr(work.place, whose).id
    secretary.post(f"{work.at}/kalender/flyt", **wanted(extra, "13.00", to)).says("er flyttet til")
    work.session.expire_all()
    taken = {(one.resource_id, one.lane, one.grant_id) for one in extra.allocations}
    assert (to, 0, None) in taken
    assert {lane for _who, lane, _grant in taken} == {0}


def test_the_script_is_answered_with_the_grid_as_it_is_now(work: Work, secretary: Visitor) -> None:
    booked = work.booked()
    answer = secretary.client.post(
        f"{work.at}/kalender/flyt",
        data=wanted(booked, "10:00", work.place.doctor.id),
        headers=FRAGMENT,
    )
    assert answer.status_code == 200
    assert "<html" not in answer.text
    assert f'data-focus="a{booked.id}"' in answer.text
    assert "er flyttet til" in answer.text


def test_everything_that_stops_a_move_is_said_at_once(work: Work, secretary: Visitor) -> None:
    session, place = work.session, work.place
    booked = work.booked()
    work.booked(make.patient(session, place.clinic), NINE + HOUR)
    for room in place.rooms:
        room.active = False
    session.commit()
    secretary.post(f"{work.at}/kalender/flyt", **wanted(booked, "10:05", place.doctor.id))
    secretary.says(
        "Det kan ikke lade sig gøre",
        "Stopper: Tider af den slags begynder hvert 15. minut.",
        f"Stopper: {place.doctor.name} har en anden tid kl. 10.00–10.30.",
        status=409,
    )
    assert 'value="10:05"' in secretary.page.text, "what was typed is kept"
    assert "Flyt alligevel" not in secretary.text
    assert start_of(work, booked.id) == NINE


def said_yes(secretary: Visitor) -> str:
    found = re.search(r'name="ja" value="(\w+)"', secretary.page.text)
    assert found
    return found[1]


def test_a_time_past_a_deadline_needs_a_yes_and_a_reason(work: Work, secretary: Visitor) -> None:
    invitation = work.invited(
        datetime(2026, 11, 23).date(),
        datetime(2026, 11, 24).date(),
        deadline_on=datetime(2026, 11, 24).date(),
        deadline_kind="clinical",
    )
    booked = work.time_of(invitation)
    assert booked is not None
    target = wanted(booked, "13:00", work.place.doctor.id, dag="2026-11-25")
    path = f"{work.at}/kalender/flyt"
    secretary.post(path, **target).says("Kan tillades: Efter fristen", status=409)
    yes = said_yes(secretary)
    secretary.post(path, **target, ja=yes).says(
        "Vælg, hvorfor tiden ligger efter fristen.", status=422
    )
    secretary.post(path, **{**target, "kl": "14:00"}, ja=yes, grund="capacity").says(
        "Kan tillades:", status=409
    )
    secretary.post(path, **target, ja=yes, grund="capacity").says("er flyttet til onsdag")
    reasons = work.session.scalars(
        select(AppointmentChange.reason).where(AppointmentChange.what == "moved")
    ).all()
    work.session.commit()
    assert reasons == ["capacity"]


def test_of_two_who_move_the_same_time_the_second_is_told(work: Work, secretary: Visitor) -> None:
    booked, doctor = work.booked(), work.place.doctor.id
    path, target = f"{work.at}/kalender/flyt", wanted(booked, "11:00", doctor)
    secretary.post(path, **target).says("er flyttet til")
    secretary.post(path, **{**target, "kl": "12:00"}).says(
        "Står nu mandag 23. november 2026 kl. 11.00", status=409
    )
    assert start_of(work, booked.id) == NINE + 2 * HOUR


def test_where_it_fits_is_known_beforehand(work: Work, secretary: Visitor) -> None:
    session, place = work.session, work.place
    booked = work.booked()
    work.booked(make.patient(session, place.clinic), NINE + HOUR)
    answer = secretary.client.get(
        f"{work.at}/kalender/pladser?tid={booked.id}&dato=2026-11-23"
    ).get_json()
    fitting = answer["places"]["2026-11-23"][str(place.doctor.id)]
    assert {"08:00", "09:00", "09:30", "10:30"} <= set(fitting)
    assert not {"09:45", "10:00", "10:15", "15:45"} & set(fitting)
    assert answer["every"] == place.control.grid_minutes
    assert answer["off_grid"] == "Tider af den slags begynder hvert 15. minut."


def test_another_clinics_time_is_not_found(work: Work, secretary: Visitor) -> None:
    theirs = work.booked(place=work.elsewhere(make.patient(work.session)))
    for path in ("flyt", "pladser"):
        secretary.get(f"{work.at}/kalender/{path}?tid={theirs.id}").says(status=404)
    secretary.post(
        f"{work.at}/kalender/flyt", **wanted(theirs, "10:00", work.place.doctor.id)
    ).says(status=404)


def test_the_last_move_is_taken_back_by_a_new_act(work: Work, secretary: Visitor) -> None:
    booked, place = work.booked(), work.place
    path, back = f"{work.at}/kalender/flyt", f"{work.at}/kalender/fortryd"
    secretary.post(path, **wanted(booked, "11:00", place.other_doctor.id))
    secretary.post(back).says("Fortrudt:", "har igen tiden mandag 23. november 2026 kl. 9.00")
    assert "Fortryd flytningen" not in secretary.text
    assert start_of(work, booked.id) == NINE
    whats = work.session.scalars(
        select(AppointmentChange.what).where(AppointmentChange.appointment_id == booked.id)
    ).all()
    work.session.commit()
    assert whats == ["booked", "moved", "moved"]
    secretary.post(back).says("Der er ikke noget at fortryde.")
    part = secretary.client.post(back, headers={"Rettid-Fragment": "1"})
    assert 'data-said="Der er ikke noget at fortryde.' in part.text


def test_a_move_that_was_built_upon_is_not_taken_back(work: Work, secretary: Visitor) -> None:
    booked, place = work.booked(), work.place
    path, back = f"{work.at}/kalender/flyt", f"{work.at}/kalender/fortryd"
    secretary.post(path, **wanted(booked, "11:00", place.doctor.id))
    work.booked(make.patient(work.session, place.clinic))
    secretary.post(back).says("Flytningen kan ikke fortrydes.")
    assert start_of(work, booked.id) == NINE + 2 * HOUR
