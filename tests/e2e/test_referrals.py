"""A referral taken in without a mouse: the patient found, the criteria ticked, triaged to a time,
its letter made and said to be sent. Every page by axe.
"""

import pytest
from playwright.sync_api import Browser, expect

from booking.platform.database import Session
from booking.referrals.models import ReferralCriterion
from tests import factories as make
from tests.e2e.axe import sound_at_both_widths
from tests.e2e.conftest import DESKTOP, Live
from tests.e2e.test_follow_up import staff_in
from tests.integration.appointments.conftest import Place, place

__all__ = ["place"]

pytestmark = [pytest.mark.browser, pytest.mark.one_database]


def test_from_the_post_to_the_letter_by_keyboard(
    browser: Browser, live: Live, session: Session, place: Place
) -> None:
    make.add(session, ReferralCriterion(clinic_id=place.clinic.id, text="Anti-CCP er målt"))
    name = place.patient.name
    session.commit()
    page = browser.new_context(viewport=DESKTOP, locale="da-DK", bypass_csp=True).new_page()
    staff_in(page, live, place.staff)
    keys = page.keyboard
    page.goto(f"{live.url}/klinik/{place.clinic.id}/opsaetning/henvisninger")
    sound_at_both_widths(page)
    keys.press("g")
    keys.press("h")
    expect(page.get_by_role("heading", name="Ingen henvisninger")).to_be_visible()
    page.get_by_label("Ny henvisning: find patienten").focus()
    keys.type(name)
    keys.press("Enter")
    page.get_by_role("link", name=name).press("Enter")
    page.get_by_role("link", name="Skriv henvisning ind").press("Enter")

    page.get_by_label("Henvist af").focus()
    sound_at_both_widths(page)
    keys.type("Lægerne Torvet")
    keys.press("Tab")
    keys.type("Hævede fingerled")
    keys.press("Enter")
    expect(page.get_by_text("fristerne løber").first).to_be_visible()
    sound_at_both_widths(page)
    page.get_by_label("Anti-CCP er målt").press("Space")
    keys.press("Tab")
    keys.press("Enter")
    expect(page.get_by_label("Anti-CCP er målt")).to_be_checked()

    page.get_by_label("Kontakttype").focus()
    keys.type("Kon")
    keys.press("Tab")
    keys.press("Tab")
    keys.press("Tab")
    keys.press("Tab")
    keys.press("Enter")
    expect(page.get_by_role("heading", name="Næste skridt: brevet til patienten")).to_be_visible()
    sound_at_both_widths(page)
    with page.expect_response("**/brev.pdf") as answered:
        page.get_by_role("button", name="Lav brevet").press("Enter")
    assert answered.value.ok
    page.goto(f"{live.url}/klinik/{place.clinic.id}/henvisninger")
    page.get_by_role("link", name=name).press("Enter")
    page.get_by_role("button", name="Udskrevet og sendt").press("Enter")
    expect(page.get_by_role("heading", name="Brevet er sendt")).to_be_visible()
    expect(page.get_by_text("Overholdt", exact=True)).to_be_visible()
