"""A patient chooses how to hear, and sees what is planned and sent."""

import re
from datetime import UTC, date, datetime

import pytest
from sqlalchemy import select

from booking.people.models import Proxy
from booking.platform.audit import about_patient
from booking.platform.database import Session
from reminders.delivery.dispatch import dispatch
from reminders.preferences import service as preferences
from reminders.preferences.models import ContactPreference
from tests import factories as make
from tests.integration.patient_web.conftest import Visitor
from tests.integration.reminders.conftest import Sending

pytestmark = pytest.mark.freeze_time("2026-11-23T08:00:00Z")

START = datetime(2026, 12, 3, 9, tzinfo=UTC)


@pytest.fixture
def page(sending: Sending) -> str:
    """The patient's page."""
    return f"/mine-beskeder/{sending.place.patient.id}"


def channels(sending: Sending) -> set[str]:
    """By which channels the planned messages go first."""
    return {one.channel for one in sending.messages() if one.state == "planned"}


def test_it_is_reached_from_the_menu_and_below_the_times(visitor: Visitor, page: str) -> None:
    visitor.get("/mine-tider").says("Se og vælg, hvordan du får besked")
    assert f'href="{page}"' in visitor.page.text
    assert 'href="/mine-beskeder"' in visitor.page.text
    assert visitor.get("/mine-beskeder").path == page
    visitor.says("Sådan får du besked", "Som klinikken plejer")


def test_only_ways_with_an_address_can_be_chosen_and_the_others_say_why(
    visitor: Visitor, page: str, session: Session, sending: Sending
) -> None:
    visitor.get(page).says(
        "Til nummeret, der ender på 20.",
        "E-mail: Vi har ikke din e-mailadresse.",
        "Brev: Vi har ikke din adresse.",
        "Digital Post: Klinikkerne kan ikke sende på den måde endnu.",
    )
    offered = re.findall(r'name="channel" value="(\w+)"', visitor.page.text)
    assert offered == ["klinik", "sms", "voice"]
    visitor.post(page, channel="email").says(
        "Det kan ikke vælges nu. Vælg en anden måde.", status=422
    )
    visitor.post(page, channel="due").says("Vælg en af mulighederne.", status=422)
    visitor.post(page).says("Vælg, hvordan beskederne skal komme.", status=422)
    assert session.scalars(select(ContactPreference)).all() == []


def test_what_is_planned_follows_a_choice_at_once(
    visitor: Visitor, page: str, sending: Sending, session: Session
) -> None:
    sending.book(START)
    dispatch(sending.database)
    assert channels(sending) == {"sms"}
    visitor.post(page, channel="voice", language="da").says("Dine valg er gemt.", "Opkald")
    assert channels(sending) == {"voice"}
    assert re.search(r'value="voice" checked', visitor.page.text)
    visitor.post(page, channel="klinik", language="da").says("Dine valg er gemt.")
    assert channels(sending) == {"sms"}
    acts = [one.action for one in session.scalars(about_patient(sending.place.patient.id))]
    assert acts.count("messages.channel_chosen") == 2


def test_messages_planned_and_sent_in_plain_words(
    visitor: Visitor, page: str, sending: Sending
) -> None:
    appointment = sending.book(START)
    dispatch(sending.database)
    visitor.get(page).says(
        "torsdag 3. december 2026 kl. 10.00",
        "Besked om, at tiden er booket, SMS mandag 23. november 2026 kl. 9.00 Nået frem",
        "Påmindelse, SMS mandag 30. november 2026 kl. 10.00 Planlagt",
    )
    sending.cancel(appointment)
    visitor.get(page)
    assert "Påmindelse" not in visitor.text


def test_a_moved_time_has_its_own_messages_only(
    visitor: Visitor, page: str, sending: Sending
) -> None:
    appointment = sending.book(START)
    dispatch(sending.database)
    visitor.get(page).says("Besked om, at tiden er booket")
    sending.move(appointment, datetime(2026, 12, 10, 9, tzinfo=UTC))
    visitor.get(page).says("Besked om, at tiden er flyttet", "mandag 7. december 2026 kl. 10.00")
    assert "at tiden er booket" not in visitor.text


def test_nobody_to_reach_is_said(visitor: Visitor, page: str, sending: Sending) -> None:
    sending.without_addresses()
    sending.book(START)
    visitor.get(page).says("Kan ikke sendes", "SMS: Vi har ikke dit telefonnummer.")


def test_the_language_of_messages_and_pages(
    visitor: Visitor, page: str, sending: Sending, session: Session
) -> None:
    visitor.post(page, channel="klinik", language="en")
    assert 'lang="en"' in visitor.page.text
    session.refresh(sending.place.patient)
    assert sending.place.patient.language == "en"
    sending.book(START)
    dispatch(sending.database)
    assert sending.attempts()[0].language == "en"
    visitor.post(page, channel="klinik", language="tlh")
    assert visitor.page.status_code == 422
    visitor.post(page, channel="klinik", language="da").says("Dine valg er gemt.")
    acts = [one.action for one in session.scalars(about_patient(sending.place.patient.id))]
    assert acts.count("patient.language_chosen") == 2


def test_another_language_is_kept_until_one_is_chosen(
    visitor: Visitor, page: str, sending: Sending, session: Session
) -> None:
    patient = sending.place.patient
    patient.language = "ar"
    session.commit()
    visitor.get(page).says("Klinikken har noteret et andet sprog.")
    visitor.post(page, channel="sms").says("Dine valg er gemt.")
    session.refresh(patient)
    assert patient.language == "ar"


def test_stop_is_seen_and_taken_back(
    visitor: Visitor, page: str, sending: Sending, session: Session
) -> None:
    patient = sending.place.patient
    preferences.stop(session, patient.phone_hash or "", "sms")
    session.commit()
    visitor.get(page).says("Der er sagt STOP til SMS", "Det gælder alle, der bruger nummeret.")
    visitor.post(f"{page}/start", channel="sms").says("STOP er taget tilbage.")
    assert "Der er sagt STOP" not in visitor.text
    visitor.post(f"{page}/start", channel="sms").says("Der var ikke sagt STOP.")
    visitor.post(f"{page}/start", channel="letter").says("Der var ikke sagt STOP.")
    sending.book(START)
    dispatch(sending.database)
    assert [one.state for one in sending.attempts()] == ["delivered"]
    acts = [one.action for one in session.scalars(about_patient(patient.id))]
    assert acts.count("messages.started_again") == 1


def test_a_parent_chooses_for_a_child(visitor: Visitor, sending: Sending, session: Session) -> None:
    place = sending.place
    child = make.patient(session, place.clinic, given_name="Emil", birth_date=date(2018, 1, 1))
    child.email_sealed = session.vault.seal("emil@example.dk")
    session.add(
        Proxy(holder=place.patient, patient=child, kind="parent", valid_from=date(2026, 1, 1))
    )
    session.commit()
    visitor.get("/mine-beskeder").says("Hvis beskeder gælder det?", child.name)
    page = f"/mine-beskeder/{child.id}"
    visitor.get(page).says(
        f"Sådan får {child.name} besked",
        "Til e…@example.dk.",
        f"Vi har ikke noget telefonnummer til {child.name}.",
    )
    visitor.post(page, channel="email", language="en").says("Dine valg er gemt.")
    assert preferences.of(session, child.id).channel == "email"
    session.refresh(child)
    assert child.language == "en"
    assert 'lang="da"' in visitor.page.text  # the parent still reads Danish


def test_nobody_elses_page_is_found(visitor: Visitor, sending: Sending, session: Session) -> None:
    other = make.patient(session, sending.place.clinic)
    session.commit()
    for path in (f"/mine-beskeder/{other.id}", "/mine-beskeder/999999"):
        assert visitor.client.get(path).status_code == 404
        assert visitor.client.post(path, data={"channel": "klinik"}).status_code == 404
        assert visitor.client.post(f"{path}/start", data={"channel": "sms"}).status_code == 404
