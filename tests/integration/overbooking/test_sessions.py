"""A clinic's sessions as they are booked, ready to be asked of one more patient."""

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import pytest
from flask import Flask

from booking.appointments.models import Allocation, Appointment, OverbookingGrant
from booking.calendar.models import Resource
from booking.overbooking import service, sessions
from booking.overbooking.deciding import Limits, decide
from booking.overbooking.missing_model import flat
from booking.overbooking.session_risk import Patient, mean
from booking.platform.database import Session
from booking.platform.identity import SYSTEM
from booking.platform.localtime import to_local
from tests import factories as make
from tests.integration.appointments.conftest import Place, place

__all__ = ["place"]

pytestmark = pytest.mark.freeze_time("2026-11-23T07:00:00Z")  # a Monday, 8.00 in Denmark

TUESDAY = date(2026, 11, 24)
EIGHT = datetime(2026, 11, 24, 7, tzinfo=UTC)  # 8.00 in Denmark
MODEL = flat(0.15, 0.8)


def book(session: Session, place: Place, minutes: int, **values: Any) -> Appointment:
    """A new patient with the doctor, and whoever else, so many minutes after eight."""
    start, others = EIGHT + timedelta(minutes=minutes), values.pop("others", ())
    made = make.add(
        session,
        Appointment(
            **{
                "clinic_id": place.clinic.id, "site_id": place.site.id,
                "patient_id": make.patient(session, place.clinic).id,
                "visit_type_id": place.control.id, "clinician_id": place.doctor.id,
                "form": "in_person", "starts_at": start, "ends_at": start + timedelta(minutes=20),
                "status": "booked", "participant": "accepted",
                "booked_at": start - timedelta(days=30), **values,
            }
        ),
    )  # fmt: skip
    for clinician in (place.doctor, *others):
        _takes_time_of(session, made, clinician)
    return made


def _takes_time_of(session: Session, made: Appointment, clinician: Resource) -> None:
    make.add(
        session,
        Allocation(
            resource_id=clinician.id, starts_at=made.starts_at, ends_at=made.ends_at,
            active=made.active, appointment_id=made.id,
        ),
    )  # fmt: skip


def of_doctor(session: Session, place: Place) -> list[sessions.ClinicSession]:
    found = sessions.read(session, place.clinic, TUESDAY, TUESDAY, MODEL)
    return [one for one in found if one.clinician_id == place.doctor.id]


def test_a_session_is_a_stretch_of_open_time_with_what_begins_in_it(
    session: Session, place: Place
) -> None:
    first = book(session, place, 0)
    second = book(session, place, 20)
    book(session, place, 40, status="cancelled")
    (one,) = of_doctor(session, place)
    assert (one.start, one.length) == (EIGHT, 480)
    assert one.booked == (first.id, second.id)
    assert [patient.at for patient in one.patients] == [0, 20]
    assert one.expected == pytest.approx(0.3)
    assert one.missing == pytest.approx(0.24)
    assert one.patients[0].comes == pytest.approx(0.88)
    assert mean(one.patients[0].service) == pytest.approx(18, abs=0.1)


def test_whoever_is_here_has_come_and_a_second_clinician_is_taken_too(
    session: Session, place: Place
) -> None:
    book(session, place, 0, status="arrived", arrived_at=EIGHT)
    both = book(session, place, 20, others=[place.other_doctor])
    found = sessions.read(session, place.clinic, TUESDAY, TUESDAY, MODEL)
    by_clinician = {one.clinician_id: one for one in found}
    assert by_clinician[place.other_doctor.id].booked == (both.id,)
    mine = by_clinician[place.doctor.id]
    assert [patient.comes for patient in mine.patients] == pytest.approx([1.0, 0.88])
    assert mine.expected == pytest.approx(0.15)


def test_nobodys_own_risk_says_where_an_extra_is_put(session: Session, place: Place) -> None:
    """Whoever booked long ahead is likelier to miss; each has the session's rate all the same."""
    steep = replace(MODEL, history=1.0, levels={"same_day": {"yes": -3.0}})
    for number in range(6):
        book(session, place, 20 * number, booked_at=EIGHT - timedelta(days=60 * (number % 2)))
    found = sessions.read(session, place.clinic, TUESDAY, TUESDAY, steep)
    (one,) = [one for one in found if one.clinician_id == place.doctor.id]
    assert len({patient.comes for patient in one.patients}) == 1
    assert sum(1 - patient.comes for patient in one.patients) == pytest.approx(one.missing)
    assert one.missing < 6 * 0.15 * 0.8


def test_a_break_makes_two_sessions(session: Session, place: Place) -> None:
    doctor = make.clinician(session, place.clinic)
    make.open_weekdays(session, doctor, place.site, time(8), time(11))
    make.open_weekdays(session, doctor, place.site, time(12), time(14))
    found = sessions.read(session, place.clinic, TUESDAY, TUESDAY, MODEL)
    lengths = [one.length for one in found if one.clinician_id == doctor.id]
    assert lengths == [180, 120]


def test_how_long_visits_took_is_learnt(session: Session, place: Place) -> None:
    for number in range(40):
        start = EIGHT - timedelta(days=7 + number)
        book(
            session, place, 0, starts_at=start, ends_at=start + timedelta(minutes=20),
            status="fulfilled", called_in_at=start, done_at=start + timedelta(minutes=31),
        )  # fmt: skip
    times = sessions.ServiceTimes(session, place.clinic)
    found = times.of(place.control.id, 20)
    assert (found.visits, found.median) == (40, 31)
    assert mean(found.distribution) > 25
    assert times.of(place.control.id, 30).visits == 0


def test_a_full_morning_can_be_asked_of_one_more(session: Session, place: Place) -> None:
    for number in range(24):
        book(session, place, 20 * number)
    (one,) = of_doctor(session, place)
    question = one.question(place.control, 20)
    assert question.starts[0] == 0
    assert question.starts[-1] == 450  # the last quarter from which twenty minutes fit
    assert {start % place.control.grid_minutes for start in question.starts} == {0}
    decision = decide(question, Patient(0, 0.88, one.patients[0].service), Limits(late=0.5))
    assert decision.granted
    assert decision.granted[0] < 240


def test_the_command_tells_of_each_session(app: Flask, session: Session, place: Place) -> None:
    for number in range(24):
        book(session, place, 20 * number)
    session.commit()
    asked = ["overbooking", "sessions", "--clinic", str(place.clinic.id), "--day", "2026-11-24"]
    asked += ["--visit-type", str(place.control.id)]
    run = app.test_cli_runner()
    assert "Train first" in run.invoke(args=asked).output
    learnt = service.learn(session, place.clinic)
    service.keep(session, SYSTEM, place.clinic, learnt)
    session.commit()
    told = run.invoke(args=asked)
    assert told.exit_code == 0, told.output
    mine = f"08.00, 480 min, clinician {place.doctor.id}: 24 booked, 1.2 expected missing"
    assert f"{mine} (cautiously 0.0). No extra: missing 0.00 (1.00)" in told.output
    wrong = run.invoke(args=[*asked[:-1], "999"])
    assert "The clinic has no visit type 999" in wrong.output


def test_another_clinics_visits_are_not_in_it(session: Session, place: Place) -> None:
    other = make.clinic(session)
    site = make.site(session, other)
    place.doctor.clinics.append(other)
    book(session, place, 0, clinic_id=other.id, site_id=site.id)
    (one,) = of_doctor(session, place)
    assert one.booked == ()


def test_a_day_when_the_clock_changes_is_as_long_as_it_is(session: Session, place: Place) -> None:
    """On 31 October 2027 the hour from two is there twice: from 1 to 4 is four hours."""
    doctor = make.clinician(session, place.clinic)
    make.open_weekdays(session, doctor, place.site, time(1), time(4), days=[6])
    sunday = date(2027, 10, 31)
    found = sessions.read(session, place.clinic, sunday, sunday, MODEL)
    (one,) = [one for one in found if one.clinician_id == doctor.id]
    assert one.length == 240


@pytest.mark.freeze_time("2026-03-20T07:00:00Z")
@pytest.mark.parametrize(
    ("day", "begins", "length", "at"),
    [
        (date(2026, 3, 29), datetime(2026, 3, 28, 23, tzinfo=UTC), 420, 180),
        (date(2026, 10, 25), datetime(2026, 10, 24, 22, tzinfo=UTC), 540, 300),
    ],
)
def test_a_night_on_which_the_clocks_change_is_as_long_as_it_lasts(
    session: Session, place: Place, day: date, begins: datetime, length: int, at: int
) -> None:
    """From midnight to eight; somebody is booked at four, local time."""
    doctor = make.clinician(session, place.clinic)
    make.open_weekdays(session, doctor, place.site, time(0), time(8), days=[6])
    four = begins + timedelta(minutes=at)
    made = make.add(
        session,
        Appointment(
            clinic_id=place.clinic.id, site_id=place.site.id,
            patient_id=make.patient(session, place.clinic).id,
            visit_type_id=place.control.id, clinician_id=doctor.id, form="in_person",
            starts_at=four, ends_at=four + timedelta(minutes=20), booked_at=session.now(),
        ),
    )  # fmt: skip
    _takes_time_of(session, made, doctor)
    found = sessions.read(session, place.clinic, day, day, MODEL, clinician_id=doctor.id)
    (one,) = found
    assert (one.start, one.length, one.patients[0].at) == (begins, length, at)
    assert one.question(place.control, 20).starts[-1] == length - 30
    assert to_local(one.start + timedelta(minutes=at), place.clinic.zone).hour == 4


def test_the_plan_is_without_whoever_stands_on_top_of_it(session: Session, place: Place) -> None:
    first, extra = book(session, place, 0), book(session, place, 60)
    grant = make.add(
        session,
        OverbookingGrant(
            resource_id=place.doctor.id, clinic_id=place.clinic.id, site_id=place.site.id,
            visit_type_id=place.control.id, session_start=EIGHT, starts_at=EIGHT,
            ends_at=EIGHT + timedelta(minutes=20), lane=1, granted_by="Signe", granted_at=EIGHT,
        ),
    )  # fmt: skip
    extra.allocations[0].lane, extra.allocations[0].grant_id = 1, grant.id
    session.flush()
    (whole,) = of_doctor(session, place)
    assert (whole.extras, whole.booked, whole.granted) == (1, (first.id, extra.id), ())
    read = sessions.read(
        session, place.clinic, TUESDAY, TUESDAY, MODEL, clinician_id=place.doctor.id, plan=True
    )
    assert [(one.extras, one.booked) for one in read] == [(0, (first.id,))]
