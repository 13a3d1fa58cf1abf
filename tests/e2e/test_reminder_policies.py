"""A clinic sets up its messages in a browser, phone and desktop, every page by axe."""

import re
from datetime import UTC, datetime, time, timedelta

import pytest
from playwright.sync_api import Browser, Page, ViewportSize, expect

from booking.platform.database import Session
from booking.platform.web import Rettid
from tests.e2e.axe import sound_at_both_widths
from tests.e2e.conftest import Live
from tests.e2e.test_standards import sign_in
from tests.integration.appointments.conftest import Place, place
from tests.integration.reminders.conftest import PHONE as NUMBER
from tests.integration.reminders.conftest import Sending, sending

__all__ = ["place", "sending"]


@pytest.fixture
def unsent(session: Session, rettid: Rettid, place: Place) -> Sending:
    """The clinic and three booked times, before it sends any messages."""
    place.patient.phone_sealed = session.vault.seal(NUMBER)
    place.patient.phone_hash = session.vault.fingerprint("phone", NUMBER)
    session.commit()
    found = Sending(session, rettid.database, place)
    for weeks in (2, 3, 4):
        found.book(_weekday(weeks))
    return found


def test_from_no_messages_to_policies_of_ones_own(
    browser: Browser, live: Live, unsent: Sending, screen: ViewportSize
) -> None:
    page = browser.new_context(viewport=screen).new_page()
    sign_in(page, live, unsent.place.staff.username)
    home = f"{live.url}/klinik/{unsent.place.clinic.id}/beskeder"
    unsent.session.rollback()
    page.goto(home)
    sound_at_both_widths(page)
    page.get_by_role("link", name="Begynd at sende beskeder").click()
    page.get_by_label("Hvad skal stedet hedde").fill("Diabetesambulatoriet")
    page.get_by_role("button", name="Begynd at sende").click()
    expect(page.get_by_text("Navnet kan røbe en sygdom").first).to_be_visible()
    sound_at_both_widths(page)
    page.get_by_label("Nummeret").fill("52 51 23 45")
    page.get_by_label("Hvad skal stedet hedde").fill("Sygehus Nord")
    page.get_by_role("button", name="Begynd at sende").click()
    expect(page.get_by_text("3 kommende tider har ingen planlagte beskeder")).to_be_visible()
    sound_at_both_widths(page)
    page.get_by_role("button", name="Planlæg dem").click()
    expect(page.get_by_text("6 beskeder er planlagt.")).to_be_visible()
    sound_at_both_widths(page)

    page.get_by_role("link", name="Alle kontakttyper uden egne regler").click()
    sound_at_both_widths(page)
    page.get_by_role("link", name="Tilføj et trin").click()
    sound_at_both_widths(page)
    page.get_by_role("textbox", name="Dage før (frivilligt)", exact=True).fill("5")
    page.get_by_label("Første kanal").select_option("SMS")
    page.get_by_label("Tekst").select_option("Påmindelse")
    page.get_by_label("Fremmøde").check()
    page.get_by_role("button", name="Gem i kladden").click()
    expect(page.get_by_text("Skriv klokkeslættet.").first).to_be_visible()
    sound_at_both_widths(page)
    page.get_by_label("Klokken").fill("21:00")
    page.get_by_role("button", name="Gem i kladden").click()
    expect(page.get_by_text("5 dage før kl. 21.00").first).to_be_visible()
    expect(page.get_by_text("Klokkeslættet ligger i den tid")).to_be_visible()
    sound_at_both_widths(page)
    page.get_by_role("link", name="Tag i brug…").click()
    new = page.get_by_role("row", name="Nye beskeder")
    assert "3" in new.inner_text()
    sound_at_both_widths(page)
    page.get_by_role("button", name="Tag i brug").click()
    expect(page.get_by_text("Reglerne er taget i brug")).to_be_visible()
    assert len(unsent.planned()) == 9
    page.get_by_role("link", name="Udgave 2").click()
    sound_at_both_widths(page)
    page.goto(f"{home}/afsender/hold-op")
    sound_at_both_widths(page)


def test_texts_and_what_a_patient_gets(
    browser: Browser, live: Live, sending: Sending, screen: ViewportSize
) -> None:
    page = browser.new_context(viewport=screen).new_page()
    booked = sending.book(_weekday(2))
    sign_in(page, live, sending.place.staff.username)
    home = f"{live.url}/klinik/{sending.place.clinic.id}/beskeder"
    booked_id = booked.id
    sending.session.rollback()
    page.goto(f"{home}/tekster")
    sound_at_both_widths(page)
    page.get_by_role("link", name="Sidste påmindelse").click()
    sound_at_both_widths(page)
    text = page.get_by_label("SMS", exact=True)
    text.fill("Kom – eller svar CANCEL. {navn}")
    page.get_by_role("button", name="Gem som en ny udgave").click()
    expect(page.get_by_text("Det må ikke stå i en besked: {navn}")).to_be_visible()
    assert text.input_value() == "Kom – eller svar CANCEL. {navn}"
    sound_at_both_widths(page)
    text.fill("Vi ses på {sted} {dag} kl. {kl} – husk det. {svar}")
    page.get_by_role("button", name="Gem som en ny udgave").click()
    sound_at_both_widths(page)
    page.get_by_label("Gem teksten, selv om der er advarsler").check()
    page.get_by_role("button", name="Gem som en ny udgave").click()
    expect(page.get_by_text("Teksten er gemt.")).to_be_visible()
    expect(page.get_by_text("Udgave 2", exact=False).first).to_be_visible()
    page.goto(f"{home}/tekster/ny")
    sound_at_both_widths(page)
    page.goto(f"{home}/hvad-faar-patienten")
    expect(page.get_by_role("heading", name="3 beskeder")).to_be_visible()
    sound_at_both_widths(page)
    page.goto(f"{home}/hvad-faar-patienten?tid={booked_id}")
    expect(
        page.get_by_text("Vi venter dig på Sygehus Nord").first
    ).to_be_visible()  # the version it keeps
    sound_at_both_widths(page)


def test_steps_are_moved_and_removed_by_keyboard_without_scripts(
    browser: Browser, live: Live, sending: Sending
) -> None:
    page = browser.new_context(java_script_enabled=False).new_page()
    sign_in(page, live, sending.place.staff.username)
    home = f"{live.url}/klinik/{sending.place.clinic.id}/beskeder"
    sending.session.rollback()
    page.goto(home)
    _press(page, "link", "Alle kontakttyper uden egne regler")
    _press(page, "button", re.compile("^Op ?: trin 8, 24 timer før"))
    _press(page, "button", re.compile("^Fjern ?: trin 6, 7 dage før kl. 16.00"))
    rows = page.get_by_role("rowheader").all_inner_texts()
    assert rows[-2:] == ["6. 24 timer før", "7. 3 dage før kl. 10.00"]
    _press(page, "button", "Kassér kladden")
    expect(page.get_by_text("Kladden er kasseret")).to_be_visible()


def _press(page: Page, role: str, name: str | re.Pattern[str]) -> None:
    there = page.get_by_role(role, name=name)  # type: ignore[arg-type]
    there.focus()
    with page.expect_navigation():
        page.keyboard.press("Enter")


def _weekday(weeks: int) -> datetime:
    """Ten o'clock on a Tuesday, some weeks from the machine's now."""
    now = datetime.now(UTC)
    day = (now + timedelta(weeks=weeks, days=(1 - now.weekday()) % 7)).date()
    return datetime.combine(day, time(9), UTC)
