"""A secretary sees that a morning can take one more, grants it, gives it to who is next on the
waiting list, and is refused another with the reason. Every page by axe.
"""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from holidays.utils import country_holidays
from playwright.sync_api import Browser, expect

from booking.appointments import service as appointments
from booking.appointments.search import Slot
from booking.overbooking.models import OverbookingUse
from booking.people.models import Staff
from booking.platform.database import Session
from booking.platform.localtime import day_start
from booking.waitlist import service as waitlist
from booking.waitlist.service import Wishes
from tests.e2e.axe import sound_at_both_widths
from tests.e2e.conftest import DESKTOP, Live
from tests.e2e.test_follow_up import staff_in
from tests.integration.overbooking.morning import Morning, full

pytestmark = pytest.mark.browser


def a_working_day(days: int) -> date:
    """The first one so many days from now."""
    day = datetime.now(UTC).date() + timedelta(days=days)
    while day.weekday() > 4 or day in country_holidays("DK", years=day.year):
        day += timedelta(days=1)
    return day


def eight(day: date) -> datetime:
    """8.00 in Denmark."""
    return day_start(day, ZoneInfo("Europe/Copenhagen")) + timedelta(hours=8)


def waits(morning: Morning, given_name: str, minutes: int) -> None:
    """Somebody with a later time would rather come earlier."""
    _, course = morning.patient(given_name=given_name, family_name="Venter")
    start = eight(a_working_day(30)) + timedelta(minutes=minutes)
    slot = Slot(start, start, morning.doctor.id, morning.site.id)
    own = appointments.book(
        morning.session, morning.secretary, morning.occasion(course), slot, "phone"
    )
    waitlist.wish(morning.session, morning.secretary, own, Wishes(notice_hours=2))


def test_an_extra_is_granted_filled_and_the_next_refused(
    browser: Browser, live: Live, session: Session
) -> None:
    day = a_working_day(2)
    morning = full(session, eight(day))
    waits(morning, "Først", 0)
    session.flush()
    waits(morning, "Siden", 40)
    secretary = session.get_one(Staff, morning.secretary.id)
    there = f"{live.url}/klinik/{morning.clinic.id}/overbooking"
    session.commit()
    context = browser.new_context(viewport=DESKTOP, locale="da-DK", bypass_csp=True)
    page = context.new_page()
    staff_in(page, live, secretary)
    page.goto(f"{there}?dato={day}")
    expect(page.get_by_text("12 booket. 1,4 ventes at udeblive")).to_be_visible()
    expect(page.get_by_text("Én ekstra er mulig kl. 8.10.")).to_be_visible()
    sound_at_both_widths(page)
    page.get_by_role("link", name="Se ventetiderne").first.click()
    expect(page.get_by_role("row", name="8.10 Ekstra")).to_be_visible()
    sound_at_both_widths(page)
    page.go_back()
    page.get_by_role("button", name="Giv plads kl. 8.10").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_text("Ikke brugt endnu")).to_be_visible()
    expect(page.get_by_text("12 booket. 1,4 ventes at udeblive")).to_be_visible()
    sound_at_both_widths(page)
    expect(page.get_by_role("radio", checked=True)).to_have_count(0)
    page.get_by_label("Først Venter").check()
    page.get_by_role("button", name="Book pladsen").click()
    expect(page.get_by_text("har fået pladsen")).to_be_visible()
    expect(page.get_by_text("Først Venter").first).to_be_visible()
    page.goto(f"{there}?dato={day}")
    expect(page.get_by_text("Der må højst være 1 ekstra i en session.")).to_be_visible()
    expect(page.get_by_role("row", name="Først Venter")).to_contain_text("Holder")
    sound_at_both_widths(page)
    context.close()


def test_a_clinic_that_has_not_turned_it_on(browser: Browser, live: Live, session: Session) -> None:
    morning = full(session, eight(a_working_day(2)))
    session.query(OverbookingUse).delete()
    secretary = session.get_one(Staff, morning.secretary.id)
    there = f"{live.url}/klinik/{morning.clinic.id}/overbooking"
    session.commit()
    context = browser.new_context(viewport=DESKTOP, locale="da-DK", bypass_csp=True)
    page = context.new_page()
    staff_in(page, live, secretary)
    page.goto(there)
    expect(page.get_by_role("heading", name="Overbooking er slået fra")).to_be_visible()
    sound_at_both_widths(page)
    context.close()
