"""An earlier time: wished for in one press, offered, and taken or left, without JavaScript."""

from datetime import UTC, datetime

import pytest
from flask import Flask
from freezegun.api import FrozenDateTimeFactory
from sqlalchemy import select

from booking.appointments import service as appointments
from booking.appointments.models import Appointment
from booking.platform.database import Session
from booking.platform.identity import SYSTEM
from booking.waitlist import refill
from booking.waitlist.models import Offer, WaitlistEntry
from tests import factories as make
from tests.integration.appointments.conftest import Place
from tests.integration.patient_web.conftest import Visitor, signed_in
from tests.integration.waitlist.conftest import Booked, all_hear, at, booked

__all__ = ["all_hear", "booked"]
pytestmark = pytest.mark.freeze_time("2026-11-23T08:00:00Z")


@pytest.fixture
def mine(booked: Booked, place: Place) -> Appointment:
    """The patient's own time, a week after the one that is given up."""
    return booked(at(8, 10), patient=place.patient)


@pytest.fixture
def visitor(app: Flask, session: Session, mine: Appointment) -> Visitor:
    """The patient at their pages."""
    return signed_in(app, session, mine.patient)


def put_to_me(session: Session, booked: Booked, visitor: Visitor, mine: Appointment) -> str:
    """The patient wishes, somebody cancels, and the patient is asked; the offer's address."""
    visitor.post(f"/tid/{mine.id}/tidligere", parts=["am"], weekdays=["0", "1"], notice="24")
    given_up = booked(at(1, 9))
    appointments.cancel(session, SYSTEM, given_up, "clinic", wants_new=False)
    refill.run(session)
    offer_id = session.scalars(select(Offer.id)).one()
    session.commit()
    return f"/tilbud/{offer_id}"


def test_one_press_and_one_is_on_the_list(
    session: Session, visitor: Visitor, mine: Appointment
) -> None:
    visitor.get(f"/tid/{mine.id}").says("Giv mig besked om en tidligere tid")
    visitor.get(f"/tid/{mine.id}/tidligere").says("Hvornår på dagen?", "Behold min tid")
    visitor.post(f"/tid/{mine.id}/tidligere", notice="24")
    visitor.says("Du får besked om tidligere tider", "Din tid gælder stadig")
    entry = session.scalars(select(WaitlistEntry)).one()
    assert (entry.parts, entry.status, entry.cause) == ("am,pm", "waiting", "wish")
    session.commit()
    visitor.post(f"/tid/{mine.id}/tidligere", notice="24", earliest_on="2020-01-01")
    visitor.says("Datoen er passeret", status=422)
    visitor.post(f"/tid/{mine.id}/tidligere/nej").says("Du får ikke længere besked")
    session.expire_all()
    assert entry.status == "withdrawn"


def test_a_wish_is_changed_days_later_without_a_word_about_its_first_day(
    session: Session, visitor: Visitor, mine: Appointment, freezer: FrozenDateTimeFactory
) -> None:
    visitor.post(f"/tid/{mine.id}/tidligere", notice="24", parts=["pm"])
    freezer.move_to("2026-11-23T08:20:00Z")
    visitor.get(f"/tid/{mine.id}/tidligere").says("Gem ønsket")
    assert 'value="2026-11-23"' not in visitor.page.text
    visitor.post(f"/tid/{mine.id}/tidligere", notice="24").says("Du får besked om tidligere tider")


def test_yes_moves_the_time_and_shows_the_receipt(
    session: Session,
    booked: Booked,
    visitor: Visitor,
    mine: Appointment,
) -> None:
    offer = put_to_me(session, booked, visitor, mine)
    visitor.get("/mine-tider").says("En ledig tid til dig", "Se tiden, og svar")
    visitor.get(offer).says("tirsdag 1. december", "Ja, jeg tager tiden", "Din tid nu")
    visitor.post(f"{offer}/ja").says("Din tid er flyttet", "tirsdag 1. december 2026 kl. 9.00")
    visitor.post(f"{offer}/ja").says("Din tid er flyttet")
    visitor.get(offer).says("Du tog tiden")
    session.expire_all()
    assert mine.starts_at == datetime(2026, 12, 1, 8, tzinfo=UTC)


def test_no_thanks_and_too_late_leave_what_one_has(
    session: Session,
    booked: Booked,
    visitor: Visitor,
    mine: Appointment,
) -> None:
    offer = put_to_me(session, booked, visitor, mine)
    visitor.post(f"{offer}/nej").says("Tak for svaret")
    visitor.get(offer).says("Du sagde nej tak", "gælder stadig")
    visitor.post(f"{offer}/ja").says(
        "Tiden er desværre ikke ledig længere", "gælder stadig", status=409
    )


def test_nobody_elses_offer_is_there(
    app: Flask,
    session: Session,
    booked: Booked,
    visitor: Visitor,
    mine: Appointment,
    place: Place,
) -> None:
    offer = put_to_me(session, booked, visitor, mine)
    stranger = signed_in(app, session, make.patient(session, place.clinic))
    assert stranger.get(offer).page.status_code == 404
    assert stranger.post(f"{offer}/ja").page.status_code == 404
