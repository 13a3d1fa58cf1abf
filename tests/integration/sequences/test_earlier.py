"""An earlier time for one contact of a combined day: never, while the others stand."""

from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from booking.appointments import service as appointments
from booking.appointments.models import Appointment
from booking.platform.database import Session
from booking.platform.web import Rettid
from booking.sequences import service
from booking.sequences.models import ContactSequence
from booking.waitlist import answering, reaching, refill
from booking.waitlist import service as waitlist
from booking.waitlist.errors import BelongsTogether, OfferOver
from booking.waitlist.models import FreedTime, Offer, OfferChoice
from booking.waitlist.service import Wishes
from booking.waitlist.telephone import by_phone
from tests import factories as make
from tests.integration.patient_web.conftest import Visitor, signed_in
from tests.integration.sequences.conftest import Ward
from tests.integration.sequences.test_sequences import take
from tests.integration.sequences.test_whole_day import booked, times

pytestmark = pytest.mark.freeze_time("2026-11-19T08:00:00Z")  # a Thursday, 9.00 in Denmark


@pytest.fixture
def freed(
    session: Session, rettid: Rettid, ward: Ward, day: ContactSequence,
    monkeypatch: pytest.MonkeyPatch,
) -> FreedTime:  # fmt: skip
    """The doctor's time on the day before theirs, given up; everyone hears of offers."""
    monkeypatch.setitem(rettid.database.ports, reaching.PORT, lambda *_: {})
    start = times(day)[1].starts_at - timedelta(days=1)
    take(session, ward, start, "visit")
    other = session.scalars(select(Appointment).where(Appointment.starts_at == start)).one()
    appointments.cancel(session, ward.by, other, "ill", wants_new=False)
    session.commit()
    return session.scalars(select(FreedTime)).one()


@pytest.fixture
def day(session: Session, ward: Ward) -> ContactSequence:
    """The blood test and then the doctor, on Tuesday the 24th."""
    return booked(session, ward)


def test_one_does_not_wait_for_it(
    app: Flask, session: Session, ward: Ward, day: ContactSequence
) -> None:
    blood, visit = times(day)
    for one in (blood, visit):
        with pytest.raises(BelongsTogether):
            waitlist.wish(session, ward.by, one, Wishes())
    mine, there = signed_in(app, session, ward.patient), f"/tid/{visit.id}/tidligere"
    session.commit()
    mine.get(there).says("Tiden hører sammen med andre tider samme dag", status=409)
    mine.post(there, notice="24")
    mine.says("Tiden hører sammen med andre tider samme dag", status=409)
    desk = Visitor(app.test_client())
    desk.post("/klinik/log-ind", username=ward.staff.username, password=make.PASSWORD)
    desk.get(f"/klinik/{ward.clinic.id}/venteliste{there.removesuffix('/tidligere')}")
    desk.says("Flyt hele dagen i stedet", ward.patient.name)
    session.commit()
    service.skip(session, ward.by, day.parts[0], "ill")
    assert waitlist.wish(session, ward.by, visit, Wishes()).status == "waiting"


def test_what_belongs_together_again_is_neither_offered_nor_taken(
    session: Session, ward: Ward, day: ContactSequence, freed: FreedTime
) -> None:
    """The other contact was out while the wish was made, and comes back before the answer."""
    visit = times(day)[1]
    was = visit.starts_at
    service.skip(session, ward.by, day.parts[0], "ill")
    entry = waitlist.wish(session, make.as_patient(ward.patient), visit, Wishes())
    refill.run(session)
    offer = session.scalars(select(Offer)).one()
    service.restore(session, ward.by, day.parts[0])
    session.commit()
    with pytest.raises(OfferOver):
        answering.accept(session, make.as_patient(ward.patient), offer)
    session.rollback()
    assert (visit.starts_at, freed.status) == (was, "offering")
    answering.decline(session, make.as_patient(ward.patient), offer)
    refill.run(session)
    said = select(OfferChoice.verdict).where(OfferChoice.freed_time_id == freed.id)
    assert session.scalars(said.order_by(OfferChoice.round)).all() == ["offered", "together"]
    assert by_phone(session, freed, [entry]) == []
