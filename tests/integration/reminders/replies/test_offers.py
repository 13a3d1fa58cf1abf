"""A freed time offered by text: told with its limit, and taken or left by a short answer."""

from datetime import UTC, datetime, timedelta

import pytest
from freezegun.api import FrozenDateTimeFactory
from sqlalchemy import select, update

from booking.appointments import occasions
from booking.appointments import service as booking
from booking.appointments.models import Appointment
from booking.appointments.search import Slot
from booking.platform.identity import SYSTEM
from booking.waitlist import answering, refill, service
from booking.waitlist.models import Offer
from booking.waitlist.service import Wishes
from reminders.delivery.dispatch import dispatch
from reminders.delivery.retry import ways
from reminders.messages.models import Message
from reminders.policies.models import ReminderWording
from tests import factories as make
from tests.integration.reminders.replies.conftest import TIME, Telephone

pytestmark = pytest.mark.freeze_time("2026-11-23T08:00:00Z")

LATER = TIME + timedelta(days=7)
FREED = datetime(2026, 11, 26, 9, tzinfo=UTC)


def taken_by_another(telephone: Telephone, offer: Offer) -> None:
    """The secretary gives the time to somebody who says yes on the telephone."""
    session, place = telephone.session, telephone.sending.place
    other = make.course(session, place.clinic, make.patient(session, place.clinic))
    about = make.invitation(
        session, other, place.control, FREED.date(), (FREED + timedelta(30)).date()
    )
    entry = service.wish(session, place.secretary, about, Wishes())
    answering.give(session, place.secretary, offer.freed_time, entry)
    session.commit()


def offered(telephone: Telephone) -> tuple[Appointment, Offer]:
    """The patient waits for an earlier time than they have; one is given up and put to them."""
    session, place = telephone.session, telephone.sending.place
    mine = telephone.told_of(LATER)
    other = make.course(session, place.clinic, make.patient(session, place.clinic))
    occasion = occasions.free(session, place.secretary, other, place.control)
    slot = Slot(FREED, FREED + timedelta(minutes=30), place.doctor.id, place.site.id)
    given_up = booking.book(session, place.secretary, occasion, slot, "desk")
    service.wish(session, make.as_patient(mine.patient), mine, Wishes())
    booking.cancel(session, SYSTEM, given_up, "clinic", wants_new=False)
    refill.run(session)
    offer = session.scalars(select(Offer)).one()
    session.commit()
    return mine, offer


def test_told_at_once_with_the_limit_and_nothing_that_tells_why(telephone: Telephone) -> None:
    """The place, the time, how to answer and until when."""
    offered(telephone)
    assert dispatch(telephone.rettid.database) == 1
    said = telephone.sending.telephone()[-1].body
    assert said == (
        "Ledig tid på Sygehus Nord torsdag 26/11 kl. 10.00. Svar 1=ja, 2=nej. "
        "Senest tirsdag 24/11 kl. 09.00. Tlf. +45 99 32 00 00"
    )


@pytest.mark.parametrize("word", ["1", "Ja tak", "ok"])
def test_a_yes_takes_it(telephone: Telephone, word: str) -> None:
    """The patient's own time moves there."""
    mine, offer = offered(telephone)
    dispatch(telephone.rettid.database)
    assert telephone.say(word) == "Tiden er din. Vi ses torsdag 26/11 kl. 10.00."
    telephone.session.expire_all()
    assert (mine.starts_at, offer.status) == (FREED, "accepted")


def test_a_no_leaves_everything_as_it_was(telephone: Telephone) -> None:
    """Two is no cancellation here."""
    mine, offer = offered(telephone)
    dispatch(telephone.rettid.database)
    assert telephone.say("2") == "Tak for dit svar. Du beholder den tid, du har."
    telephone.session.expire_all()
    assert (mine.status, mine.starts_at, offer.status) == ("booked", LATER, "declined")


def test_whoever_is_too_late_is_told_so(telephone: Telephone) -> None:
    """And keeps what they have."""
    mine, offer = offered(telephone)
    dispatch(telephone.rettid.database)
    offer.expires_at = telephone.session.now()
    telephone.session.commit()
    answer = telephone.say("ja")
    assert answer == "Tiden er desværre ikke ledig længere. Du beholder den tid, du har."
    assert telephone.outcomes()[-1] == ("confirm", "too_late")
    assert mine.starts_at == LATER


def test_what_was_answered_before_it_was_sent_is_not_sent(telephone: Telephone) -> None:
    """Declined on the page, it goes nowhere."""
    mine, offer = offered(telephone)
    answering.decline(telephone.session, make.as_patient(mine.patient), offer)
    telephone.session.commit()
    assert dispatch(telephone.rettid.database) == 0


def test_whoever_was_told_and_has_not_answered_is_told_once_that_it_is_taken(
    telephone: Telephone,
) -> None:
    """They were promised until the limit. A no that crosses with it cancels nothing of theirs."""
    mine, offer = offered(telephone)
    dispatch(telephone.rettid.database)
    taken_by_another(telephone, offer)
    assert dispatch(telephone.rettid.database) == 1
    assert telephone.sending.telephone()[-1].body == (
        "Den ledige tid på Sygehus Nord torsdag 26/11 kl. 10.00 er desværre ikke ledig længere. "
        "Du står stadig på ventelisten, og har du en tid, gælder den."
    )
    assert telephone.say("2") == "Tak for dit svar. Du beholder den tid, du har."
    answer = telephone.say("1")
    assert answer == "Tiden er desværre ikke ledig længere. Du beholder den tid, du har."
    assert dispatch(telephone.rettid.database) == 0
    telephone.session.expire_all()
    assert (mine.status, mine.starts_at, offer.status) == ("booked", LATER, "lost")


def test_whoever_had_not_heard_of_it_yet_hears_nothing(telephone: Telephone) -> None:
    """Neither of the offer nor that it is gone; nor does whoever has said no."""
    _, offer = offered(telephone)
    taken_by_another(telephone, offer)
    assert dispatch(telephone.rettid.database) == 0


def test_what_did_not_arrive_is_not_sent_anew_once_it_is_over(
    telephone: Telephone, freezer: FrozenDateTimeFactory
) -> None:
    _, offer = offered(telephone)
    message = telephone.session.scalars(select(Message).where(Message.kind == "offer")).one()
    message.state, message.channel = "failed", ""
    assert ways(telephone.session, message) != []
    taken_by_another(telephone, offer)
    freezer.tick()
    assert ways(telephone.session, message) == []


def test_a_clinic_from_before_there_were_words_for_it_gets_them(telephone: Telephone) -> None:
    """They are its own from then on."""
    _, offer = offered(telephone)
    dispatch(telephone.rettid.database)
    session = telephone.session
    theirs = update(ReminderWording).where(ReminderWording.code == "offer_lost")
    session.execute(theirs.values(code="own"))
    session.commit()
    taken_by_another(telephone, offer)
    assert dispatch(telephone.rettid.database) == 1
