"""Standards and the review of check-ups in a browser, phone and desktop, every page by axe."""

from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import Browser, Page, ViewportSize

from booking.platform.database import Session
from tests import factories as make
from tests.e2e.axe import sound_at_both_widths
from tests.e2e.conftest import Live
from tests.integration.triage_rules.checkups.conftest import (
    House,
    followed,
    house,
    place,
    unpublished,
)
from tests.integration.triage_rules.followup.conftest import GREEN, rules
from triage_rules.authoring.models import RuleDraft
from triage_rules.standards import service
from triage_rules.tables import written

__all__ = ["followed", "house", "place", "unpublished"]


@pytest.fixture
def busy(session: Session, house: House) -> House:
    """Standards apply, a green patient has two check-ups, and a draft breaks the standards."""
    here = house.here
    here.pathway.standards = ["diabetes"]
    here.place.course.started_on = datetime(2020, 1, 1, tzinfo=UTC).date()
    session.flush()
    here.answer(session, GREEN)
    for weeks in (4, 6):
        house.planned(session, weeks)
    make.add(
        session,
        RuleDraft(
            rule_set=here.rule_set,
            body=written.written(rules()),
            examples="[]",
            edited_at=session.now(),
            edited_by_id=here.clinician.id,
            edited_by=here.clinician.name,
        ),
    )
    service.deviate(
        session,
        here.as_clinician,
        here.place.clinic,
        here.plan.patient,
        "diabetes_eyes_2y",
        "elsewhere",
        "Øjnene undersøges hos egen øjenlæge.",
        session.now().date() + timedelta(days=200),
    )
    session.commit()
    return house


def sign_in(page: Page, live: Live, username: str) -> None:
    """As the sign-in page does it."""
    page.goto(f"{live.url}/klinik/log-ind")
    page.get_by_label("Brugernavn").fill(username)
    page.get_by_label("Adgangskode").fill(make.PASSWORD)
    page.get_by_role("button", name="Log ind").click()


def test_the_ledger_and_a_deviation(
    browser: Browser, live: Live, busy: House, screen: ViewportSize
) -> None:
    here = busy.here
    home = f"{live.url}/klinik/{here.place.clinic.id}"
    page = browser.new_context(viewport=screen).new_page()
    sign_in(page, live, busy.leader.username)
    page.goto(f"{home}/standarder")
    sound_at_both_widths(page)
    page.get_by_role("link", name="Diabetes").first.click()
    sound_at_both_widths(page)
    page.get_by_role("button", name="Bekræft, at den gælder").click()
    page.get_by_text("Standarden er bekræftet").wait_for()
    page.goto(f"{home}/standarder/regelsaet/{here.rule_set.id}")
    sound_at_both_widths(page)
    page.get_by_role("button", name="Beslut").first.click()
    page.get_by_text("Skriv, hvorfor det er i orden.").first.wait_for()
    sound_at_both_widths(page)
    page.context.clear_cookies()
    sign_in(page, live, here.clinician.username)
    page.goto(f"{home}/patienter/{here.plan.patient_id}")
    page.get_by_role("link", name="Fravig kravet").first.click()
    sound_at_both_widths(page)
    page.get_by_label("Giver ikke mening for patienten").check()
    page.get_by_label("Med dine egne ord").fill("Patienten har ingen nyrefunktion at måle på.")
    page.get_by_role("button", name="Fravig kravet").click()
    page.get_by_text("Fravigelsen er skrevet").wait_for()
    sound_at_both_widths(page)


def test_a_review_from_beginning_to_freed_minutes(
    browser: Browser, live: Live, busy: House, screen: ViewportSize
) -> None:
    here = busy.here
    home = f"{live.url}/klinik/{here.place.clinic.id}/gennemgang"
    page = browser.new_context(viewport=screen).new_page()
    sign_in(page, live, busy.leader.username)
    page.goto(home)
    sound_at_both_widths(page)
    page.get_by_label("Samtale").check()
    page.get_by_role("button", name="Begynd").click()
    page.get_by_text("Klar til gennemgang").wait_for()
    there = page.url
    page.context.clear_cookies()
    sign_in(page, live, here.clinician.username)
    page.goto(there)
    sound_at_both_widths(page)
    page.get_by_role("checkbox", name=here.plan.patient.name).first.check()
    page.get_by_role("button", name="Godkend: aflys").click()
    page.get_by_text("1 er godkendt").wait_for()
    page.get_by_text("30 minutter").first.wait_for()
    page.get_by_role("checkbox", name=here.plan.patient.name).first.check()
    page.get_by_label("Grund, hvis de afvises").select_option("clinical")
    page.get_by_role("button", name="Afvis").click()
    page.get_by_text("1 er afvist").wait_for()
    sound_at_both_widths(page)
