"""A time given up finds its next patient: offered to a few, taken by one, or listed as a hole."""

from datetime import date, timedelta

import pytest
from sqlalchemy import select

from booking.appointments import service as appointments
from booking.appointments.models import Appointment
from booking.appointments.occasions import for_move
from booking.appointments.search import Slot
from booking.calendar.models import Closure
from booking.platform.audit import AuditEntry
from booking.platform.database import Session
from booking.platform.identity import SYSTEM
from booking.platform.web import Rettid
from booking.waitlist import answering, refill, service
from booking.waitlist.errors import NothingEarlier, NotWaiting, OfferOver
from booking.waitlist.events import OfferClosed, OfferMade
from booking.waitlist.models import FreedTime, Offer, OfferChoice, WaitlistEntry
from booking.waitlist.service import Wishes
from booking.waitlist.telephone import by_phone
from tests import factories as make
from tests.integration.appointments.conftest import Place
from tests.integration.waitlist.conftest import Booked, at, invitation

pytestmark = pytest.mark.freeze_time("2026-11-23T08:00:00Z")


def give_up(session: Session, appointment: Appointment) -> FreedTime:
    """Its patient cancels; the time that came free."""
    actor = make.as_patient(appointment.patient)
    appointments.cancel(session, actor, appointment, "ill", wants_new=False)
    return session.scalars(select(FreedTime).order_by(FreedTime.id.desc())).all()[0]


def wishes(session: Session, *waiting: Appointment, **values: object) -> list[WaitlistEntry]:
    """These patients would like an earlier time."""
    return [
        service.wish(session, make.as_patient(one.patient), one, Wishes(**values))  # type: ignore[arg-type]
        for one in waiting
    ]


def offers(session: Session, freed: FreedTime) -> list[Offer]:
    """Whom it was put to, in order."""
    wanted = select(Offer).where(Offer.freed_time_id == freed.id)
    return list(session.scalars(wanted.order_by(Offer.round, Offer.rank)))


def verdicts(session: Session, freed: FreedTime, number: int = 1) -> dict[int, str]:
    """Why each was or was not offered it in a round."""
    rows = select(OfferChoice.entry_id, OfferChoice.verdict).where(
        OfferChoice.freed_time_id == freed.id, OfferChoice.round == number
    )
    return dict(session.execute(rows).all())


def test_a_time_given_up_is_offered_to_a_few_and_taken_by_one(
    session: Session, rettid: Rettid, booked: Booked
) -> None:
    """The taker's own time moves there and comes free in its turn; the others keep theirs."""
    heard: list[object] = []
    rettid.events.subscribe(OfferMade, lambda _session, event: heard.append(event))
    rettid.events.subscribe(OfferClosed, lambda _session, event: heard.append(event))
    given_up = booked(at(1, 9))
    waiting = [booked(at(day, 10)) for day in (7, 8, 9, 10)]
    entries = wishes(session, *waiting)
    freed = give_up(session, given_up)
    assert (freed.status, freed.cause) == ("offering", "cancelled")

    refill.run(session)
    asked = offers(session, freed)
    assert len(asked) == 3
    assert {one.expires_at for one in asked} == {session.now() + timedelta(hours=24)}
    said = verdicts(session, freed)
    assert sorted(said.values()) == ["later_in_order", "offered", "offered", "offered"]
    assert len([one for one in heard if isinstance(one, OfferMade)]) == 3

    taken = asked[1]
    own = taken.entry.appointment
    assert own is not None
    old_start = own.starts_at
    moved = answering.accept(session, make.as_patient(taken.patient), taken)
    assert (moved.id, moved.starts_at, moved.participant) == (own.id, at(1, 9), "accepted")
    assert moved.moves == 0
    assert (freed.status, freed.filled_by_id) == ("filled", moved.id)
    assert [one.status for one in offers(session, freed)] == ["lost", "accepted", "lost"]
    assert taken.entry.status == "fulfilled"
    assert {one.how for one in heard if isinstance(one, OfferClosed)} == {"accepted", "lost"}
    chained = session.scalars(select(FreedTime).where(FreedTime.starts_at == old_start)).one()
    assert (chained.status, chained.cause) == ("offering", "moved")
    assert {e.status for e in entries if e.id != taken.entry_id} == {"waiting"}
    logged = select(AuditEntry.action).where(AuditEntry.action.like("waitlist.%"))
    assert session.scalars(logged).all() == ["waitlist.wished"] * 4 + ["waitlist.accepted"]


def test_who_was_too_late_is_told_and_keeps_what_they_had(session: Session, booked: Booked) -> None:
    """So is who answers after the limit; the taker may press twice."""
    given_up, first, second = booked(at(1, 9)), booked(at(7, 10)), booked(at(8, 10))
    wishes(session, first, second)
    freed = give_up(session, given_up)
    refill.run(session)
    taken, lost = offers(session, freed)
    again = answering.accept(session, make.as_patient(taken.patient), taken)
    assert answering.accept(session, make.as_patient(taken.patient), taken) is again
    with pytest.raises(OfferOver):
        answering.accept(session, make.as_patient(lost.patient), lost)
    assert lost.entry.appointment is not None
    assert lost.entry.appointment.starts_at in (at(7, 10), at(8, 10))
    assert lost.entry.status == "waiting"


def test_nobody_answers_and_it_becomes_a_hole_that_a_new_wish_opens_again(
    session: Session, booked: Booked, freezer: object
) -> None:
    """The next few are asked when time is up; after the last it is listed for the staff."""
    given_up = booked(at(1, 9))
    waiting = [booked(at(day, 10)) for day in (7, 8, 9, 10)]
    wishes(session, *waiting)
    freed = give_up(session, given_up)
    refill.run(session)
    answering.decline(
        session, make.as_patient(offers(session, freed)[0].patient), offers(session, freed)[0]
    )
    refill.run(session)
    assert (freed.round, len(offers(session, freed))) == (1, 3)
    freezer.move_to("2026-11-24T08:00:00Z")  # type: ignore[attr-defined]
    refill.run(session)
    assert (freed.round, len(offers(session, freed))) == (2, 4)
    assert [one.status for one in offers(session, freed)] == [
        "declined",
        "expired",
        "expired",
        "open",
    ]
    freezer.move_to("2026-11-25T08:00:00Z")  # type: ignore[attr-defined]
    refill.run(session)
    assert (freed.status, freed.round) == ("listed", 3)
    assert set(verdicts(session, freed, 3).values()) == {"asked_before"}

    newcomer = booked(at(11, 10))
    wishes(session, newcomer)
    assert freed.status == "offering"
    refill.run(session)
    assert offers(session, freed)[-1].patient_id == newcomer.patient_id


def test_a_time_that_others_book_is_let_go(session: Session, booked: Booked, place: Place) -> None:
    """An offer of it is withdrawn within the minute, and taking it before that is refused."""
    given_up, waiting = booked(at(1, 9)), booked(at(7, 10))
    wishes(session, waiting)
    freed = give_up(session, given_up)
    refill.run(session)
    session.commit()
    booked(at(1, 9))
    (offer,) = offers(session, freed)
    with pytest.raises(OfferOver):
        answering.accept(session, make.as_patient(waiting.patient), offer)
    session.rollback()
    refill.run(session)
    assert (freed.status, offer.status) == ("gone", "withdrawn")


def test_what_is_closed_or_partly_taken_is_not_offered_whole(
    session: Session, booked: Booked, place: Place
) -> None:
    """An ill doctor's times are no times; of one half taken, the rest is offered."""
    ill, moved = booked(at(1, 9)), booked(at(2, 9))
    short = make.visit_type(session, place.clinic, base_minutes=15)
    waiting = booked(at(7, 10), visit_type=short)
    wishes(session, waiting)
    gone = give_up(session, ill)
    session.add(
        Closure(clinic=place.clinic, resource=place.doctor, starts_at=at(1, 7), ends_at=at(1, 17))
    )
    occasion = for_move(session, place.secretary, moved)
    slot = Slot(at(2, 9, 15), at(2, 9, 45), place.doctor.id, place.site.id)
    appointments.book(session, place.secretary, occasion, slot, "desk")
    half = session.scalars(select(FreedTime).where(FreedTime.starts_at == at(2, 9))).one()
    refill.run(session)
    assert gone.status == "gone"
    assert half.ends_at == at(2, 9, 15)
    (offer,) = offers(session, half)
    assert offer.patient_id == waiting.patient_id


def test_what_a_shorter_visit_leaves_is_offered_too(
    session: Session, booked: Booked, place: Place
) -> None:
    """An hour given up serves two half hours."""
    long = make.visit_type(session, place.clinic, base_minutes=60)
    given_up, first, second = (
        booked(at(1, 9), visit_type=long),
        booked(at(7, 10)),
        booked(at(8, 10)),
    )
    wishes(session, first, second)
    freed = give_up(session, given_up)
    refill.run(session)
    offer = offers(session, freed)[0]
    answering.accept(session, make.as_patient(offer.patient), offer)
    rest = session.scalars(select(FreedTime).where(FreedTime.cause == "rest")).one()
    assert (rest.starts_at, rest.ends_at) == (at(1, 9, 30), at(1, 10))


def test_the_pressing_deadline_is_on_the_list_by_itself_and_asked_first(
    session: Session, booked: Booked, place: Place
) -> None:
    """An invitation without a time; taking the offer gives it one. It leaves the list with it."""
    given_up, waiting = booked(at(1, 9)), booked(at(7, 10))
    wishes(session, waiting)
    patient = make.patient(session, place.clinic)
    pressed = invitation(
        session, make.course(session, place.clinic, patient), place.control,
        deadline_on=at(4, 9).date(), deadline_kind="workup",
    )  # fmt: skip
    assert service.tend(session) == 1
    assert service.tend(session) == 0
    freed = give_up(session, given_up)
    refill.run(session)
    first = offers(session, freed)[0]
    assert (first.patient_id, first.entry.cause) == (patient.id, "deadline")
    got = answering.accept(session, make.as_patient(patient), first)
    assert (got.invitation_id, got.starts_at) == (pressed.id, at(1, 9))


def test_late_for_want_of_capacity_is_on_the_list_and_late_by_wish_is_not(
    session: Session, booked: Booked
) -> None:
    """Who has a time after the deadline is asked, unless they chose it themselves."""
    late = booked(at(15, 9), deadline_on=at(4, 9).date(), deadline_kind="workup")
    service.tend(session)
    entry = session.scalars(select(WaitlistEntry)).one()
    assert (entry.appointment_id, entry.cause) == (late.id, "deadline")
    service.withdraw(session, SYSTEM, entry)
    service.tend(session)
    assert session.scalars(select(WaitlistEntry.status)).all() == ["withdrawn"]


def test_on_the_first_day_of_the_period_nothing_earlier_is_promised(
    session: Session, booked: Booked
) -> None:
    mine = booked(at(7, 10), first=date(2026, 12, 7))
    with pytest.raises(NothingEarlier):
        wishes(session, mine)
    later = booked(at(8, 10), first=date(2026, 12, 7))
    assert wishes(session, later)[0].status == "waiting"


def test_a_wish_said_again_keeps_its_place_and_ends_with_the_time(
    session: Session, booked: Booked, freezer: object
) -> None:
    """One entry a time; it ends when the time is cancelled, and there is none for what is over."""
    mine = booked(at(7, 10))
    (entry,) = wishes(session, mine)
    freezer.move_to("2026-11-24T08:00:00Z")  # type: ignore[attr-defined]
    (again,) = wishes(session, mine, parts=("am",), weekdays=(0, 1))
    assert again is entry
    assert (entry.parts, entry.weekdays, entry.created_at.day) == ("am", "0,1", 23)
    give_up(session, mine)
    assert entry.status == "ended"
    with pytest.raises(NotWaiting):
        wishes(session, mine)


def test_staff_give_a_hole_by_phone(session: Session, booked: Booked, place: Place) -> None:
    """Whoever says yes on the telephone, whatever their wishes said."""
    given_up, waiting = booked(at(1, 9)), booked(at(7, 10))
    (entry,) = wishes(session, waiting, parts=("pm",))
    freed = give_up(session, given_up)
    refill.run(session)
    assert (freed.status, verdicts(session, freed)[entry.id]) == ("listed", "part_of_day")
    moved = answering.give(session, place.secretary, freed, entry)
    assert (moved.starts_at, moved.participant, freed.status) == (at(1, 9), "accepted", "filled")


def test_at_night_nobody_is_asked(session: Session, booked: Booked, freezer: object) -> None:
    """Given up in the evening, offered in the morning."""
    given_up, waiting = booked(at(1, 9)), booked(at(7, 10))
    wishes(session, waiting)
    freezer.move_to("2026-11-23T20:30:00Z")  # type: ignore[attr-defined]
    freed = give_up(session, given_up)
    refill.run(session)
    assert (freed.status, offers(session, freed)) == ("offering", [])
    freezer.move_to("2026-11-24T07:00:00Z")  # type: ignore[attr-defined]
    refill.run(session)
    assert len(offers(session, freed)) == 1


def test_what_nobody_could_answer_in_the_morning_is_a_hole_in_the_evening(
    session: Session, booked: Booked, freezer: object
) -> None:
    """Whoever opens the clinic sees it at once, and whom to call."""
    given_up, waiting = booked(at(1, 8)), booked(at(7, 10))
    (entry,) = wishes(session, waiting, notice_hours=0)
    freezer.move_to(at(1, 1) - timedelta(hours=4))  # type: ignore[attr-defined]
    freed = give_up(session, given_up)
    refill.run(session)
    assert (freed.status, verdicts(session, freed)) == ("listed", {entry.id: "too_late"})


def test_whoever_thinks_about_one_time_is_asked_about_the_next_afterwards(
    session: Session, booked: Booked
) -> None:
    """Nobody has two offers at once; until their answer the second time is a hole to be seen."""
    first, second, waiting = booked(at(1, 9)), booked(at(2, 9)), booked(at(7, 10))
    (entry,) = wishes(session, waiting)
    give_up(session, first)
    freed = give_up(session, second)
    refill.run(session)
    refill.run(session)
    assert (freed.status, freed.round) == ("listed", 1)
    assert verdicts(session, freed) == {entry.id: "has_offer"}
    one = session.scalars(select(Offer)).one()
    answering.decline(session, make.as_patient(waiting.patient), one)
    refill.run(session)
    assert (freed.status, [offer.entry_id for offer in offers(session, freed)]) == (
        "offering",
        [entry.id],
    )


def test_a_time_whose_clinician_is_away_is_nobodys(
    session: Session, booked: Booked, place: Place
) -> None:
    """It was not given up: nobody can have it."""
    cancelled = booked(at(1, 9))
    appointments.cancel(session, place.secretary, cancelled, "clinician_away", wants_new=True)
    assert session.scalars(select(FreedTime)).all() == []


def test_a_crash_between_giving_up_and_asking_loses_nothing(
    session: Session, rettid: Rettid, booked: Booked
) -> None:
    """The time is written down with the cancellation; a job that ends halfway leaves it so."""
    given_up, waiting = booked(at(1, 9)), booked(at(7, 10))
    wishes(session, waiting)
    freed = give_up(session, given_up)
    session.commit()

    class Killed(Exception):
        """The process is no more."""

    def killed() -> None:
        with rettid.database.transaction() as other:
            assert refill.run(other) == 1
            raise Killed

    with pytest.raises(Killed):
        killed()
    session.expire_all()
    assert (freed.status, freed.round, offers(session, freed)) == ("offering", 0, [])
    refill.run(session)
    assert [one.patient_id for one in offers(session, freed)] == [waiting.patient_id]


def test_too_late_to_ask_it_says_so_and_whom_to_call(
    session: Session, place: Place, booked: Booked, freezer: object
) -> None:
    """Half an hour before, nobody can answer in time any more."""
    given_up, waiting = booked(at(1, 9)), booked(at(7, 10))
    (entry,) = wishes(session, waiting, notice_hours=0)
    freezer.move_to(at(1, 8, 30))  # type: ignore[attr-defined]
    freed = give_up(session, given_up)
    refill.run(session)
    assert (freed.status, verdicts(session, freed)) == ("listed", {entry.id: "too_late"})
    assert [one.id for one, _ in by_phone(session, freed, [entry])] == [entry.id]
