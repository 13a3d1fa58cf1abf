"""Those who could not be reached: who, why, what can be done; the same as on the worklist."""

import re
from datetime import UTC, datetime

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from booking.appointments.worklist.models import WorklistItem
from booking.people.service import Details, edit_patient
from booking.platform.database import Session
from booking.platform.web import Rettid
from reminders.delivery.dispatch import dispatch
from reminders.planning.service import plan_ahead
from reminders.preferences import service as preferences
from tests.integration.reminders.conftest import Sending
from tests.integration.reminders.delivery.conftest import Carried, carried
from tests.integration.triage_rules.followup_pages.conftest import says

__all__ = ["carried"]

pytestmark = pytest.mark.freeze_time("2026-11-23T08:00:00Z")

START = datetime(2026, 12, 3, 9, tzinfo=UTC)


@pytest.fixture
def here(home: str) -> str:
    """Where they are."""
    return f"{home}/ikke-naaet"


def item(session: Session) -> WorklistItem:
    """The only item there is."""
    session.expire_all()
    only = session.scalars(select(WorklistItem)).one()
    session.commit()  # on SQLite a read would keep the others waiting
    return only


def test_nobody_waits(desk: FlaskClient, here: str) -> None:
    says(desk.get(here), "Alle har fået besked")


def test_a_wrong_number_is_said_in_words_with_what_can_be_done(
    desk: FlaskClient, here: str, carried: Carried
) -> None:
    carried.sending.book(START)
    carried.provider.troubles.append("21211")
    carried.dispatch()
    page = desk.get(here)
    says(
        page,
        carried.sending.place.patient.name,
        "torsdag 3. december 2026 kl. 10.00",
        "nummeret findes ikke",
        "Nummeret ser ud til at være forkert.",
        "Ret nummer eller adresse",
        "+45 20 30 10 20",
    )
    assert 'href="tel:+4520301020"' in page.text
    assert "21211" not in page.text


@pytest.mark.parametrize("where", ["here", "worklist"])
def test_closing_either_closes_both(
    desk: FlaskClient, here: str, carried: Carried, session: Session, where: str
) -> None:
    worklist = f"/klinik/{carried.sending.place.clinic.id}/arbejdsliste"
    carried.sending.book(START)
    carried.provider.troubles.append("21211")
    carried.dispatch()
    number = item(session).id
    says(desk.get(worklist), "Patienten har ikke fået besked")
    if where == "here":
        says(desk.post(f"{here}/{number}", data={}), "Vælg, hvad der er gjort.", status=422)
        sent = {"outcome": "ringet", "words": "Hun kommer."}
        assert desk.post(f"{here}/{number}", data=sent).status_code == 303
    else:
        desk.post(f"{worklist}/{number}", data={"outcome": "Har ringet til patienten. Hun kommer."})
    says(desk.get(here), "Alle har fået besked")
    says(desk.get(worklist), "Arbejdslisten er tom")
    closed = item(session)
    assert (closed.status, closed.outcome) == ("done", "Har ringet til patienten. Hun kommer.")
    again = desk.post(f"{here}/{number}", data={"outcome": "ringet"}, follow_redirects=True)
    assert again.status_code == 200
    assert item(session).outcome == "Har ringet til patienten. Hun kommer."


def test_a_message_that_arrives_later_takes_it_off(
    desk: FlaskClient, here: str, carried: Carried, session: Session
) -> None:
    carried.sending.book(START)
    carried.provider.troubles.append("30003")
    for _hour in range(6):
        carried.provider.troubles.append("30003")
    for _hour in range(10):
        carried.dispatch()
        carried.pass_by(hours=1)
    assert carried.message().state == "failed"
    assert item(session).status == "open"
    carried.provider.troubles.clear()
    carried.freezer.move_to("2026-11-30T09:00:01Z")
    carried.dispatch()
    reminded = carried.sending.attempts()[-1]
    assert reminded.state == "sent"
    assert item(session).status == "open"  # nobody knows yet
    carried.told(reminded, "delivered")
    assert item(session).status == "done"


def test_what_is_old_news_takes_nothing_off(carried: Carried, session: Session) -> None:
    appointment = carried.sending.book(START)
    carried.dispatch()
    first = carried.sending.attempts()[0]
    carried.sending.move(appointment, datetime(2026, 12, 10, 9, tzinfo=UTC))
    carried.provider.troubles.extend(["21211"] * 2)
    carried.dispatch()
    carried.dispatch()
    assert item(session).status == "open"
    carried.told(first, "delivered")  # about the time that is no more
    assert item(session).status == "open"


def test_a_patient_without_any_way_can_be_sent_to_once_there_is_one(
    desk: FlaskClient, here: str, sending: Sending, session: Session
) -> None:
    sending.without_addresses()
    sending.book(START)
    says(desk.get(here), "der er ingen vej til patienten", "Der står ikke noget telefonnummer.")
    failed = [one for one in sending.messages() if one.state == "failed"]
    assert len(failed) == 3
    patient = sending.place.patient
    patient.phone_sealed = session.vault.seal("+4520301020")
    patient.phone_hash = session.vault.fingerprint("phone", "+4520301020")
    session.commit()
    page = desk.get(here)
    says(page, "Prøv med SMS")
    action = re.search(r'action="([^"]+/igen)"', page.text)
    assert action is not None
    answer = desk.post(action[1], data={"channel": "sms", "fra": "ikke-naaet"})
    assert (answer.status_code, answer.location) == (303, here)
    assert {one.state for one in sending.messages()} == {"planned"}
    says(desk.get(here), "SMS: Planlagt")  # on its way, and not there yet


def test_whoever_was_called_does_not_come_back(
    desk: FlaskClient, here: str, sending: Sending, session: Session
) -> None:
    sending.without_addresses()
    sending.book(START)
    desk.post(f"{here}/{item(session).id}", data={"outcome": "ringet"})
    # Whatever makes us plan again: they still cannot be reached, and somebody has seen to it.
    preferences.choose(session, sending.place.as_patient, sending.place.patient, "voice")
    session.commit()
    says(desk.get(here), "Alle har fået besked")


def test_a_number_written_in_brings_back_what_lies_ahead(
    desk: FlaskClient, here: str, sending: Sending, session: Session
) -> None:
    sending.without_addresses()
    sending.book(START)
    assert {one.state for one in sending.messages()} == {"failed"}
    patient = sending.place.patient
    details = Details(patient.given_name, patient.family_name, phone="+4520301020")
    edit_patient(
        session, sending.place.secretary, sending.place.clinic.id, patient, patient.version, details
    )
    session.commit()
    told = [(one.kind, one.state, one.channel) for one in sending.messages()]
    assert told == [
        ("booked", "failed", ""),  # it went to nobody when it was time, and a person sees to it
        ("reminder", "planned", "sms"),
        ("reminder", "planned", "sms"),
    ]
    says(desk.get(here), "Prøv med SMS")


def test_a_reminder_may_go_by_letter_before_its_day(
    desk: FlaskClient, here: str, sending: Sending, session: Session, rettid: Rettid
) -> None:
    booked = sending.book(START)
    dispatch(rettid.database)  # told of by text message
    sending.without_phone()
    plan_ahead(session, [booked.id], reason="reach")
    session.commit()
    page = desk.get(here)
    says(page, "man. 30. nov.: der er ingen vej til patienten", "Prøv med brev")
    action = re.search(r'action="([^"]+/igen)"', page.text)
    assert action is not None
    desk.post(action[1], data={"channel": "letter", "fra": "ikke-naaet"})
    session.commit()
    assert dispatch(rettid.database) == 1
    assert [one.channel for one in sending.attempts()] == ["sms", "letter"]


def test_who_is_told_by_letter_is_not_called_about_reminders(
    desk: FlaskClient, here: str, sending: Sending
) -> None:
    sending.without_phone()
    sending.book(START)
    says(desk.get(here), "Alle har fået besked")


def test_another_clinics_or_kinds_item_is_not_closed_here(
    desk: FlaskClient, here: str, carried: Carried, session: Session
) -> None:
    carried.sending.book(START)
    carried.provider.troubles.append("21211")
    carried.dispatch()
    only = item(session)
    only.kind = "did_not_come"
    session.commit()
    assert desk.post(f"{here}/{only.id}", data={"outcome": "ringet"}).status_code == 404
    assert item(session).status == "open"
