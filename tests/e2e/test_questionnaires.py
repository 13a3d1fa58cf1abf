"""Questionnaires in a browser: answered on a phone without scripts, and every page by axe."""

from datetime import timedelta

import pytest
from playwright.sync_api import Browser, Page, expect

from booking.people import codes
from booking.platform.database import Session
from booking.platform.identity import SYSTEM
from tests import factories as make
from tests.e2e.axe import axe, sound_at_both_widths
from tests.e2e.conftest import DESKTOP, PHONE, Live
from tests.integration.appointments.conftest import Place, place
from triage_rules.questionnaires import service
from triage_rules.questionnaires.models import QuestionnaireRequest
from triage_rules.questionnaires.shipped import install

__all__ = ["place"]

pytestmark = pytest.mark.browser


@pytest.fixture
def asked(session: Session, place: Place) -> list[QuestionnaireRequest]:
    """Both questionnaires, asked of the patient for two weeks from now."""
    due_on = session.now().date() + timedelta(days=14)
    made = [
        service.ask(session, SYSTEM, place.patient, place.course, version, due_on)
        for version in install(session, SYSTEM)
    ]
    session.commit()
    return made


def signed_in(page: Page, live: Live, session: Session, place: Place) -> None:
    """The patient signs in with a code."""
    code = codes.issue(session, place.patient.id)
    session.commit()
    born = place.patient.birth_date
    assert born is not None
    page.goto(live.url)
    page.get_by_label("Kode fra brevet").fill(code)
    for label, number in (("Dag", born.day), ("Måned", born.month), ("År", born.year)):
        page.get_by_label(label, exact=True).fill(str(number))
    page.locator("main form button[type=submit]").first.click()
    page.wait_for_url("**/mine-tider")


def nine(page: Page) -> None:
    """Answer the nine questions, 'several days' each."""
    for number in range(1, 10):
        page.locator(f"[name='q-phq9-{number}'][value='1']").check()


def test_a_phone_without_scripts_answers_phq_9(
    browser: Browser,
    live: Live,
    session: Session,
    place: Place,
    asked: list[QuestionnaireRequest],
) -> None:
    context = browser.new_context(viewport=PHONE, java_script_enabled=False, locale="da-DK")
    page = context.new_page()
    signed_in(page, live, session, place)
    page.goto(f"{live.url}/spoergeskema/{asked[0].id}")
    page.get_by_role("link", name="Begynd").click()
    nine(page)
    page.get_by_role("button", name="Næste").click()
    page.get_by_role("radio", name="Noget svært").check()
    page.get_by_role("button", name="Næste").click()
    page.get_by_role("button", name="Send svarene til klinikken").click()
    expect(page.get_by_role("heading", name="Tak for svarene")).to_be_visible()
    context.close()


@pytest.mark.one_database
def test_the_patients_pages_are_accessible(
    browser: Browser,
    live: Live,
    session: Session,
    place: Place,
    asked: list[QuestionnaireRequest],
) -> None:
    context = browser.new_context(viewport=PHONE, locale="da-DK")
    page = context.new_page()
    signed_in(page, live, session, place)
    home = f"{live.url}/spoergeskema/{asked[1].id}"
    for address in (
        "/mine-tider",
        f"/spoergeskema/{asked[1].id}",
        f"/spoergeskema/{asked[0].id}/del/1",
    ):
        page.goto(f"{live.url}{address}")
        sound_at_both_widths(page)
    page.goto(f"{home}/del/1")
    page.get_by_role("button", name="Næste").click()
    expect(page.get_by_role("alert")).to_be_visible()
    sound_at_both_widths(page)
    page.goto(f"{home}/gennemse")
    sound_at_both_widths(page)
    page.get_by_role("button", name="Jeg vil gerne kontaktes").click()
    sound_at_both_widths(page)
    context.close()


@pytest.mark.one_database
def test_the_staffs_pages_are_accessible(
    browser: Browser,
    live: Live,
    session: Session,
    place: Place,
    asked: list[QuestionnaireRequest],
) -> None:
    answers = {f"phq9-{number}": "1" for number in range(1, 10)}
    response = service.submit(session, place.as_patient, asked[0], answers)
    session.commit()
    context = browser.new_context(viewport=DESKTOP, locale="da-DK")
    page = context.new_page()
    page.goto(f"{live.url}/klinik/log-ind")
    page.locator("[name=username]").fill(place.staff.username)
    page.locator("[name=password]").fill(make.PASSWORD)
    page.locator("main form button[type=submit]").first.click()
    home = f"{live.url}/klinik/{place.clinic.id}/patienter/{place.patient.id}/spoergeskemaer"
    for address in (
        "",
        f"/{asked[1].id}/papir",
        f"/svar/{response.id}",
        f"/svar/{response.id}/ret",
    ):
        page.goto(home + address)
        expect(page.get_by_role("heading", level=1)).to_be_visible()
        axe(page)
    context.close()
