"""Who cannot be told of a freed time is called: not asked in vain, nor said to have refused."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

import pytest
from sqlalchemy import event, select

from booking.appointments.models import Appointment
from booking.people.models import Patient, PatientNeed
from booking.platform.database import Session
from booking.platform.web import Rettid
from booking.waitlist import answering, reaching, refill, service
from booking.waitlist.gathering import entries_at, waiting
from booking.waitlist.models import FreedTime, OfferChoice, WaitlistEntry
from booking.waitlist.telephone import Fitting, by_phone, unheard
from reminders.messages.models import Message
from reminders.planning import reachable
from reminders.policies import service as policies
from reminders.preferences.models import OptOut
from tests import factories as make
from tests.integration.appointments.conftest import Place
from tests.integration.reminders.conftest import SENDER
from tests.integration.waitlist.conftest import Booked, at
from tests.integration.waitlist.test_refill import give_up, offers, verdicts, wishes

pytestmark = pytest.mark.freeze_time("2026-11-23T08:00:00Z")


@pytest.fixture
def sends(
    session: Session, rettid: Rettid, place: Place, booked: Booked, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The clinic sends messages, and says itself whom they reach."""
    policies.send_from(session, place.secretary, place.clinic, SENDER)
    monkeypatch.setitem(rettid.database.ports, reaching.PORT, reachable.unreachable)
    session.commit()


def with_phone(session: Session, appointment: Appointment) -> Appointment:
    """Their patient has a telephone."""
    patient = appointment.patient
    number = f"+45203010{patient.id:02}"
    patient.phone_sealed = session.vault.seal(number)
    patient.phone_hash = session.vault.fingerprint("phone", number)
    session.flush()
    return appointment


def whom(found: Fitting) -> list[int]:
    """The patients to call, in order."""
    return [entry.patient_id for entry, _ in found]


def test_whoever_cannot_be_told_is_to_be_called_and_the_next_is_asked(
    session: Session, place: Place, booked: Booked, sends: None
) -> None:
    """No telephone, only an address, STOP: each with its reason, in the fair order."""
    heard = with_phone(session, booked(at(7, 10)))
    silent, by_letter, stopped = booked(at(8, 10)), booked(at(9, 10)), booked(at(10, 10))
    by_letter.patient.address_sealed = session.vault.seal("Parkvej 3")
    with_phone(session, stopped)
    for channel in ("sms", "voice"):
        session.add(
            OptOut(address_hash=stopped.patient.phone_hash, channel=channel, since=session.now())
        )
    ours = wishes(session, silent, by_letter, stopped, heard)
    for number, entry in enumerate(ours):
        entry.created_at = session.now() - timedelta(days=9 - number)
    freed = give_up(session, booked(at(1, 9)))
    refill.run(session)
    assert [one.patient_id for one in offers(session, freed)] == [heard.patient_id]
    assert verdicts(session, freed) == {
        ours[0].id: "not_reachable:no_way",
        ours[1].id: "not_reachable:letter",
        ours[2].id: "not_reachable:stopped",
        ours[3].id: "offered",
    }
    called = unheard(session, freed, entries_at(session, place.clinic.id))
    assert whom(called) == [silent.patient_id, by_letter.patient_id, stopped.patient_id]
    got = answering.give(session, place.secretary, freed, ours[0])
    assert (got.starts_at, freed.status) == (at(1, 9), "filled")


def test_where_nobody_can_be_told_it_is_a_hole_at_once_also_at_night(
    session: Session, place: Place, booked: Booked, sends: None, freezer: object
) -> None:
    """It never stands as if somebody were being asked."""
    wishes(session, booked(at(8, 10)))
    freezer.move_to("2026-11-23T21:00:00Z")  # type: ignore[attr-defined]
    freed = give_up(session, booked(at(1, 9)))
    refill.run(session)
    assert freed.status == "listed"
    everyone = entries_at(session, place.clinic.id)
    assert whom(by_phone(session, freed, everyone)) == whom(unheard(session, freed, everyone))


def test_a_clinic_that_sends_nothing_calls(
    session: Session, place: Place, booked: Booked, sends: None
) -> None:
    policies.stop_sending(session, place.secretary, place.clinic)
    (entry,) = wishes(session, with_phone(session, booked(at(8, 10))))
    freed = give_up(session, booked(at(1, 9)))
    refill.run(session)
    assert (freed.status, verdicts(session, freed)) == (
        "listed",
        {entry.id: "not_reachable:silent"},
    )
    assert session.scalars(select(Message).where(Message.kind == "offer")).all() == []


def test_never_asked_is_never_refused_and_a_telephone_opens_the_hole(
    session: Session, place: Place, booked: Booked, sends: None
) -> None:
    """However many times came free meanwhile."""
    mine = booked(at(18, 10))
    (entry,) = wishes(session, mine)
    for day in (1, 2, 3, 4):
        give_up(session, booked(at(day, 9)))
    refill.run(session)
    last = session.scalars(select(FreedTime).order_by(FreedTime.id.desc())).first()
    assert last is not None
    with_phone(session, mine)
    service.tend(session)
    refill.run(session)
    said = select(OfferChoice.verdict).where(OfferChoice.entry_id == entry.id)
    assert "declined_lately" not in session.scalars(said).all()
    assert "offered" in session.scalars(said).all()


def test_whom_the_last_offer_did_not_reach_is_called(
    session: Session, booked: Booked, sends: None
) -> None:
    """The message was lost on its way."""
    (entry,) = wishes(session, with_phone(session, booked(at(8, 10))))
    freed = give_up(session, booked(at(1, 9)))
    refill.run(session)
    message = session.scalars(select(Message).where(Message.kind == "offer")).one()
    message.state = "failed"
    (one,) = offers(session, freed)
    one.expires_at = session.now()
    later = give_up(session, booked(at(2, 9)))
    refill.run(session)
    assert verdicts(session, later) == {entry.id: "not_reachable:failed"}


@contextmanager
def counted(session: Session) -> Iterator[list[str]]:
    """The statements sent to the database meanwhile."""
    said: list[str] = []

    def heard(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        said.append(statement)

    engine = session.get_bind()
    event.listen(engine, "before_cursor_execute", heard)
    try:
        yield said
    finally:
        event.remove(engine, "before_cursor_execute", heard)


def test_forty_who_wait_take_no_more_questions_than_four(
    session: Session, rettid: Rettid, place: Place, booked: Booked, sends: None
) -> None:
    """To gather them for a freed time, and to tend the list."""
    freed = give_up(session, booked(at(1, 9)))
    asked = {}
    for many in (4, 40):
        while len(session.scalars(select(WaitlistEntry)).all()) < many:
            patient: Patient = make.patient(session, place.clinic)
            session.add(
                PatientNeed(
                    patient_id=patient.id, need="interpreter", told_by="desk", since=session.now()
                )
            )
            course = make.course(session, place.clinic, patient)
            about = make.invitation(
                session, course, place.control, at(1, 9).date(), at(30, 9).date()
            )
            service.wish(session, place.secretary, about, service.Wishes())
        session.commit()
        with rettid.database.transaction() as other, counted(other) as gathering:
            mine = other.get_one(FreedTime, freed.id)
            made = waiting(other, entries_at(other, mine.clinic_id), mine, at(1, 8))
        assert {one.minutes for one in made} == {45}
        with rettid.database.transaction() as other, counted(other) as tending:
            service.tend(other)
        asked[many] = (len(gathering), len(tending))
    assert asked[4] == asked[40]
    assert max(asked[40]) <= 20


def test_a_lost_offer_is_no_refusal_and_whom_it_was_for_is_called_about_it(
    session: Session, place: Place, booked: Booked, sends: None
) -> None:
    """Also while others are asked."""
    (entry,) = wishes(session, with_phone(session, booked(at(8, 10))))
    freed = give_up(session, booked(at(1, 9)))
    refill.run(session)
    message = session.scalars(select(Message).where(Message.kind == "offer")).one()
    message.state, message.channel = "failed", ""
    wishes(session, with_phone(session, booked(at(9, 10))))
    (one,) = offers(session, freed)
    one.expires_at = session.now()
    refill.run(session)
    assert one.status == "withdrawn"
    assert verdicts(session, freed, 2)[entry.id] == "not_reachable:failed"
    assert len(offers(session, freed)) == 2
    assert whom(unheard(session, freed, entries_at(session, place.clinic.id))) == [entry.patient_id]
    (waits,) = (one for one in waiting(session, [entry], freed))
    assert waits.refused_at == ()
