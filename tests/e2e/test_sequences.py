"""Several times at once in a browser: asked for, adjusted, booked, one skipped and booked again."""

from datetime import timedelta

import pytest
from playwright.sync_api import Browser, expect

from booking.platform.database import Session
from booking.platform.localtime import local_date
from tests.e2e.axe import sound_at_both_widths
from tests.e2e.conftest import DESKTOP, Live
from tests.e2e.test_staff_day import sign_in
from tests.integration.sequences.conftest import Ward, ward

__all__ = ["ward"]

pytestmark = pytest.mark.browser


def test_a_caller_gets_a_series_with_one_date_left_out(
    browser: Browser, live: Live, session: Session, ward: Ward
) -> None:
    first = local_date(session.now(), ward.clinic.zone) + timedelta(days=7)
    session.commit()
    page = sign_in(browser, live, ward.staff, DESKTOP)
    page.goto(f"{live.url}/klinik/{ward.clinic.id}/patienter/{ward.patient.id}")
    page.get_by_role("link", name="Book flere tider").click()
    page.get_by_label("Kontakttype").select_option(label="Træning")
    page.get_by_label("Første dag").fill(first.isoformat())
    page.get_by_label("Antal gange").fill("3")
    page.get_by_label("Dage til hver side").fill("3")
    sound_at_both_widths(page)
    page.get_by_role("button", name="Se forslaget").click()
    expect(page.get_by_role("heading", name="Forslag")).to_be_visible()
    page.get_by_label("Tid til nr. 2").select_option(label="Spring datoen over")
    sound_at_both_widths(page)
    page.get_by_role("button", name="Book alle tiderne").click()
    expect(page.get_by_text("Alle 2 tider er booket.")).to_be_visible()
    sound_at_both_widths(page)

    page.get_by_role("link", name="Spring over nr. 3").click()
    page.get_by_label("Hvorfor?").select_option(label="Syg")
    page.get_by_role("button", name="Spring datoen over").click()
    expect(page.get_by_text("Datoen er sprunget over")).to_be_visible()
    page.get_by_role("button", name="Book igen").click()
    expect(page.get_by_text("Datoen er booket igen.")).to_be_visible()
    page.get_by_role("link", name="Find en tid nr. 2").click()
    sound_at_both_widths(page)
    page.get_by_role("link", name="Fortryd").click()

    page.goto(
        f"{live.url}/klinik/{ward.clinic.id}/patienter/{ward.patient.id}/flere-tider/samme-dag"
    )
    sound_at_both_widths(page)
