"""Setting up in a browser: every page accessible at both widths, a closure by keyboard alone."""

import re
from datetime import timedelta

import pytest
from playwright.sync_api import Browser, Page, ViewportSize, expect

from booking.appointments.invitations import service as invitations
from booking.appointments.invitations.service import Order
from booking.appointments.worklist import service as worklist
from booking.calendar import closures
from booking.calendar.closures import LocalPeriod, Place
from booking.people.models import Staff
from booking.people.sign_in import actor_of
from booking.platform.database import Session
from booking.platform.localtime import local_date
from tests import factories as make
from tests.e2e.axe import sound_at_both_widths
from tests.e2e.conftest import DESKTOP, PHONE, Live
from tests.integration.clinic_web.setup.conftest import Here, here

__all__ = ["here"]

pytestmark = pytest.mark.browser


@pytest.fixture
def busy(session: Session, here: Here) -> Here:
    """The clinic with a booked week, a closure, a wish for time off and a worklist."""
    secretary, clinician = actor_of(here.secretary), actor_of(here.clinician)
    today = local_date(session.now(), here.clinic.zone)
    next_week = today + timedelta(days=7 - today.weekday())
    course = make.course(session, here.clinic, here.patient, responsible=here.doctor)
    order = Order(here.control, "in_person", next_week, next_week + timedelta(days=4))
    invitations.order(session, secretary, course, order)
    week = LocalPeriod(next_week, next_week + timedelta(days=4))
    closures.request_time_off(session, clinician, here.clinic, here.doctor, week, "Ferie")
    day = LocalPeriod(next_week, next_week)
    closures.add_closure(session, secretary, here.clinic, Place(here.room.id), day, "Maling")
    worklist.add(
        session,
        here.clinic.id,
        "no_time_fits",
        patient_id=here.patient.id,
        words="Kun om eftermiddagen",
        due_on=today - timedelta(days=1),
    )
    session.commit()
    return here


def signed_in(browser: Browser, live: Live, staff: Staff, size: ViewportSize) -> Page:
    """A page on which a member of staff has signed in."""
    page = browser.new_page(base_url=live.url, viewport=size)
    page.goto("/klinik/log-ind")
    page.get_by_label("Brugernavn").fill(staff.username)
    page.get_by_label("Adgangskode").fill(make.PASSWORD)
    page.get_by_role("button", name="Log ind").click()
    return page


def checked(page: Page, address: str) -> None:
    """Open a page: it is accessible, and nothing sticks out at the side."""
    answer = page.goto(address)
    assert answer is not None
    assert answer.ok, address
    sound_at_both_widths(page)


@pytest.mark.one_database
def test_every_page_is_accessible(browser: Browser, live: Live, busy: Here) -> None:
    page = signed_in(browser, live, busy.secretary, PHONE)
    for path in (
        "",
        "/klinik",
        f"/steder/{busy.site.id}",
        "/ressourcer",
        f"/ressourcer/{busy.doctor.id}",
        f"/ressourcer/{busy.doctor.id}/ret",
        f"/ressourcer/{busy.doctor.id}/skema",
        f"/ressourcer/{busy.doctor.id}/kopier",
        "/ressourcer/ny/room",
        "/lukninger",
        "/lukninger?vis=tidligere",
        "/lukninger/1",
        "/lukninger/2",
        "/kontakttyper",
        f"/kontakttyper/{busy.control.id}",
        "/ramte",
    ):
        checked(page, busy.setup + path)
    checked(page, "/klinik/ny-klinik")
    checked(page, f"/klinik/{busy.clinic.id}/arbejdsliste")
    checked(page, f"/klinik/{busy.clinic.id}/arbejdsliste?vis=faerdige")
    page.goto(f"{busy.setup}/kontakttyper/ny")
    page.get_by_role("button", name="Opret kontakttypen").click()
    sound_at_both_widths(page)
    page.context.close()
    own = signed_in(browser, live, busy.clinician, PHONE)
    checked(own, f"/klinik/{busy.clinic.id}/fri")
    own.context.close()


def test_a_closure_by_keyboard_alone_and_the_worklist_it_fills(
    browser: Browser, live: Live, busy: Here
) -> None:
    page = signed_in(browser, live, busy.secretary, DESKTOP)
    page.goto(f"{busy.setup}/lukninger/ny")
    page.get_by_label("Hvad skal lukkes?").focus()
    page.keyboard.type("Hele")
    page.get_by_label("Grund").press("Enter")
    summary = page.get_by_role("alert")
    expect(summary).to_be_focused()
    expect(summary).to_contain_text("Vælg den første dag.")
    page.goto(f"{busy.setup}/lukninger/1")
    page.get_by_role("button", name="Godkend").focus()
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile("/ramte"))
    expect(page.get_by_role("table")).to_contain_text(busy.patient.name)
    page.get_by_role("link", name="Gå til arbejdslisten").press("Enter")
    row = page.get_by_role("row").filter(has_text="uden for åbningstiden")
    expect(row.get_by_role("link", name="Flyt til…")).to_be_visible()
    row.get_by_label("Eller hvorfor holdes tiden?").fill("Lægen kommer ind den dag")
    row.get_by_role("button", name="Holdes alligevel").press("Enter")
    expect(page.get_by_text("Opgaven er færdig.")).to_be_visible()
    page.context.close()
