"""Someone calls, someone arrives: the search box and the keys, and the waiting room's screen."""

from datetime import timedelta

import pytest
from playwright.sync_api import Browser, Page, expect

from booking.people import codes
from booking.platform.database import Session
from booking.platform.localtime import local_date
from tests import factories as make
from tests.e2e.axe import axe
from tests.e2e.conftest import DESKTOP, PHONE, Live
from tests.e2e.test_staff_day import Office, office, sign_in
from tests.integration.appointments.conftest import place

__all__ = ["office", "place"]

pytestmark = pytest.mark.browser


def active(page: Page) -> str:
    """What the box's chosen cell says."""
    return str(
        page.evaluate(
            "document.getElementById(document.activeElement.getAttribute("
            "'aria-activedescendant'))?.textContent ?? ''"
        )
    )


def test_a_caller_is_booked_from_the_search_box_without_a_mouse(
    browser: Browser, live: Live, office: Office, session: Session
) -> None:
    at = office.place
    caller = make.patient(session, at.clinic, given_name="Inger", family_name="Xenakis")
    make.patient(session, at.clinic, given_name="Inge", family_name="Xu")
    today = local_date(session.now(), at.clinic.zone)
    make.invitation(
        session,
        make.course(session, at.clinic, caller),
        at.control,
        today + timedelta(weeks=1),
        today + timedelta(weeks=3),
    )
    session.commit()
    page = sign_in(browser, live, at.staff, DESKTOP)
    keys = page.keyboard
    keys.press("/")
    box = page.get_by_role("combobox", name="Find patient")
    expect(box).to_be_focused()
    keys.type("inge x")
    found = page.get_by_role("grid", name="Fundne patienter").get_by_role("row")
    expect(found).to_have_count(2)
    axe(page)
    assert "Inger Xenakis" in active(page)
    keys.press("ArrowDown")
    assert "Inge Xu" in active(page)
    keys.press("ArrowUp")
    keys.press("ArrowRight")
    assert "Book tid" in active(page)
    keys.press("Escape")
    expect(found.first).to_be_hidden()
    keys.type("e")  # pressed at once: Enter waits for the rows of what is typed now
    keys.press("Shift+Enter")
    expect(page.get_by_role("heading", name="Find en tid til Inger Xenakis")).to_be_visible()
    first = page.locator("input[name=start]").first
    expect(first).to_be_focused()
    expect(first).not_to_be_checked()
    keys.press("Enter")  # once too often: nothing is booked before a time is chosen
    expect(page.get_by_role("link", name="Vælg en tid.")).to_be_visible()
    page.go_back()
    page.reload()
    expect(first).to_be_focused()
    keys.press("ArrowDown")
    expect(first).to_be_checked()
    keys.press("ArrowDown")
    keys.press("Enter")
    expect(page.get_by_text("Tiden er booket. Sig til patienten:")).to_be_visible()
    axe(page)
    keys.press("?")
    expect(page.get_by_role("dialog", name="Tastaturgenveje")).to_be_visible()
    axe(page)
    keys.press("Escape")
    keys.press("g")
    keys.press("d")
    page.wait_for_url("**/dag")
    keys.press("n")
    page.wait_for_url("**/dag?dato=*")
    page.context.close()


def test_a_patient_checks_in_and_the_secretary_sees_it_without_pressing(
    browser: Browser, live: Live, office: Office, session: Session
) -> None:
    at = office.place
    code = codes.issue(session, at.patient.id)
    session.commit()
    page = sign_in(browser, live, at.staff, DESKTOP)
    page.goto(f"{live.url}{office.at}/ankomster")
    expect(page.get_by_text("Ventes inden for en time (1)")).to_be_visible()
    axe(page)
    page.clock.install()
    page.reload()
    page.get_by_role("button", name="Ankommet Karen").focus()

    screen = browser.new_context(viewport=PHONE).new_page()
    screen.clock.install()
    screen.goto(f"{live.url}/ankomst/{at.clinic.id}")
    axe(screen)
    screen.get_by_label("Kode fra brevet").fill("ABCDE-23456")
    for part, value in (("Dag", "4"), ("Måned", "3"), ("År", "1961")):
        screen.get_by_label(part, exact=True).fill(value)
    screen.get_by_role("button", name="Jeg er her").click()
    expect(screen.get_by_role("link", name="gå til skranken")).to_be_visible()
    axe(screen)
    screen.get_by_label("Kode fra brevet").fill(code)
    for part, value in (("Dag", "4"), ("Måned", "3"), ("År", "1961")):
        screen.get_by_label(part, exact=True).fill(value)
    screen.get_by_role("button", name="Jeg er her").click()
    expect(screen.get_by_role("heading", name="Tak, Karen. Vi ved, at du er her")).to_be_visible()
    axe(screen)
    screen.clock.run_for(10_000)
    screen.get_by_role("button", name="Vis længere").click()
    screen.clock.run_for(30_000)
    expect(screen.get_by_role("heading", name="Tak, Karen. Vi ved, at du er her")).to_be_visible()
    screen.clock.run_for(31_000)
    expect(screen.get_by_role("heading", name="Velkommen. Meld din ankomst")).to_be_visible()
    expect(screen.get_by_label("Kode fra brevet")).to_have_value("")
    screen.context.close()

    page.clock.run_for(21_000)
    expect(page.get_by_text("Er her og venter (1)")).to_be_visible()
    expect(page.get_by_text("meldte sig selv")).to_be_visible()
    # What had the focus is gone: the focus stays in the part, at its beginning.
    expect(page.get_by_role("link", name="Opdater")).to_be_focused()
    page.get_by_role("button", name="Kald ind Karen").click()
    expect(page.get_by_text("Er her og venter")).to_be_hidden()
    page.context.close()
