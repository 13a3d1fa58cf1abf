"""A clinic leader looks at what came of overbooking, and stops it."""

import pytest
from playwright.sync_api import Browser, expect

from booking.people.models import Staff
from booking.platform.database import Session
from tests.e2e.axe import sound_at_both_widths
from tests.e2e.conftest import DESKTOP, Live
from tests.e2e.test_follow_up import staff_in
from tests.integration.overbooking.afterwards import mornings_over
from tests.integration.overbooking.morning import Morning, morning

__all__ = ["morning"]

pytestmark = [pytest.mark.browser, pytest.mark.one_database]


def test_a_leader_sees_what_came_of_it_and_stops(
    browser: Browser, live: Live, session: Session, morning: Morning
) -> None:
    mornings_over(morning, 60, overtime=14.0, longer=2.0)
    leader = session.get_one(Staff, morning.leader.id)
    session.commit()
    context = browser.new_context(viewport=DESKTOP, locale="da-DK", bypass_csp=True)
    page = context.new_page()
    staff_in(page, live, leader)
    page.goto(f"{live.url}/klinik/{morning.clinic.id}/overbooking/opfoelgning")
    expect(page.get_by_role("heading", name="Det gik dårligere end lovet")).to_be_visible()
    expect(page.get_by_role("img", name="Minutter: forventet og set")).to_be_visible()
    sound_at_both_widths(page)
    page.get_by_text("Sådan er der regnet").click()
    sound_at_both_widths(page)
    page.get_by_role("button", name="Stop overbooking nu").click()
    expect(page.get_by_text("Overbooking er stoppet.", exact=False).first).to_be_visible()
    page.goto(f"{live.url}/klinik/{morning.clinic.id}/overbooking/opfoelgning?mdr=12")
    expect(page.get_by_text("Overbooking er stoppet siden")).to_be_visible()
    sound_at_both_widths(page)
    context.close()


def test_a_clinic_without_any_yet(
    browser: Browser, live: Live, session: Session, morning: Morning
) -> None:
    leader = session.get_one(Staff, morning.leader.id)
    session.commit()
    context = browser.new_context(viewport=DESKTOP, locale="da-DK", bypass_csp=True)
    page = context.new_page()
    staff_in(page, live, leader)
    page.goto(f"{live.url}/klinik/{morning.clinic.id}/overbooking/opfoelgning")
    expect(page.get_by_role("heading", name="Ingen sessioner i perioden")).to_be_visible()
    sound_at_both_widths(page)
    context.close()
