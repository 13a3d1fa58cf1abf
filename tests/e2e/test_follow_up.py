"""From a patient's phone to a reserved time and a clinician's word; and every page by axe."""

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect
from sqlalchemy import select

from booking.people import codes
from booking.people.models import Staff
from booking.platform.database import Session
from booking.platform.identity import Role
from tests import factories as make
from tests.e2e.axe import axe, sound_at_both_widths
from tests.e2e.conftest import DESKTOP, PHONE, Live
from tests.integration.triage_rules.followup.conftest import (
    RED,
    YELLOW,
    Followed,
    followed,
    phq9,
    place,
    unpublished,
)
from triage_rules.followup import queries
from triage_rules.questionnaires.models import QuestionnaireRequest

__all__ = ["followed", "place", "unpublished"]

pytestmark = pytest.mark.browser


def patient_in(page: Page, live: Live, session: Session, here: Followed) -> None:
    """The patient signs in with a code from a letter."""
    patient = here.place.patient
    code = codes.issue(session, patient.id)
    session.commit()
    born = patient.birth_date
    assert born is not None
    page.goto(live.url)
    page.get_by_label("Kode fra brevet").fill(code)
    for label, number in (("Dag", born.day), ("Måned", born.month), ("År", born.year)):
        page.get_by_label(label, exact=True).fill(str(number))
    page.locator("main form button[type=submit]").first.click()
    page.wait_for_url("**/mine-tider")


def staff_in(page: Page, live: Live, staff: Staff) -> None:
    """A member of staff signs in."""
    page.goto(f"{live.url}/klinik/log-ind")
    page.locator("[name=username]").fill(staff.username)
    page.locator("[name=password]").fill(make.PASSWORD)
    page.locator("main form button[type=submit]").first.click()
    page.wait_for_url("**/klinik/*/dag*")


def answer(page: Page, total: int, *, ninth: int = 0) -> None:
    """Answer PHQ-9 page by page, from the patient's own page to the last."""
    page.get_by_role("link", name="Svar på spørgeskemaet").first.click()
    page.get_by_role("link", name="Begynd").click()
    for name, value in phq9(total, ninth).items():
        page.locator(f"[name='q-{name}'][value='{value}']").check()
    page.get_by_role("button", name="Næste").click()
    page.get_by_role("radio", name="Noget svært").check()
    page.get_by_role("button", name="Næste").click()
    page.get_by_role("button", name="Send svarene til klinikken").click()


def a_phone(browser: Browser, *, scripts: bool = False) -> BrowserContext:
    return browser.new_context(viewport=PHONE, java_script_enabled=scripts, locale="da-DK")


def test_from_a_phone_without_scripts_to_a_reserved_time_and_a_clinicians_word(
    browser: Browser, live: Live, session: Session, followed: Followed
) -> None:
    phone = a_phone(browser)
    page = phone.new_page()
    patient_in(page, live, session, followed)
    answer(page, RED)
    expect(page.get_by_role("heading", name="Hvad sker der nu?")).to_be_visible()
    expect(page.get_by_text("Tiden er reserveret:")).to_be_visible()
    expect(page.get_by_role("button", name="Jeg vil gerne kontaktes")).to_be_visible()
    page.get_by_role("link", name="Se tiden, behold eller flyt den").click()
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    page.get_by_role("button", name="Behold tiden").click()
    page.goto(f"{live.url}/opfoelgning")
    expect(page.get_by_text("Du har en tid:")).to_be_visible()
    phone.close()

    desk = browser.new_context(viewport=DESKTOP, java_script_enabled=False, locale="da-DK")
    page = desk.new_page()
    staff_in(page, live, followed.clinician)
    page.get_by_role("link", name="Opfølgning", exact=True).click()
    row = page.get_by_role("row", name=followed.place.patient.name)
    for text in ("Rød", "Ulæst", "Patienten skal have en kontakt", "Lise Læge"):
        expect(row.get_by_text(text).first, text).to_be_visible()
    row.get_by_role("button", name="Åbn").click()
    expect(page.get_by_text("PHQ-9: mindst 15 → Farve: rød")).to_be_visible()
    expect(page.locator("svg.chart")).to_be_visible()
    page.get_by_role("button", name="Godkend beslutningen").click()
    expect(page.get_by_text("Beslutningen er godkendt.")).to_be_visible()
    page.get_by_role("link", name="Opfølgning", exact=True).last.click()
    desk.close()
    session.expire_all()
    decision = queries.latest_decision(session, followed.plan.id)
    assert decision is not None
    assert [review.kind for review in decision.reviews] == ["accepted"]


def test_yellow_is_overridden_with_a_reason_and_the_patient_is_told(
    browser: Browser, live: Live, session: Session, followed: Followed
) -> None:
    followed.answer(session, YELLOW)
    session.commit()
    desk = browser.new_context(viewport=DESKTOP, java_script_enabled=False, locale="da-DK")
    page = desk.new_page()
    staff_in(page, live, followed.clinician)
    page.goto(f"{live.url}/klinik/{followed.place.clinic.id}/opfoelgning")
    page.get_by_role("button", name="Åbn").click()
    page.get_by_role("link", name="Gør noget andet").click()
    page.get_by_role("radio", name="Patienten skal have en kontakt").check()
    page.get_by_label("Kontakttype").select_option(label="Samtale")
    page.get_by_label("Form", exact=False).first.select_option(label="Video")
    page.get_by_label("Senest om, uger").fill("2")
    page.get_by_label("Hvorfor?").select_option(label="Klinisk vurdering")
    page.get_by_label("Med egne ord").fill("Vil tale med hende.")
    page.get_by_role("button", name="Gem").click()
    expect(page.get_by_text("Fraveget")).to_be_visible()
    expect(page.get_by_text("Tid: Samtale")).to_be_visible()
    desk.close()
    phone = a_phone(browser)
    page = phone.new_page()
    patient_in(page, live, session, followed)
    page.goto(f"{live.url}/opfoelgning")
    expect(page.get_by_text("Du har en tid:")).to_be_visible()
    expect(page.get_by_text("En kliniker har set på svarene")).to_be_visible()
    phone.close()


@pytest.mark.one_database
def test_the_staffs_pages_are_accessible(
    browser: Browser, live: Live, session: Session, followed: Followed
) -> None:
    followed.answer(session, YELLOW)
    leader = make.staff(session, followed.place.clinic, Role.LEADER, name="Lea Leder")
    decision = queries.latest_decision(session, followed.plan.id)
    assert decision is not None
    number = decision.id
    session.commit()
    clinic, patient = followed.place.clinic.id, followed.place.patient.id
    of_patient = f"/klinik/{clinic}/patienter/{patient}/opfoelgning"
    setup = f"/klinik/{clinic}/opsaetning"
    pathway = f"{setup}/opfoelgning/{followed.pathway.id}"
    seen = {
        followed.clinician: (
            f"/klinik/{clinic}/opfoelgning",
            f"/klinik/{clinic}/opfoelgning?vis=alle&hvis=mine",
            f"/klinik/{clinic}/arbejdsliste",
            of_patient,
            f"{of_patient}/beslutning/{number}",
            f"{of_patient}/beslutning/{number}/andet",
        ),
        leader: (setup, f"{setup}/opfoelgning", f"{setup}/opfoelgning/ny", pathway),
    }
    for staff, addresses in seen.items():
        context = browser.new_context(viewport=DESKTOP, locale="da-DK")
        page = context.new_page()
        staff_in(page, live, staff)
        for address in addresses:
            page.goto(live.url + address)
            expect(page.get_by_role("heading", level=1), address).to_be_visible()
            sound_at_both_widths(page)
        context.close()


@pytest.mark.one_database
def test_the_patients_pages_are_accessible(
    browser: Browser, live: Live, session: Session, followed: Followed
) -> None:
    phone = a_phone(browser, scripts=True)
    page = phone.new_page()
    patient_in(page, live, session, followed)
    page.goto(f"{live.url}/opfoelgning")
    axe(page)
    followed.answer(session, YELLOW, ninth=1)
    asked = session.scalars(select(QuestionnaireRequest.id)).first()
    session.commit()
    for address in ("/opfoelgning", "/mine-tider", f"/spoergeskema/{asked}/tak"):
        page.goto(live.url + address)
        axe(page)
    phone.close()
