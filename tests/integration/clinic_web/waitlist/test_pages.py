"""The waitlist as staff see it: holes, offers under way, who waits, and why."""

import pytest
from flask import Flask
from sqlalchemy import select

from booking.appointments import service as appointments
from booking.appointments.models import Appointment
from booking.platform.audit import AuditEntry
from booking.platform.database import Session
from booking.platform.identity import SYSTEM
from booking.waitlist import refill
from booking.waitlist.models import FreedTime, Offer, WaitlistEntry
from tests import factories as make
from tests.integration.appointments.conftest import Place, place
from tests.integration.patient_web.conftest import Visitor
from tests.integration.waitlist.conftest import Booked, at, booked

__all__ = ["booked", "place"]
pytestmark = pytest.mark.freeze_time("2026-11-23T08:00:00Z")


@pytest.fixture
def secretary(app: Flask, session: Session, place: Place) -> Visitor:
    """The secretary at the clinic's pages."""
    visitor = Visitor(app.test_client())
    visitor.post("/klinik/log-ind", username=place.staff.username, password=make.PASSWORD)
    return visitor


def wished(secretary: Visitor, appointment: Appointment, **fields: object) -> None:
    """The secretary enters a wish the patient told on the telephone."""
    address = f"/klinik/{appointment.clinic_id}/venteliste/tid/{appointment.id}"
    secretary.get(address).says("Ønsker en tidligere tid", "Hvornår på dagen?")
    secretary.post(address, **{"notice": "24", **fields}).says("står på ventelisten")


def given_up(session: Session, appointment: Appointment) -> FreedTime:
    """It is cancelled, and the job has looked at it."""
    appointments.cancel(session, SYSTEM, appointment, "clinic", wants_new=False)
    refill.run(session)
    freed = session.scalars(select(FreedTime).order_by(FreedTime.id.desc())).first()
    assert freed is not None
    session.commit()
    return freed


def test_from_a_wish_to_a_yes_on_the_telephone(
    session: Session, place: Place, booked: Booked, secretary: Visitor
) -> None:
    there = f"/klinik/{place.clinic.id}/venteliste"
    secretary.get(there).says("Ingen venter", "Ingen huller")
    cancelled, first, other = booked(at(1, 9)), booked(at(7, 10)), booked(at(8, 10))
    wished(secretary, first)
    wished(secretary, other, parts=["pm"])
    freed = given_up(session, cancelled)
    secretary.get(there).says("Tilbud undervejs (1)", "Venter på en tid (2)", first.patient.name)
    secretary.get(f"{there}/ledig/{freed.id}")
    secretary.says("Venter på svar", f"{other.patient.name} Kan ikke på den tid af dagen")
    offer_id = session.scalars(select(Offer.id)).one()
    session.commit()
    secretary.post(f"{there}/tilbud/{offer_id}/ja").says("Tiden er givet til")
    session.expire_all()
    assert first.starts_at == at(1, 9)
    looks = select(AuditEntry.place).where(AuditEntry.action == "look")
    assert "staff_waitlist.freed" in session.scalars(looks).all()


def test_a_hole_is_given_to_whoever_says_yes_now(
    session: Session, place: Place, booked: Booked, secretary: Visitor
) -> None:
    there = f"/klinik/{place.clinic.id}/venteliste"
    cancelled, waiting = booked(at(1, 9)), booked(at(7, 10))
    wished(secretary, waiting, parts=["pm"])
    freed = given_up(session, cancelled)
    secretary.get(there).says("Ledige huller (1)", "Ingen passede")
    secretary.get(f"{there}/ledig/{freed.id}").says("Ring og tilbyd tiden", "Giv tiden")
    entry = session.scalars(select(WaitlistEntry)).one()
    session.commit()
    secretary.post(f"{there}/ledig/{freed.id}/giv", entry=entry.id).says("Tiden er givet til")
    secretary.post(f"{there}/ledig/{freed.id}/giv", entry=entry.id).says("ikke ledig længere")
    session.expire_all()
    assert waiting.starts_at == at(1, 9)


def test_a_no_and_off_the_list(
    session: Session, place: Place, booked: Booked, secretary: Visitor
) -> None:
    there = f"/klinik/{place.clinic.id}/venteliste"
    cancelled, waiting = booked(at(1, 9)), booked(at(7, 10))
    wished(secretary, waiting)
    freed = given_up(session, cancelled)
    offer = session.scalars(select(Offer)).one()
    entry_id = offer.entry_id
    session.commit()
    secretary.post(f"{there}/tilbud/{offer.id}/nej").says("sagde nej tak", "Sagde nej tak")
    secretary.post(f"{there}/oenske/{entry_id}/slet").says("er taget af ventelisten")
    session.expire_all()
    assert (offer.status, offer.entry.status, freed.status) == ("declined", "withdrawn", "offering")


def test_another_clinics_list_is_not_found(
    session: Session, place: Place, booked: Booked, secretary: Visitor
) -> None:
    elsewhere = make.clinic(session)
    mine = booked(at(7, 10))
    assert secretary.get(f"/klinik/{elsewhere.id}/venteliste").page.status_code == 404
    there = f"/klinik/{elsewhere.id}/venteliste/tid/{mine.id}"
    assert secretary.get(there).page.status_code == 404
