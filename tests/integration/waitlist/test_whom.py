"""Who is asked, and who is not: one person once, and nobody forgotten who can be told by now."""

from datetime import date, timedelta

import pytest
from freezegun.api import FrozenDateTimeFactory
from sqlalchemy import select

from booking.appointments import holds
from booking.appointments.models import AppointmentChange
from booking.appointments.occasions import free
from booking.appointments.search import Slot
from booking.platform.database import Session
from booking.waitlist import answering, refill, service
from booking.waitlist.models import Offer, WaitlistEntry
from reminders.policies import service as policies
from reminders.preferences import service as preferences
from reminders.preferences.models import OptOut
from tests import factories as make
from tests.integration.appointments.conftest import Place
from tests.integration.reminders.conftest import SENDER
from tests.integration.waitlist.conftest import Booked, at, invitation
from tests.integration.waitlist.test_reaching import sends, with_phone
from tests.integration.waitlist.test_refill import give_up, offers, verdicts, wishes

__all__ = ["sends"]
pytestmark = pytest.mark.freeze_time("2026-11-23T08:00:00Z")


def test_nobody_has_two_offers_at_once_however_many_times_they_have(
    session: Session, booked: Booked
) -> None:
    """Neither of one freed time nor of two: a yes by text message must mean one thing."""
    mine = booked(at(7, 10))
    also = booked(at(9, 10), patient=mine.patient)
    first, second = wishes(session, mine, also)
    freed = give_up(session, booked(at(1, 9)))
    other = give_up(session, booked(at(2, 9)))
    refill.run(session)
    (one,) = offers(session, freed) + offers(session, other)
    assert set(verdicts(session, freed).values()) | set(verdicts(session, other).values()) == {
        "offered",
        "has_offer",
    }
    answering.decline(session, make.as_patient(mine.patient), one)
    refill.run(session)
    assert len(session.scalars(select(Offer).where(Offer.status == "open")).all()) == 1
    assert {first.status, second.status} == {"waiting"}


def test_whoever_comes_on_the_list_by_a_deadline_is_asked_about_the_holes_there_are(
    session: Session, place: Place, booked: Booked
) -> None:
    hole = give_up(session, booked(at(1, 9)))
    refill.run(session)
    assert hole.status == "listed"
    course = make.course(session, place.clinic, make.patient(session, place.clinic))
    invitation(session, course, place.control, deadline_on=date(2026, 12, 4))
    service.tend(session)
    refill.run(session)
    assert [one.patient_id for one in offers(session, hole)] == [course.patient_id]


def test_groups_whose_deadline_presses_hide_nobody(
    session: Session, place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(service, "AT_A_TIME", 1)
    together = make.visit_type(session, place.clinic, group_capacity=8)
    course = make.course(session, place.clinic, make.patient(session, place.clinic))
    invitation(session, course, together, deadline_on=date(2026, 12, 1))
    alone = invitation(session, course, place.control, deadline_on=date(2026, 12, 4))
    service.tend(session)
    assert session.scalars(select(WaitlistEntry.invitation_id)).all() == [alone.id]


def test_a_clinic_that_begins_to_send_opens_its_holes(
    session: Session, place: Place, booked: Booked, sends: None
) -> None:
    """So does a patient who takes a STOP back: whoever can be told by now is asked."""
    policies.stop_sending(session, place.secretary, place.clinic)
    mine = with_phone(session, booked(at(8, 10)))
    number = str(mine.patient.phone_hash)
    (entry,) = wishes(session, mine)
    hole = give_up(session, booked(at(1, 9)))
    refill.run(session)
    for channel in ("sms", "voice"):
        session.add(OptOut(address_hash=number, channel=channel, since=session.now()))
    policies.send_from(session, place.secretary, place.clinic, SENDER)
    service.tend(session)
    refill.run(session)
    assert (hole.status, hole.round, verdicts(session, hole)) == (
        "listed",
        1,
        {entry.id: "not_reachable:silent"},
    )
    preferences.start(session, number, "sms")
    service.tend(session)
    refill.run(session)
    assert [one.entry_id for one in offers(session, hole)] == [entry.id]


def test_a_yes_on_the_telephone_is_also_the_answer_to_a_time_nobody_had_answered(
    session: Session, place: Place, booked: Booked
) -> None:
    mine = booked(at(7, 10))
    mine.participant = "needs-action"
    wishes(session, mine)
    freed = give_up(session, booked(at(1, 9)))
    refill.run(session)
    (one,) = offers(session, freed)
    moved = answering.accept(session, place.secretary, one, "phone")
    said = select(AppointmentChange.what).where(AppointmentChange.appointment_id == moved.id)
    assert moved.participant == "accepted"
    assert session.scalars(said.order_by(AppointmentChange.id)).all() == ["booked", "moved", "kept"]


def test_who_says_yes_on_the_telephone_for_another_visit_is_not_told_it_is_gone(
    session: Session, place: Place, booked: Booked
) -> None:
    """Their own offer of the very time is taken back: nobody was before them."""
    mine = booked(at(7, 10))
    first, second = wishes(session, mine, booked(at(9, 10), patient=mine.patient))
    freed = give_up(session, booked(at(1, 9)))
    refill.run(session)
    (one,) = offers(session, freed)
    other = second if one.entry_id == first.id else first
    answering.give(session, place.secretary, freed, other)
    assert [offer.status for offer in offers(session, freed)] == ["withdrawn", "accepted"]


def test_what_somebody_is_about_to_book_is_offered_when_they_leave_it(
    session: Session, place: Place, booked: Booked, freezer: FrozenDateTimeFactory
) -> None:
    """It is no hole meanwhile: a hole is not looked at again."""
    freed = give_up(session, booked(at(1, 9)))
    wishes(session, booked(at(7, 10)))
    occasion = free(session, place.secretary, place.course, place.control)
    slot = Slot(at(1, 9), at(1, 9, 30), place.doctor.id, place.site.id)
    holds.place(session, occasion, slot)
    refill.run(session)
    assert (freed.status, freed.round) == ("offering", 0)
    freezer.tick(timedelta(minutes=holds.MINUTES + 1))
    refill.run(session)
    assert len(offers(session, freed)) == 1


def test_a_late_time_that_has_begun_is_waited_for_no_more(
    session: Session, booked: Booked, freezer: FrozenDateTimeFactory
) -> None:
    """Also where nobody has said what became of it."""
    booked(at(8, 9), deadline_on=date(2026, 12, 4))
    service.tend(session)
    freezer.move_to(at(9, 9))
    service.tend(session)
    assert session.scalars(select(WaitlistEntry.status)).all() == ["ended"]


def test_who_was_left_in_peace_for_a_week_is_asked_about_the_holes_after_it(
    session: Session, booked: Booked, freezer: FrozenDateTimeFactory
) -> None:
    mine = booked(at(18, 10))
    wishes(session, mine)
    for day in (1, 2, 3):
        give_up(session, booked(at(day, 9)))
        refill.run(session)
        (one,) = session.scalars(select(Offer).where(Offer.status == "open"))
        answering.decline(session, make.as_patient(mine.patient), one)
    hole = give_up(session, booked(at(16, 9)))
    refill.run(session)
    assert (hole.status, set(verdicts(session, hole).values())) == ("listed", {"declined_lately"})
    service.tend(session)
    assert hole.status == "listed"
    freezer.move_to("2026-11-30T08:01:00Z")
    service.tend(session)
    refill.run(session)
    assert [one.patient_id for one in offers(session, hole)] == [mine.patient_id]
