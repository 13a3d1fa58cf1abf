"""The secretary calls those who may need help to come; every page by axe."""

import re
from datetime import UTC, datetime, time, timedelta

import pytest
from playwright.sync_api import Browser, Page, expect

from booking.calendar.public_holidays import closed_days
from booking.platform.database import Session
from tests.e2e.axe import sound_at_both_widths
from tests.e2e.conftest import DESKTOP, Live
from tests.e2e.test_follow_up import staff_in
from tests.integration.appointments.conftest import Place, place
from tests.integration.reminders.help_list.conftest import Ward

__all__ = ["place"]

pytestmark = pytest.mark.browser


@pytest.fixture
def ward(session: Session, place: Place) -> Ward:
    """Three with a time on the first day that the list is about and the clinic is open."""
    made = Ward(session, place)
    span = made.today()
    closed = closed_days(place.clinic, span.first, span.last)
    days = (span.first + timedelta(n) for n in range((span.last - span.first).days + 1))
    day = next(one for one in days if one.weekday() < 5 and one not in closed)
    start = datetime.combine(day, time(9), UTC)
    for half, name in enumerate(("Agnes", "Bodil", "Clara")):
        patient = made.patient(given_name=name, family_name="Prøve")
        made.book(start + half * timedelta(minutes=30), patient)
    return made


def press(page: Page, answer: str, name: str) -> None:
    """What came of the call to one of them."""
    page.get_by_role("button", name=re.compile(f"^{answer} ?: {name}")).click()


def test_calls_are_made_and_what_came_of_them_is_seen_to(
    browser: Browser, live: Live, ward: Ward
) -> None:
    context = browser.new_context(viewport=DESKTOP, locale="da-DK", bypass_csp=True)
    page = context.new_page()
    staff_in(page, live, ward.place.staff)
    page.get_by_role("link", name="Beskeder").click()
    page.get_by_role("link", name="Hjælpeliste").click()
    expect(page.get_by_role("heading", level=3)).to_have_text(
        ["Agnes Prøve", "Bodil Prøve", "Clara Prøve"]
    )
    sound_at_both_widths(page)
    press(page, "Mangler anden hjælp", "Bodil")
    expect(page.get_by_role("alert")).to_contain_text("Skriv, hvad patienten mangler hjælp til.")
    sound_at_both_widths(page)
    page.get_by_role("link", name="Skriv, hvad patienten mangler hjælp til.").click()
    note = page.get_by_label("Notat Bodil Prøve")
    expect(note).to_be_focused()
    note.fill("Kan ikke finde indgangen.")
    press(page, "Mangler anden hjælp", "Bodil")
    expect(page.get_by_text("Opkaldet er skrevet ned.")).to_be_visible()
    press(page, "Vil aflyse", "Clara")
    page.wait_for_url("**/afbud")
    expect(page.get_by_text("Gør det færdigt her.")).to_be_visible()
    page.go_back()
    page.reload()
    expect(page.get_by_role("heading", level=3).first).to_have_text("Agnes Prøve")
    called = page.get_by_role("region", name="Ringet i dag")
    expect(called.get_by_role("listitem").filter(has_text="Clara")).to_contain_text("Ikke gjort")
    sound_at_both_widths(page)
    press(page, "Kommer", "Agnes")
    expect(page.get_by_text("Ingen at ringe til i dag")).to_be_visible()
    sound_at_both_widths(page)
    context.close()
