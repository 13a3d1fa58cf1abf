"""The patient's whole journey in a browser at a phone's width, with scripts and without."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from icalendar import Calendar
from playwright.sync_api import Browser, Page, expect

from booking.appointments.invitations import service as invitations
from booking.appointments.invitations.service import Order
from booking.people import codes
from booking.people.models import Proxy
from booking.people.sign_in import actor_of
from booking.platform.database import Session
from booking.platform.localtime import local_date
from tests import factories as make
from tests.e2e.axe import sound_at_both_widths
from tests.e2e.conftest import PHONE, Live

pytestmark = pytest.mark.browser

Open = Callable[..., Page]
COUNTING = re.compile(r"^(10:00|9:\d\d)$")


@dataclass
class Invited:
    """A patient with a provisional time, a child with a bookable invitation, and a code."""

    code: str
    patient_id: int
    child_id: int
    appointment_id: int
    child_invitation_id: int
    course_id: int
    free_type_id: int


@pytest.fixture
def invited(session: Session) -> Invited:
    """A clinic with two doctors; a time reserved two weeks from now, with a deadline to pass."""
    clinic = make.clinic(session)
    site = make.site(session, clinic, directions="Brug indgang 12.\nTag elevatoren til 3. sal.")
    doctors = [make.clinician(session, clinic) for _ in range(2)]
    rooms = [make.room(session, site)]
    for resource in (*doctors, *rooms):
        make.open_weekdays(session, resource, site)
    kind = make.visit_type(
        session,
        clinic,
        rooms=rooms,
        forms="in_person,video",
        needs={"interpreter": 15},
        preparation="Tag din medicinliste med.",
    )
    free = make.visit_type(session, clinic, mode="free", forms="video", name="Samtale")
    patient = make.patient(session, clinic)
    today = local_date(datetime.now(UTC), clinic.zone)
    child = make.patient(session, clinic, given_name="Emil", birth_date=today - timedelta(3000))
    session.add(Proxy(holder=patient, patient=child, kind="parent", valid_from=date(2026, 1, 1)))
    course = make.course(session, clinic, patient, responsible=doctors[0])
    theirs = make.course(session, clinic, child, responsible=doctors[1])
    by = actor_of(make.staff(session, clinic))
    first = today + timedelta(21 - today.weekday())  # a Monday, past the closing period
    last = first + timedelta(18)
    invitation = invitations.order(
        session, by, course, Order(kind, "in_person", first, last, deadline_on=first)
    )
    appointment = invitations.live_appointment(session, invitation)
    assert appointment is not None
    bookable = make.invitation(session, theirs, kind, first, last)
    code = codes.issue(session, patient.id)
    session.commit()
    return Invited(code, patient.id, child.id, appointment.id, bookable.id, course.id, free.id)


@pytest.fixture
def opened(browser: Browser, live: Live) -> Iterator[Open]:
    """Opens a page of the application in a context of its own."""
    contexts = []

    def open_page(*, javascript: bool = True) -> Page:
        context = browser.new_context(
            viewport=PHONE, java_script_enabled=javascript, locale="da-DK"
        )
        contexts.append(context)
        page = context.new_page()
        page.goto(live.url)
        return page

    yield open_page
    for context in contexts:
        context.close()


def sign_in(page: Page, code: str) -> None:
    page.get_by_label("Kode fra brevet").fill(code)
    page.get_by_label("Dag", exact=True).fill("4")
    page.get_by_label("Måned").fill("3")
    page.get_by_label("År").fill("1961")
    page.get_by_role("button", name="Fortsæt").click()


def calendar(page: Page, name: str) -> Any:
    with page.expect_download() as download:
        page.get_by_role("link", name=name).click()
    assert download.value.suggested_filename == "tid.ics"
    return Calendar.from_ical(download.value.path().read_bytes())


def heading(page: Page, text: str) -> None:
    expect(page.get_by_role("heading", level=1)).to_have_text(text)


@pytest.mark.parametrize("javascript", [True, False], ids=["scripts", "no-scripts"])
def test_from_the_letter_to_a_moved_and_a_cancelled_time(
    opened: Open, invited: Invited, *, javascript: bool
) -> None:
    page = opened(javascript=javascript)
    sign_in(page, invited.code)
    heading(page, "Mine tider")

    page.get_by_role("button", name="Behold tiden").first.click()
    heading(page, "Din tid er bekræftet")
    kept = calendar(page, "Læg tiden i din kalender")

    page.get_by_role("link", name="Se alt om tiden").click()
    page.get_by_role("link", name="Find en anden tid").click()
    heading(page, "Find en anden tid")
    page.get_by_label("Tid på dagen").select_option("afternoon")
    if not javascript:
        page.get_by_role("button", name="Vis tider").click()
    expect(page.locator(".time-tile").first).to_contain_text("kl. 12.")
    last = page.get_by_role("radio").last
    last.check()
    page.get_by_role("button", name="Vælg tiden").click()

    heading(page, "Bekræft den nye tid")
    clock = page.locator("[data-hold-clock]")
    if javascript:
        expect(clock.locator(".hold-clock__digits")).to_have_text(COUNTING)
    else:
        expect(clock).to_contain_text("Tiden holdes til dig til kl.")
    page.get_by_role("button", name="Forlæng").click()
    expect(page.get_by_text("Vi holder tiden i ti minutter mere.")).to_be_visible()
    page.get_by_role("button", name="Bekræft tiden").click()
    heading(page, "Bekræft den nye tid")
    expect(page.get_by_text("Sæt kryds, hvis du selv ønsker").first).to_be_visible()
    page.get_by_text("Jeg ønsker selv den senere tid").click()
    page.get_by_role("button", name="Bekræft tiden").click()

    heading(page, "Din tid er flyttet")
    moved = calendar(page, "Læg tiden i din kalender")
    assert moved.events[0]["uid"] == kept.events[0]["uid"]
    assert moved.events[0]["sequence"] > kept.events[0]["sequence"]
    assert moved.events[0]["dtstart"].dt > kept.events[0]["dtstart"].dt

    page.get_by_role("link", name="Se alt om tiden").click()
    page.get_by_role("link", name="Meld afbud").click()
    page.get_by_text("Jeg vil ikke have en ny tid").click()
    page.get_by_text("Jeg er syg").click()
    page.get_by_role("button", name="Meld afbud").click()
    heading(page, "Dit afbud er modtaget")
    gone = calendar(page, "Fjern tiden fra din kalender")
    assert str(gone["method"]) == "CANCEL"

    page.get_by_role("button", name="Log ud").click()
    expect(page.get_by_text("Du er logget ud.")).to_be_visible()


@pytest.mark.one_database
def test_no_page_has_an_accessibility_violation(opened: Open, live: Live, invited: Invited) -> None:
    page = opened()

    def sound() -> None:
        sound_at_both_widths(page)

    sound()
    page.get_by_role("button", name="Fortsæt").click()
    expect(page.get_by_role("alert")).to_be_focused()
    sound()
    sign_in(page, invited.code)
    sound()
    visit = f"/tid/{invited.appointment_id}"
    invitation = f"/indkaldelse/{invited.child_invitation_id}"
    for path in (
        visit,
        f"{visit}/flyt",
        f"{visit}/flyt?tid=morning&behandler=alle",
        f"{visit}/flyt?form=video",
        f"{visit}/ingen-passer",
        f"{visit}/afbud",
        f"{invitation}/tider",
        f"{invitation}/ingen-passer",
        "/ny-tid",
        f"/ny-tid/{invited.course_id}/{invited.free_type_id}",
        "/behov",
        f"/behov/{invited.patient_id}",
        "/hvem-har-set",
        "/was",
        "/hjaelp",
        "/tider/findes-ikke",
        "/tid/999999",
    ):
        page.goto(live.url + path)
        sound()
    for path in (f"{visit}/flyt", f"{visit}/afbud", f"{visit}/ingen-passer"):
        page.goto(live.url + path)
        page.locator("form button[type=submit]").last.click()
        sound()
    page.goto(f"{live.url}/behov/{invited.patient_id}")
    page.get_by_text("Tolk", exact=True).click()
    page.get_by_role("button", name="Gem").click()
    sound()
    page.goto(f"{live.url}{visit}/flyt")
    page.get_by_role("radio").last.check()
    sound()
    page.get_by_role("button", name="Vælg tiden").click()
    sound()
    page.get_by_role("button", name="Bekræft tiden").click()
    sound()
    page.get_by_text("Jeg ønsker selv den senere tid").click()
    page.get_by_role("button", name="Bekræft tiden").click()
    heading(page, "Din tid er flyttet")
    sound()
    page.goto(f"{live.url}{visit}/afbud")
    page.get_by_text("Jeg vil ikke have en ny tid").click()
    page.get_by_role("button", name="Meld afbud").click()
    heading(page, "Dit afbud er modtaget")
    sound()
    page.goto(f"{live.url}{visit}/flyt")
    sound()
    page.goto(f"{live.url}/sprog/en?til=/mine-tider")
    sound()


def test_a_time_is_found_and_confirmed_with_the_keyboard_alone(
    opened: Open, invited: Invited
) -> None:
    page = opened()
    press = page.keyboard.press

    def reach(name: str, role: str = "button") -> None:
        """Tab on until the control with this name has the focus, and see that one can see it."""
        wanted = page.get_by_role(role, name=name).first  # type: ignore[arg-type]
        for _step in range(80):
            if wanted.evaluate("one => one === document.activeElement"):
                break
            press("Tab")
        expect(wanted).to_be_focused()
        expect(wanted).to_be_in_viewport()

    press("Tab")
    expect(page.get_by_role("link", name="Gå til sidens indhold")).to_be_focused()
    press("Enter")
    for field, text in (("Kode fra brevet", invited.code), ("Dag", "4"), ("Måned", "3")):
        reach(field, "textbox")
        page.keyboard.type(text)
    reach("År", "textbox")
    page.keyboard.type("1961")
    press("Enter")
    heading(page, "Mine tider")

    reach("Se tiden, flyt eller meld afbud", "link")
    press("Enter")
    reach("Find en anden tid", "link")
    press("Enter")
    heading(page, "Find en anden tid")
    first = page.get_by_role("radio").first
    for _step in range(80):
        if first.evaluate("one => one === document.activeElement"):
            break
        press("Tab")
    expect(first).to_be_focused()
    press("Space")
    press("ArrowDown")
    expect(page.get_by_role("radio").nth(1)).to_be_checked()
    reach("Vælg tiden")
    press("Enter")
    heading(page, "Bekræft den nye tid")
    late = page.get_by_role("checkbox", name="Jeg ønsker selv den senere tid")
    if late.count():
        reach("Jeg ønsker selv den senere tid", "checkbox")
        press("Space")
    reach("Bekræft tiden")
    press("Enter")
    heading(page, "Din tid er flyttet")
