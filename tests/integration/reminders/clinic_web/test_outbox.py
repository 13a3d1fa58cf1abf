"""The outbox: what was sent, what became of it and why, in words; and a new try by a person."""

import re
import tomllib
from datetime import UTC, datetime

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from booking.platform.audit import AuditEntry, about_patient
from booking.platform.database import Session
from reminders.clinic_web import delivery_words
from reminders.delivery import error_classes
from reminders.messages.models import Message
from reminders.messages.queries import A_PAGE
from tests.integration.reminders.delivery.conftest import Carried, carried
from tests.integration.triage_rules.followup_pages.conftest import says, signed_in

__all__ = ["carried"]

pytestmark = pytest.mark.freeze_time("2026-11-23T08:00:00Z")

START = datetime(2026, 12, 3, 9, tzinfo=UTC)  # Thursday at 10 in Denmark


@pytest.fixture
def outbox(home: str) -> str:
    """Where it is."""
    return f"{home}/udbakke"


def test_an_empty_day_says_what_comes_here(desk: FlaskClient, outbox: str) -> None:
    says(desk.get(outbox), "Mandag 23. november 2026", "Ingen beskeder denne dag")


def test_a_days_messages_and_what_became_of_them(
    desk: FlaskClient, outbox: str, carried: Carried
) -> None:
    carried.sending.book(START)
    text = says(desk.get(outbox), "Alle (1)", "Planlagt (1)", "kl. 9.00", "SMS", "Ny tid")
    assert carried.sending.place.patient.name in text
    assert "torsdag 3. december 2026 kl. 10.00" in text
    carried.dispatch()
    says(desk.get(outbox), "Sendt (1)")
    carried.told(carried.sending.attempts()[0], "delivered")
    says(desk.get(outbox), "Nået frem (1)")
    says(desk.get(f"{outbox}?dag=2026-11-30"), "Mandag 30. november", "Påmindelse", "Planlagt")


def test_filters_and_counts(desk: FlaskClient, outbox: str, carried: Carried) -> None:
    carried.sending.book(START)
    carried.provider.troubles.append("21211")
    carried.dispatch()
    says(desk.get(f"{outbox}?tilstand=failed"), "Ikke nået frem (1)", "Nummeret findes ikke")
    says(desk.get(f"{outbox}?tilstand=planned"), "Alle (1)", "Ingen beskeder passer")
    says(desk.get(f"{outbox}?slags=reminder"), "Ingen beskeder passer")
    says(desk.get(f"{outbox}?kanal=email"), "Ingen beskeder passer")
    says(desk.get(f"{outbox}?kanal=sms"), "Nummeret findes ikke")
    says(desk.get(f"{outbox}?dag=x"), "Skriv en dato", status=422)
    says(desk.get(f"{outbox}?tilstand=x&side=0"), status=422)


def test_the_listed_patients_are_in_the_log(
    desk: FlaskClient, outbox: str, carried: Carried, session: Session
) -> None:
    carried.sending.book(START)
    desk.get(outbox)
    patient = carried.sending.place.patient
    looks = [
        one.place for one in session.scalars(about_patient(patient.id)) if one.action == "look"
    ]
    assert looks == ["staff_outbox.show"]


def test_pages_are_bounded(
    desk: FlaskClient, outbox: str, carried: Carried, session: Session
) -> None:
    carried.sending.book(START)
    first = carried.message()
    for number in range(A_PAGE):
        session.add(_like(first, f"again:{number}"))
    session.commit()
    page = desk.get(outbox)
    says(page, f"Alle ({A_PAGE + 1})", "Side 1 af 2")
    assert page.text.count("<tr>") == A_PAGE + 1
    assert desk.get(f"{outbox}?side=2").text.count("<tr>") == 2
    assert desk.get(f"{outbox}?side=99").text.count("<tr>") == 2


def test_one_message_with_every_attempt(desk: FlaskClient, outbox: str, carried: Carried) -> None:
    carried.sending.book(START)
    message = carried.message()
    text = says(desk.get(f"{outbox}/{message.id}"), "Det kommer der til at stå", "udgave 1")
    assert "torsdag 3/12 kl. 10.00" in text
    carried.provider.troubles.append("30003")
    carried.dispatch()
    carried.pass_by(minutes=5)
    carried.dispatch()
    text = says(
        desk.get(f"{outbox}/{message.id}"),
        "1. forsøg: SMS",
        "Telefonen var slukket eller uden for dækning. Operatørens kode: 30003",
        "2. forsøg: SMS",
        "nummeret, der ender på 20",
        "1 SMS-del",
    )
    assert "20301020" not in text.replace(" ", "")
    says(desk.get(f"{outbox}/999999"), status=404)


def test_a_foreign_clinics_message_is_not_found(
    desk: FlaskClient, carried: Carried, session: Session
) -> None:
    carried.sending.book(START)
    message = carried.message()
    answer = desk.get(f"/klinik/{message.clinic_id + 1}/beskeder/udbakke/{message.id}")
    assert answer.status_code == 404


def test_an_unknown_code_stands_behind_words(
    desk: FlaskClient, outbox: str, carried: Carried
) -> None:
    carried.sending.book(START)
    carried.provider.troubles.extend(["63999", "63999", "63999"])
    while carried.dispatch():
        pass
    carried.pass_by(minutes=1)
    carried.dispatch()
    says(
        desk.get(f"{outbox}?tilstand=failed"), "Operatøren gav en fejl, vi ikke kender (kode 63999)"
    )


def _fail(carried: Carried, *codes: str) -> None:
    carried.sending.book(START)
    carried.provider.troubles.extend(codes)
    for _channel in codes:
        carried.dispatch()
    assert carried.message().state == "failed"


def test_a_failed_message_is_tried_again_by_the_way_a_person_chooses(
    desk: FlaskClient, outbox: str, carried: Carried, session: Session
) -> None:
    _fail(carried, "21614")
    message = carried.message()
    there = f"{outbox}/{message.id}"
    # It cannot be written to, and can be called.
    text = says(desk.get(there), "nummeret kan ikke få SMS", "Hvad kan I gøre?")
    assert 'value="sms"' not in desk.get(there).text
    assert "Opkald" in text
    says(desk.post(f"{there}/igen", data={}), "Vælg, hvordan den skal sendes.", status=422)
    answer = desk.post(f"{there}/igen", data={"channel": "voice"})
    assert answer.status_code == 303
    assert carried.message().state == "planned"
    carried.dispatch()
    assert [(one.channel, one.state) for one in carried.sending.attempts()] == [
        ("sms", "failed"),
        ("voice", "sent"),
    ]
    acts = session.scalars(select(AuditEntry.action)).all()
    assert acts.count("messages.tried_again") == 1


def test_pressed_twice_it_is_tried_once(desk: FlaskClient, outbox: str, carried: Carried) -> None:
    _fail(carried, "21614")
    there = f"{outbox}/{carried.message().id}/igen"
    desk.post(there, data={"channel": "voice"})
    carried.dispatch()
    page = desk.post(there, data={"channel": "voice"}, follow_redirects=True)
    says(page, "Beskeden kan ikke sendes igen ad den vej")
    assert carried.dispatch() == 0
    assert len(carried.provider.accepted) == 1


def test_what_is_of_no_use_any_more_is_not_offered(
    app: Flask, outbox: str, carried: Carried
) -> None:
    _fail(carried, "21211")
    carried.pass_by(days=30)
    desk = signed_in(app, carried.sending.place.staff.username)
    page = desk.get(f"{outbox}/{carried.message().id}")
    says(page, "for sent")
    assert "Planlæg igen" not in page.text


def test_a_corrected_number_can_be_tried_and_a_wrong_one_cannot(
    desk: FlaskClient, outbox: str, carried: Carried, session: Session
) -> None:
    _fail(carried, "21211")
    there = f"{outbox}/{carried.message().id}"
    for channel in ("sms", "voice"):  # nobody has the number
        assert f'value="{channel}"' not in desk.get(there).text
    patient = carried.sending.place.patient
    patient.phone_sealed = session.vault.seal("+4520301099")
    patient.phone_hash = session.vault.fingerprint("phone", "+4520301099")
    session.commit()
    assert 'value="sms"' in desk.get(there).text
    desk.post(f"{there}/igen", data={"channel": "sms"})
    assert carried.dispatch() == 1
    assert carried.provider.sent()[0].outgoing.to == "+4520301099"


def test_no_code_and_no_address_stand_in_an_address_bar(
    desk: FlaskClient, outbox: str, carried: Carried
) -> None:
    _fail(carried, "21211")
    links = re.findall(r'href="([^"]+)"', desk.get(outbox).text)
    assert not any("21211" in one or "20301020" in one for one in links)


def _like(message: Message, key: str) -> Message:
    columns = {
        column.key: getattr(message, column.key)
        for column in message.__table__.columns
        if column.key not in ("id", "key")
    }
    return Message(key=key, **columns)


def test_every_reason_is_told_in_words(app: Flask) -> None:
    table = tomllib.loads(error_classes.TABLE.read_text(encoding="utf-8"))["classes"]
    codes = [code for named in table.values() for code in named]
    with app.test_request_context():
        for code in [*codes, "12345", "http 503"]:
            told = delivery_words.reason(code)
            assert told not in ("", code)
        for code in ("no_channel", "lost", "30003", "21211", "moved", "stopped"):
            assert code not in delivery_words.reason(code)
        assert delivery_words.because("") == ""
