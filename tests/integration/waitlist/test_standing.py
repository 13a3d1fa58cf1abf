"""What changes between the job's turns: deadlines that press again, times moved, holes filled."""

from datetime import date, datetime, timedelta
from threading import Thread

import pytest
from sqlalchemy import select

from booking.appointments import service as appointments
from booking.appointments.models import Appointment
from booking.appointments.occasions import for_invitation, for_move
from booking.appointments.search import Slot
from booking.appointments.undo import last_act, undo
from booking.platform.database import Session
from booking.platform.identity import SYSTEM
from booking.platform.web import Rettid
from booking.waitlist import answering, refill, service
from booking.waitlist.errors import OfferOver
from booking.waitlist.models import Offer, WaitlistEntry
from reminders.replies.offers import answer
from tests import factories as make
from tests.integration.appointments.conftest import Place
from tests.integration.waitlist.conftest import Booked, at, invitation
from tests.integration.waitlist.test_refill import give_up, offers, wishes

pytestmark = pytest.mark.freeze_time("2026-11-23T08:00:00Z")


def slot(place: Place, start: datetime) -> Slot:
    return Slot(start, start + timedelta(minutes=30), place.doctor.id, place.site.id)


def moved(session: Session, place: Place, one: Appointment, start: datetime) -> None:
    occasion = for_move(session, place.secretary, one)
    appointments.book(
        session, place.secretary, occasion, slot(place, start), "desk", late_reason="capacity"
    )


def entries(session: Session) -> list[tuple[int | None, str]]:
    found = session.scalars(select(WaitlistEntry).order_by(WaitlistEntry.id))
    return [(one.appointment_id, one.status) for one in found]


def test_a_late_time_is_found_however_many_are_in_time(
    session: Session, place: Place, booked: Booked, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(service, "AT_A_TIME", 2)
    booked(at(1, 9), deadline_on=date(2026, 12, 20))
    booked(at(1, 10), deadline_on=date(2026, 12, 20))
    late = booked(at(8, 9), deadline_on=date(2026, 12, 4))
    service.tend(session)
    assert entries(session) == [(late.id, "waiting")]


def test_whoever_has_a_time_before_the_deadline_by_now_is_asked_no_more(
    session: Session, place: Place, booked: Booked
) -> None:
    late = booked(at(8, 9), deadline_on=date(2026, 12, 4))
    service.tend(session)
    moved(session, place, late, at(3, 9))
    service.tend(session)
    assert entries(session) == [(late.id, "ended")]
    moved(session, place, late, at(9, 9))
    service.tend(session)
    assert entries(session) == [(late.id, "ended"), (late.id, "waiting")]


def test_a_deadline_presses_again_when_the_time_is_lost(session: Session, place: Place) -> None:
    course = make.course(session, place.clinic, make.patient(session, place.clinic))
    about = invitation(session, course, place.control, deadline_on=date(2026, 12, 4))
    session.commit()
    service.tend(session)
    occasion = for_invitation(session, place.secretary, about)
    had = appointments.book(session, SYSTEM, occasion, slot(place, at(1, 9)), "desk")
    service.tend(session)
    appointments.cancel(session, place.secretary, had, "clinic", "desk", wants_new=True)
    service.tend(session)
    assert [status for _, status in entries(session)] == ["ended", "waiting"]


def test_an_offer_never_moves_anybody_later(session: Session, place: Place, booked: Booked) -> None:
    given_up, mine = booked(at(3, 9)), booked(at(10, 9))
    wishes(session, mine)
    freed = give_up(session, given_up)
    refill.run(session)
    (one,) = offers(session, freed)
    moved(session, place, mine, at(1, 9))
    assert one.status == "withdrawn"
    with pytest.raises(OfferOver):
        answering.accept(session, make.as_patient(mine.patient), one)
    assert mine.starts_at == at(1, 9)


def test_who_has_been_moved_to_the_very_time_is_told_that_it_is_over(
    session: Session, place: Place, booked: Booked
) -> None:
    given_up, mine = booked(at(3, 9)), booked(at(10, 9))
    wishes(session, mine)
    freed = give_up(session, given_up)
    refill.run(session)
    (one,) = offers(session, freed)
    moved(session, place, mine, at(3, 9))
    session.commit()
    assert answer(session, one, takes=True) == ("over", None)
    assert mine.starts_at == at(3, 9)


def test_a_wish_of_ones_own_stands_where_a_deadline_had_asked_first(
    session: Session, place: Place, booked: Booked
) -> None:
    late = booked(at(8, 9), deadline_on=date(2026, 12, 4))
    service.tend(session)
    wishes(session, late)
    moved(session, place, late, at(3, 9))
    service.tend(session)
    assert entries(session) == [(late.id, "waiting")]


def test_an_invitation_that_gets_its_time_waits_no_more_and_its_offer_is_over(
    session: Session, place: Place, booked: Booked
) -> None:
    given_up = booked(at(3, 9))
    course = make.course(session, place.clinic, make.patient(session, place.clinic))
    about = invitation(session, course, place.control)
    service.wish(session, place.secretary, about, service.Wishes())
    freed = give_up(session, given_up)
    refill.run(session)
    occasion = for_invitation(session, place.secretary, about)
    appointments.book(session, SYSTEM, occasion, slot(place, at(2, 9)), "desk")
    assert [one.status for one in offers(session, freed)] == ["withdrawn"]
    assert entries(session) == [(None, "ended")]


def test_a_cancellation_taken_back_brings_its_wish_back(
    session: Session, place: Place, booked: Booked
) -> None:
    mine = booked(at(10, 9))
    wishes(session, mine)
    appointments.cancel(session, place.secretary, mine, "clinic", "desk", wants_new=False)
    change = last_act(session, place.secretary, mine)
    assert change is not None
    again = undo(session, place.secretary, change)
    assert entries(session) == [(again.id, "waiting")]


def test_who_takes_the_wish_back_while_the_job_asks_is_not_asked(
    session: Session, place: Place, booked: Booked, rettid: Rettid
) -> None:
    if not session.on_postgresql:
        pytest.skip("on SQLite one writes at a time")
    given_up, mine = booked(at(3, 9)), booked(at(10, 9))
    (entry,) = wishes(session, mine)
    give_up(session, given_up)
    session.commit()
    service.withdraw(session, make.as_patient(mine.patient), entry)

    def job() -> None:
        with rettid.database.transaction() as other:
            refill.run(other)

    asking = Thread(target=job)
    asking.start()
    asking.join(1)
    session.commit()
    asking.join(30)
    assert not asking.is_alive()
    assert session.scalars(select(Offer).where(Offer.status == "open")).all() == []


def test_holes_do_not_hide_what_is_to_be_offered(
    session: Session, place: Place, booked: Booked, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(refill, "MOST", 1)
    hole = give_up(session, booked(at(1, 9)))
    refill.run(session)
    assert hole.status == "listed"
    wishes(session, booked(at(10, 9)), earliest_on=date(2026, 12, 2))
    freed = give_up(session, booked(at(3, 9)))
    refill.run(session)
    assert len(offers(session, freed)) == 1


def test_a_hole_booked_and_given_up_again_is_offered_anew(
    session: Session, place: Place, booked: Booked
) -> None:
    hole = give_up(session, booked(at(3, 9)))
    refill.run(session)
    assert hole.status == "listed"
    again = booked(at(3, 9))
    wishes(session, booked(at(10, 9)))
    give_up(session, again)
    refill.run(session)
    assert len(offers(session, hole)) == 1
