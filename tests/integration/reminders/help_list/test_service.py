"""Who is on the help list, in which order, and what a call does."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, timedelta

import pytest
from freezegun.api import FrozenDateTimeFactory
from sqlalchemy import select

from booking.appointments import occasions
from booking.appointments import service as booking
from booking.appointments.errors import TooLate, WrongState
from booking.appointments.models import Appointment, AppointmentChange
from booking.appointments.search import Slot
from booking.appointments.worklist.models import WorklistItem
from booking.people.models import PatientNeed
from booking.platform.audit import about_patient
from booking.platform.errors import NotFound
from booking.platform.identity import Actor
from booking.platform.web import Rettid
from reminders.help_list import service
from reminders.help_list.errors import AlreadyCalled
from reminders.help_list.models import HelpCall
from reminders.messages.models import Message
from reminders.policies import service as policies
from reminders.preferences import service as preferences
from tests import factories as make
from tests.integration.reminders.conftest import SENDER
from tests.integration.reminders.help_list.conftest import WEEK_ON, Ward

pytestmark = pytest.mark.freeze_time("2026-11-23T08:00:00Z")

HALF = timedelta(minutes=30)


def test_the_list_is_those_with_a_time_in_a_week(ward: Ward) -> None:
    ward.book(WEEK_ON - timedelta(days=3))
    inside = [ward.book(WEEK_ON), ward.book(WEEK_ON + timedelta(days=2))]
    ward.book(WEEK_ON + timedelta(days=3))
    found = ward.today()
    assert {one.appointment.id for one in found.to_call} == {one.id for one in inside}
    assert (found.first, found.last) == (date(2026, 11, 28), date(2026, 12, 2))


@pytest.mark.freeze_time("2026-11-27T08:00:00Z")
def test_the_fridays_list_reaches_over_the_weekend(ward: Ward) -> None:
    tuesday = ward.book(datetime(2026, 12, 8, 8, tzinfo=UTC))
    ward.book(datetime(2026, 12, 9, 8, tzinfo=UTC))
    assert ward.to_call() == [tuesday.id]


def test_missed_visits_here_and_before_count_and_another_clinics_do_not(ward: Ward) -> None:
    steady, once, often, elsewhere = (ward.patient() for _ in range(4))
    times = [
        ward.book(WEEK_ON + n * HALF, one) for n, one in enumerate((steady, elsewhere, once, often))
    ]
    ward.past(steady, "fulfilled", 6)
    ward.past(once, "fulfilled", 6)
    ward.past(often, "fulfilled", 6)
    ward.past(elsewhere, "fulfilled", 6)
    ward.past(once, "noshow")
    ward.past(often, "noshow", 3)
    ward.past(elsewhere, "noshow", 3, clinic_id=make.clinic(ward.session).id)
    missed = ward.book(datetime(2026, 11, 24, 8, tzinfo=UTC), often)
    missed.status = "noshow"
    ward.session.commit()
    assert ward.to_call() == [times[3].id, times[2].id, times[0].id, times[1].id]


def test_an_answer_a_visit_and_an_arrived_message_put_others_first(ward: Ward) -> None:
    times = [ward.book(WEEK_ON + n * HALF, provisional=n != 0) for n in range(4)]
    answered, been_here, helped, nothing_arrived = times
    ward.past(been_here.patient, "fulfilled")
    preferences.give_extra_help(
        ward.session, ward.place.secretary, helped.patient, ward.place.clinic.id, on=True
    )
    policies.send_from(ward.session, ward.place.secretary, ward.place.clinic, SENDER)
    ward.session.commit()
    assert ward.to_call() == [helped.id, nothing_arrived.id, been_here.id, answered.id]
    late = ward.book(WEEK_ON + 5 * HALF)
    for message in ward.session.scalars(select(Message).where(Message.appointment_id == late.id)):
        message.state = "failed"
    ward.session.commit()
    assert ward.to_call()[:2] == [helped.id, late.id]


def test_who_somebody_is_changes_nothing(ward: Ward) -> None:
    anyone = ward.book(WEEK_ON + HALF)
    other = ward.patient(
        given_name="Fatuma",
        family_name="Hassan",
        birth_date=date(1931, 1, 1),
        language="so",
        digital_exempt=True,
        address_sealed=ward.session.vault.seal("Vejen 1\n2200 København N"),
        cpr_sealed=ward.session.vault.seal("0101310000"),
    )
    ward.session.add(
        PatientNeed(
            patient_id=other.id, need="interpreter", told_by="staff", since=ward.session.now()
        )
    )
    ward.session.commit()
    theirs = ward.book(WEEK_ON + 4 * HALF, other)
    assert ward.to_call() == [anyone.id, theirs.id]  # by the nearest time
    own = booking_moved(ward, theirs.id)
    assert ward.to_call() == [own, anyone.id]


def booking_moved(ward: Ward, appointment_id: int) -> int:
    """Move a time to the earliest of the day; its number."""
    appointment = ward.today().to_call[-1].appointment
    assert appointment.id == appointment_id
    occasion = occasions.for_move(ward.session, ward.place.secretary, appointment)
    slot = Slot(
        WEEK_ON,
        WEEK_ON + timedelta(minutes=occasion.length.minutes),
        ward.place.other_doctor.id,
        ward.place.site.id,
    )
    booking.book(ward.session, ward.place.secretary, occasion, slot, "desk")
    appointment.participant = "needs-action"
    ward.session.commit()
    return appointment_id


def test_those_without_a_telephone_are_told_of_and_take_no_call(ward: Ward) -> None:
    with_one = ward.book(WEEK_ON)
    without = ward.book(WEEK_ON + HALF, ward.patient(phone_sealed=None, phone_hash=None))
    found = ward.today(1)
    assert [one.appointment.id for one in found.to_call] == [with_one.id]
    assert found.to_call[0].phone == "+4520301001"
    assert [one.id for one in found.without_phone] == [without.id]
    assert found.waiting == 0


def test_a_clinic_makes_as_many_calls_a_day_as_it_chooses(ward: Ward) -> None:
    times = [ward.book(WEEK_ON + n * HALF) for n in range(4)]
    assert ward.to_call(3) == [one.id for one in times[:3]]
    ward.call(times[0], "comes")
    found = ward.today(3)
    assert [one.appointment.id for one in found.to_call] == [times[1].id, times[2].id]
    assert found.waiting == 1
    assert [one.call.outcome for one in found.called] == ["comes"]


def test_whoever_says_on_the_telephone_that_they_come_has_said_yes(ward: Ward) -> None:
    appointment = ward.book(WEEK_ON)
    ward.call(appointment, "comes", "Kommer med sin datter.")
    ward.session.refresh(appointment)
    assert appointment.participant == "accepted"
    change = ward.session.scalars(
        select(AppointmentChange).where(AppointmentChange.what == "kept")
    ).one()
    assert (change.channel, change.actor_name) == ("phone", ward.place.staff.name)
    call = ward.session.scalars(select(HelpCall)).one()
    assert (call.words, call.called_by) == ("Kommer med sin datter.", ward.place.staff.name)
    acts = [one.action for one in ward.session.scalars(about_patient(appointment.patient_id))]
    assert "help_list.called" in acts
    assert ward.to_call() == []


def test_who_said_yes_by_telephone_elsewhere_is_not_called_until_the_time_is_moved(
    ward: Ward,
) -> None:
    appointment = ward.book(WEEK_ON)
    by_web = ward.book(WEEK_ON + HALF)
    booking.keep(ward.session, ward.place.secretary, appointment, "phone")
    booking.keep(ward.session, make.as_patient(by_web.patient), by_web, "web")
    ward.session.commit()
    assert ward.to_call() == [by_web.id]
    occasion = occasions.for_move(ward.session, ward.place.secretary, appointment)
    start = WEEK_ON + 2 * HALF
    slot = Slot(start, start + HALF, ward.place.doctor.id, ward.place.site.id)
    booking.book(ward.session, ward.place.secretary, occasion, slot, "desk")
    ward.session.commit()
    assert set(ward.to_call()) == {by_web.id, appointment.id}


@pytest.mark.parametrize(
    ("outcome", "kind"), [("needs_transport", "help_transport"), ("needs_other", "help_other")]
)
def test_a_need_goes_before_a_person(ward: Ward, outcome: str, kind: str) -> None:
    appointment = ward.book(WEEK_ON)
    ward.call(appointment, outcome, "Kan ikke gå op ad trapper.")
    item = ward.session.scalars(select(WorklistItem)).one()
    assert (item.kind, item.words, item.due_on, item.appointment_id) == (
        kind,
        "Kan ikke gå op ad trapper.",
        date(2026, 11, 23),
        appointment.id,
    )
    ward.session.refresh(appointment)
    assert (appointment.status, appointment.participant) == ("booked", "needs-action")
    assert ward.to_call() == []


@pytest.mark.parametrize("outcome", ["moved", "cancelled"])
def test_a_time_to_be_moved_or_cancelled_stands_out_until_it_is(ward: Ward, outcome: str) -> None:
    appointment = ward.book(WEEK_ON)
    ward.call(appointment, outcome)
    assert [one.unfinished for one in ward.today().called] == [True]
    assert ward.to_call() == []
    booking.cancel(
        ward.session, ward.place.secretary, appointment, "patient", "phone", wants_new=False
    )
    ward.session.commit()
    assert [one.unfinished for one in ward.today().called] == [False]


def test_who_does_not_answer_is_called_once_more_another_day(
    ward: Ward, freezer: FrozenDateTimeFactory
) -> None:
    appointment = ward.book(WEEK_ON)
    other = ward.book(WEEK_ON + HALF)
    ward.call(appointment, "no_answer")
    assert ward.to_call() == [other.id]
    with pytest.raises(AlreadyCalled):
        ward.call(appointment, "no_answer")
    freezer.move_to("2026-11-24T08:00:00Z")
    assert ward.to_call() == [other.id, appointment.id]
    assert ward.today().to_call[1].tried is not None
    ward.call(appointment, "no_answer")
    freezer.move_to("2026-11-25T08:00:00Z")
    assert ward.to_call() == [other.id]


def test_who_calls_back_has_been_spoken_with(ward: Ward) -> None:
    appointment = ward.book(WEEK_ON)
    ward.call(appointment, "no_answer")
    ward.call(appointment, "comes")
    with pytest.raises(AlreadyCalled):
        ward.call(appointment, "cancelled")
    assert ward.session.scalars(select(HelpCall.outcome)).all() == ["no_answer", "comes"]


def test_no_call_is_written_about_what_no_longer_stands(
    ward: Ward, freezer: FrozenDateTimeFactory
) -> None:
    appointment, begun = ward.book(WEEK_ON), ward.book(WEEK_ON + HALF)
    booking.cancel(
        ward.session, ward.place.secretary, appointment, "patient", "phone", wants_new=False
    )
    ward.session.commit()
    with pytest.raises(WrongState):
        ward.call(appointment, "comes")
    with pytest.raises(NotFound):
        ward.call(begun, "perhaps")
    freezer.move_to(WEEK_ON + HALF)
    with pytest.raises(TooLate):
        ward.call(begun, "comes")
    assert ward.session.scalars(select(HelpCall)).all() == []


def test_a_time_moved_far_ahead_is_called_about_anew(
    ward: Ward, freezer: FrozenDateTimeFactory
) -> None:
    appointment = ward.book(WEEK_ON)
    ward.call(appointment, "moved")
    occasion = occasions.for_move(ward.session, ward.place.secretary, appointment)
    start = datetime(2027, 3, 1, 8, tzinfo=UTC)
    slot = Slot(start, start + HALF, ward.place.doctor.id, ward.place.site.id)
    booking.book(ward.session, ward.place.secretary, occasion, slot, "desk")
    ward.session.commit()
    freezer.move_to("2027-02-22T08:00:00Z")
    assert ward.to_call() == [appointment.id]


def test_two_who_call_the_same_patient_at_once_write_one_call(
    ward: Ward, rettid: Rettid, soak: int
) -> None:
    for day in range(2 * soak):
        number = ward.book(WEEK_ON + timedelta(days=day // 10, minutes=30 * (day % 10))).id
        by = ward.place.secretary
        ward.session.commit()

        def call(outcome: str, number: int = number, by: Actor = by) -> bool:
            with rettid.database.transaction() as session:
                try:
                    service.record_call(session, by, session.get_one(Appointment, number), outcome)
                except AlreadyCalled:
                    return False
                return True

        with ThreadPoolExecutor(4) as callers:
            written = list(callers.map(call, ("comes", "needs_other", "comes", "moved")))
        assert sum(written) == 1
