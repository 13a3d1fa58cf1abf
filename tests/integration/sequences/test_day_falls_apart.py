"""A combined day when one of those who see the patient is away: whole, or put before a person."""

from datetime import UTC, datetime

import pytest
from flask import Flask

from booking.appointments.models import Appointment
from booking.appointments.service import cancel
from booking.platform.database import Session
from booking.platform.errors import ChangedMeanwhile
from booking.rescheduling import service
from booking.rescheduling.gathering import Outage
from booking.rescheduling.models import Rescheduling
from booking.sequences import service as sequences
from booking.sequences import whole_day
from booking.sequences.proposing import propose
from booking.sequences.queries import with_appointment
from tests import factories as make
from tests.integration.clinic_web.day.conftest import signed_in
from tests.integration.sequences.conftest import Ward

pytestmark = pytest.mark.freeze_time("2026-11-19T08:00:00Z")  # a Thursday, 9.00 in Denmark


@pytest.fixture
def times(session: Session, ward: Ward) -> list[Appointment]:
    """The blood test and then the doctor, on Tuesday the 24th."""
    made = sequences.book(session, ward.by, propose(session, ward.by, ward.course, ward.one_day()))
    session.commit()
    return [part.appointment for part in made.parts if part.appointment is not None]


def doctor_is_ill(session: Session, ward: Ward) -> Rescheduling:
    out = Outage(
        ward.doctor.id,
        datetime(2026, 11, 24, tzinfo=UTC),
        datetime(2026, 11, 25, tzinfo=UTC),
    )
    plan = service.draft(session, ward.by, ward.clinic, [out], "clinician_away", "")
    session.commit()
    return plan


def test_a_part_without_anyone_at_the_same_time_is_put_before_a_person(
    session: Session, ward: Ward, times: list[Appointment]
) -> None:
    blood, visit = times
    was = visit.starts_at
    plan = doctor_is_ill(session, ward)
    (line,) = plan.lines
    assert (line.appointment_id, line.starts_at, line.why) == (visit.id, None, ["combined"])
    service.carry_out(session, ward.by, plan, plan.version)
    session.commit()
    assert (visit.starts_at, line.outcome) == (was, "waiting")
    assert blood.status == visit.status == "booked"


def test_another_doctor_at_the_same_time_leaves_the_day_whole(
    session: Session, ward: Ward, times: list[Appointment]
) -> None:
    other = make.clinician(session, ward.clinic)
    make.open_weekdays(session, other, ward.site)
    visit = times[1]
    was = visit.starts_at
    plan = doctor_is_ill(session, ward)
    (line,) = plan.lines
    assert (line.starts_at, line.clinician_id) == (was, other.id)
    service.carry_out(session, ward.by, plan, plan.version)
    session.commit()
    assert (visit.starts_at, visit.clinician_id, line.outcome) == (was, other.id, "moved")


def test_nobody_is_sent_to_another_site_between_two_parts(
    session: Session, ward: Ward, times: list[Appointment]
) -> None:
    elsewhere = make.site(session, ward.clinic, name="Den anden matrikel")
    make.open_weekdays(session, make.clinician(session, ward.clinic), elsewhere)
    (line,) = doctor_is_ill(session, ward).lines
    assert (line.starts_at, line.why) == (None, ["combined"])


def test_a_part_that_is_to_be_longer_does_not_keep_its_time(
    session: Session, ward: Ward, times: list[Appointment]
) -> None:
    make.open_weekdays(session, make.clinician(session, ward.clinic), ward.site)
    ward.visit.base_minutes += 30
    (line,) = doctor_is_ill(session, ward).lines
    assert (line.starts_at, line.why) == (None, ["combined"])


def test_a_closed_clinic_leaves_the_whole_day_to_a_person(
    session: Session, ward: Ward, times: list[Appointment]
) -> None:
    out = Outage(None, datetime(2026, 11, 24, tzinfo=UTC), datetime(2026, 11, 25, tzinfo=UTC))
    plan = service.draft(session, ward.by, ward.clinic, [out], "clinic", "")
    assert [line.why for line in plan.lines] == [["combined"], ["combined"]]
    service.carry_out(session, ward.by, plan, plan.version)
    assert [line.outcome for line in plan.lines] == ["waiting", "waiting"]
    assert [one.starts_at for one in times] == [line.from_start for line in plan.lines]


def test_a_day_that_its_patient_moves_meanwhile_is_not_moved_by_the_plan(
    session: Session, ward: Ward, times: list[Appointment]
) -> None:
    make.open_weekdays(session, make.clinician(session, ward.clinic), ward.site)
    plan = doctor_is_ill(session, ward)
    as_patient = make.as_patient(ward.patient)
    sequence = with_appointment(session, times[0].id)
    assert sequence is not None
    other_day = whole_day.days(session, as_patient, sequence)[0]
    whole_day.move(session, as_patient, sequence, other_day.slots)
    session.commit()
    with pytest.raises(ChangedMeanwhile):
        service.carry_out(session, ward.by, plan, plan.version)
    session.rollback()
    assert times[0].starts_at == other_day.slots[0].start


def test_what_is_left_of_a_day_moves_like_any_other_time(
    session: Session, ward: Ward, times: list[Appointment]
) -> None:
    blood, visit = times
    cancel(session, ward.by, blood, "patient_other", wants_new=False)
    (line,) = doctor_is_ill(session, ward).lines
    assert line.starts_at is not None
    assert line.starts_at != visit.starts_at


def test_the_pages_say_so_and_lead_to_the_whole_day(
    session: Session, ward: Ward, times: list[Appointment], app: Flask
) -> None:
    plan = doctor_is_ill(session, ward)
    (line,) = plan.lines
    secretary = signed_in(app, ward.staff)
    address = f"/klinik/{ward.clinic.id}/omlaegning/{plan.id}"
    secretary.get(address).says("Hører sammen med andre tider samme dag")
    secretary.says("Se dagen samlet")
    secretary.get(f"{address}/linjer/{line.id}").says("Her flyttes kun den ene")
    assert secretary.page.text.count('name="start"') > 10
