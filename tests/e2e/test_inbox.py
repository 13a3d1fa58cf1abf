"""A patient's answer that a person must read: from the worklist to seen, every page by axe."""

import pytest
from playwright.sync_api import Browser, expect

from booking.platform.database import Session
from reminders.replies import service
from tests.e2e.axe import axe, sound_at_both_widths
from tests.e2e.conftest import DESKTOP, Live
from tests.e2e.test_follow_up import staff_in
from tests.integration.appointments.conftest import place
from tests.integration.reminders.conftest import SENDER, Sending, sending
from tests.integration.reminders.replies.conftest import NUMBER, has_number

__all__ = ["place", "sending"]

pytestmark = pytest.mark.browser


def test_an_answer_is_read_and_seen_to(
    browser: Browser,
    live: Live,
    session: Session,
    sending: Sending,
) -> None:
    has_number(sending.place.patient, NUMBER)
    for name, text in (("SM1", "Må min hund komme med? 🐕"), ("SM2", "STOP")):
        service.receive(session, "twilio", name, "sms", NUMBER, SENDER.sender, text)
    session.commit()
    context = browser.new_context(viewport=DESKTOP, locale="da-DK", bypass_csp=True)
    page = context.new_page()
    staff_in(page, live, sending.place.staff)
    page.goto(f"{live.url}/klinik/{sending.place.clinic.id}/arbejdsliste")
    axe(page)
    row = page.get_by_role("row").filter(has_text="Et svar skal læses")
    row.get_by_role("link", name=sending.place.patient.name).click()
    expect(page.get_by_role("heading", name="Indbakke (1)")).to_be_visible()
    expect(page.get_by_text("Må min hund komme med? 🐕")).to_be_visible()
    sound_at_both_widths(page)
    page.get_by_role("button", name="Markér som set").click()
    expect(page.get_by_text("Alle svar er set")).to_be_visible()
    expect(page.get_by_text(sending.place.staff.name).last).to_be_visible()
    sound_at_both_widths(page)
    context.close()
