"""The waitlist as staff see it: holes, offers under way, who waits, and why."""

import pytest
from flask import Flask
from sqlalchemy import select

from booking.appointments import service as appointments
from booking.appointments.models import Appointment
from booking.platform.audit import AuditEntry
from booking.platform.database import Session
from booking.platform.identity import SYSTEM, Role
from booking.platform.web import Rettid
from booking.waitlist import refill
from booking.waitlist.models import FreedTime, Offer, WaitlistEntry
from booking.waitlist.reaching import PORT
from reminders.planning.reachable import unreachable
from tests import factories as make
from tests.integration.appointments.conftest import Place, place
from tests.integration.patient_web.conftest import Visitor
from tests.integration.waitlist.conftest import Booked, all_hear, at, booked

__all__ = ["all_hear", "booked", "place"]
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
    secretary.get(there).says("Ledige huller (1)", "Ingen er spurgt")
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


def test_the_leader_says_how_many_are_asked_at_once(
    app: Flask, session: Session, place: Place, booked: Booked, secretary: Visitor
) -> None:
    """From one to ten; a secretary sees the number and what it means."""
    there = f"/klinik/{place.clinic.id}/venteliste"
    secretary.get(there).says("bliver 3 spurgt", "Klinikkens leder kan ændre antallet")
    assert secretary.post(f"{there}/antal", at_once="2").page.status_code == 403
    leader = make.staff(session, place.clinic, Role.LEADER)
    session.commit()
    visitor = Visitor(app.test_client())
    visitor.post("/klinik/log-ind", username=leader.username, password=make.PASSWORD)
    visitor.post(f"{there}/antal", at_once="11").says("Skriv et tal fra 1 til 10", status=422)
    visitor.post(f"{there}/antal", at_once="2").says("Fremover bliver 2 spurgt ad gangen")
    session.expire_all()
    for day in (7, 8, 9):
        wished(secretary, booked(at(day, 10)))
    freed = given_up(session, booked(at(1, 9)))
    secretary.get(f"{there}/ledig/{freed.id}").says("Venter på svar", "Står senere i rækken")
    assert len(session.scalars(select(Offer)).all()) == 2


def test_whoever_cannot_be_told_stands_on_the_hole_to_be_called(
    session: Session,
    rettid: Rettid,
    place: Place,
    booked: Booked,
    secretary: Visitor,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Beside those who are asked; the yes on the telephone takes it from them."""
    there = f"/klinik/{place.clinic.id}/venteliste"
    heard, silent = booked(at(7, 10)), booked(at(8, 10))
    number = silent.patient_id
    monkeypatch.setitem(rettid.database.ports, PORT, lambda *_: {number: "no_way"})
    for one in (heard, silent):
        wished(secretary, one)
    freed = given_up(session, booked(at(1, 9)))
    secretary.get(there).says("Tilbud undervejs (1)", "Ring til 1, der ikke kan få besked")
    secretary.get(f"{there}/ledig/{freed.id}").says("Ring i denne rækkefølge", "Intet nummer")
    entry = session.scalars(
        select(WaitlistEntry.id).where(WaitlistEntry.patient_id == number)
    ).one()
    session.commit()
    secretary.post(f"{there}/ledig/{freed.id}/giv", entry=entry).says("Tiden er givet til")
    secretary.get(there).says("Givet videre i dag (1)")
    session.expire_all()
    assert (silent.starts_at, heard.starts_at) == (at(1, 9), at(7, 10))


def test_a_clinic_that_sends_nothing_calls_down_the_list(
    session: Session,
    rettid: Rettid,
    place: Place,
    booked: Booked,
    secretary: Visitor,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setitem(rettid.database.ports, PORT, unreachable)
    there = f"/klinik/{place.clinic.id}/venteliste"
    wished(secretary, booked(at(7, 10)))
    freed = given_up(session, booked(at(1, 9)))
    secretary.get(there).says("Ledige huller (1)", "Ring til 1, der ikke kan få besked")
    secretary.get(f"{there}/ledig/{freed.id}").says("klinikken sender ikke beskeder", "Giv tiden")
    session.expire_all()
    freed.status = "offering"
    session.commit()
    secretary.get(f"{there}/ledig/{freed.id}").says("Ring i denne rækkefølge")
