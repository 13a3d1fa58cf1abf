"""A patient chooses how messages come, at a phone's width and without scripts; axe on each page."""

from datetime import UTC, date, datetime, time, timedelta

import pytest
from playwright.sync_api import Browser, Page, expect

from booking.calendar.public_holidays import closed_days
from booking.people import codes
from booking.people.models import Proxy
from booking.platform.database import Session
from reminders.delivery.dispatch import dispatch
from reminders.preferences import service as preferences
from tests import factories as make
from tests.e2e.axe import axe, sound_at_both_widths
from tests.e2e.conftest import PHONE, Live
from tests.e2e.test_patient import sign_in
from tests.integration.appointments.conftest import place
from tests.integration.reminders.conftest import Sending, sending

__all__ = ["place", "sending"]

pytestmark = pytest.mark.browser


@pytest.fixture
def code(session: Session, sending: Sending) -> str:
    """A code of the patient's, who has a time in two weeks, a STOP on the number, and a child."""
    clinic, today = sending.place.clinic, datetime.now(UTC).date()
    days = [today + timedelta(n) for n in range(10, 20)]
    closed = closed_days(clinic, days[0], days[-1])
    day = next(one for one in days if one.weekday() < 5 and one not in closed)
    sending.book(datetime.combine(day, time(9), UTC))
    dispatch(sending.database)
    patient = sending.place.patient
    preferences.stop(session, patient.phone_hash or "", "sms")
    child = make.patient(session, sending.place.clinic, given_name="Emil")
    child.birth_date = today - timedelta(days=3000)
    session.add(Proxy(holder=patient, patient=child, kind="parent", valid_from=date(2026, 1, 1)))
    made = codes.issue(session, patient.id)
    session.commit()
    return made


def go_there(page: Page, live: Live, code: str, name: str) -> None:
    """Sign in, and by the menu to whose messages."""
    page.goto(live.url)
    sign_in(page, code)
    page.get_by_role("link", name="Beskeder", exact=True).click()
    page.get_by_role("link", name=name).last.click()


def test_a_patient_chooses_without_scripts(
    browser: Browser, live: Live, sending: Sending, code: str
) -> None:
    context = browser.new_context(viewport=PHONE, java_script_enabled=False, locale="da-DK")
    page = context.new_page()
    go_there(page, live, code, sending.place.patient.name)
    expect(page.get_by_text("Der er sagt STOP til SMS")).to_be_visible()
    expect(page.get_by_role("listitem").filter(has_text="Påmindelse, SMS").first).to_be_visible()
    page.get_by_role("button", name="Få SMS igen").click()
    expect(page.get_by_text("STOP er taget tilbage.")).to_be_visible()
    page.get_by_role("radio", name="Opkald").check()
    page.get_by_role("button", name="Gem").click()
    expect(page.get_by_text("Dine valg er gemt.")).to_be_visible()
    expect(page.get_by_role("radio", name="Opkald")).to_be_checked()
    expect(page.get_by_role("listitem").filter(has_text="Påmindelse, Opkald").first).to_be_visible()
    page.get_by_role("radio", name="English").check()
    page.get_by_role("button", name="Gem").click()
    expect(page.locator("html")).to_have_attribute("lang", "en")
    context.close()


@pytest.mark.one_database
def test_axe_finds_nothing(browser: Browser, live: Live, sending: Sending, code: str) -> None:
    context = browser.new_context(viewport=PHONE, locale="da-DK", bypass_csp=True)
    page = context.new_page()
    page.goto(live.url)
    sign_in(page, code)
    axe(page)
    page.goto(f"{live.url}/mine-beskeder")
    axe(page)
    page.get_by_role("link", name=sending.place.patient.name).last.click()
    sound_at_both_widths(page)
    page.goto(f"{live.url}/mine-beskeder")
    page.get_by_role("link", name="Emil").click()
    expect(page.get_by_text("SMS: Vi har ikke noget telefonnummer til Emil")).to_be_visible()
    axe(page)
    context.close()
