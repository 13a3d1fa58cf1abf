"""A draft tried on the patients, and rules that no longer fire: in a browser, every page by axe."""

from datetime import date

import pytest
from playwright.sync_api import Browser, expect

from booking.platform.database import Session
from booking.platform.web import Rettid
from tests.e2e.axe import axe, sound_at_both_widths
from tests.e2e.conftest import DESKTOP, PHONE, Live
from tests.e2e.test_follow_up import staff_in
from tests.integration.triage_rules.firing.test_watching import a_year_of_green
from tests.integration.triage_rules.followup.conftest import (
    GREEN,
    RED,
    Followed,
    followed,
    place,
    unpublished,
)
from tests.integration.triage_rules.impact.conftest import draft
from tests.integration.triage_rules.impact.test_service import LATER, another
from triage_rules.impact import service

__all__ = ["followed", "place", "unpublished"]

pytestmark = pytest.mark.browser


def test_a_clinician_tries_a_draft_and_waits_for_what_it_finds(
    browser: Browser,
    live: Live,
    session: Session,
    rettid: Rettid,
    followed: Followed,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(service, "AT_ONCE", 1)
    plan = another(session, followed, RED, birth_date=date(1950, 1, 1), digital_exempt=True)
    another(session, followed, GREEN)
    draft(session, followed, LATER)
    session.commit()
    context = browser.new_context(viewport=DESKTOP, locale="da-DK", bypass_csp=True)
    page = context.new_page()
    staff_in(page, live, followed.clinician)
    page.goto(f"{live.url}/klinik/{followed.place.clinic.id}/regler/{followed.rule_set.id}")
    page.get_by_role("link", name="Prøv kladden på patienterne").click()
    axe(page)
    page.get_by_role("button", name="Vis virkningen").click()
    found = page.get_by_role("main").get_by_role("status").first
    expect(found).to_have_text("1 af 3 patienter")
    axe(page)
    rettid.jobs.run_now(rettid.database, "impact_previews")
    # The page finds out by itself.
    expect(page.get_by_role("heading", name="Hvem ses senere end i dag")).to_be_visible()
    expect(page.get_by_role("link", name=plan.patient.name)).to_be_visible()
    page.evaluate("document.querySelectorAll('details').forEach(one => { one.open = true })")
    sound_at_both_widths(page)
    context.close()


def test_a_row_that_fell_silent_is_told_of_where_the_author_works(
    browser: Browser, live: Live, session: Session, followed: Followed
) -> None:
    a_year_of_green(session, followed)
    session.commit()
    context = browser.new_context(viewport=PHONE, locale="da-DK", bypass_csp=True)
    page = context.new_page()
    staff_in(page, live, followed.clinician)
    page.goto(f"{live.url}/klinik/{followed.place.clinic.id}/regler")
    expect(page.get_by_text("Regler bruges ikke som før")).to_be_visible()
    axe(page)
    page.locator("main").get_by_role("link", name="Depression").first.click()
    expect(page.get_by_text("Er blevet tavs").first).to_be_visible()
    sound_at_both_widths(page)
    context.close()
