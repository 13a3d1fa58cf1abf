"""The day grid in a browser: worked without a mouse, by pointer, and live to what others do."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from playwright.sync_api import Browser, Page, expect

from booking.appointments import occasions, service
from booking.appointments.models import Appointment
from booking.appointments.search import Slot
from booking.people.models import PatientNeed
from booking.platform.database import Session
from booking.platform.localtime import local_date
from tests import factories as make
from tests.e2e.axe import axe, sound_at_both_widths
from tests.e2e.conftest import DESKTOP, Live
from tests.integration.appointments.conftest import Place, place

__all__ = ["place"]

pytestmark = pytest.mark.browser


@dataclass
class Office:
    """A clinic's Monday to come: two doctors, and three patients with the first at 8, 9 and 11.

    By numbers: nobody else could write while the session had something to look up.
    """

    place: Place
    session: Session
    clinic_id: int
    zone: ZoneInfo
    day: date
    times: list[int]

    def at(self, hour: int, minute: int = 0) -> datetime:
        """An instant of the day, by the clinic's clock."""
        day = self.day + timedelta(days=hour // 24)
        local = datetime(day.year, day.month, day.day, hour % 24, minute)
        return local.replace(tzinfo=self.zone).astimezone(UTC)

    def start(self, number: int) -> datetime:
        """When an appointment stands now, by the database."""
        self.session.expire_all()
        start = self.session.get_one(Appointment, number).starts_at
        self.session.commit()
        return start

    def cancel(self, number: int) -> None:
        """Someone else cancels an appointment."""
        appointment = self.session.get_one(Appointment, number)
        self.session.refresh(appointment)
        service.cancel(
            self.session, self.place.secretary, appointment, "ill", "phone", wants_new=False
        )
        self.session.commit()


@pytest.fixture
def office(session: Session, place: Place) -> Office:
    place.doctor.name, place.other_doctor.name = "Anna Holm", "Bo Kjær"
    place.control.name = "Kontrol"
    today = local_date(session.now(), place.clinic.zone)
    monday = today + timedelta(days=14 - today.weekday())
    made = Office(place, session, place.clinic.id, place.clinic.zone, monday, [])
    for name, hour in (("Karen", 8), ("Inger", 9), ("Poul", 11)):
        patient = make.patient(session, place.clinic, given_name=name, family_name="Prøve")
        course = make.course(session, place.clinic, patient, responsible=place.doctor)
        occasion = occasions.free(session, place.secretary, course, place.control)
        start = made.at(hour)
        slot = Slot(start, start, place.doctor.id, place.site.id)
        made.times.append(service.book(session, place.secretary, occasion, slot, "phone").id)
        if name == "Karen":
            deaf = PatientNeed(
                patient_id=patient.id, need="hearing", told_by="staff", since=session.now()
            )
            make.add(session, deaf)
    session.commit()
    return made


@pytest.fixture
def page(browser: Browser, live: Live, office: Office) -> Iterator[Page]:
    """A secretary at the grid of the day."""
    one = browser.new_context(viewport=DESKTOP, locale="da-DK").new_page()
    one.goto(f"{live.url}/klinik/log-ind")
    one.locator("[name=username]").fill(office.place.staff.username)
    one.locator("[name=password]").fill(make.PASSWORD)
    one.locator("main form button[type=submit]").first.click()
    one.wait_for_url("**/dag")
    one.goto(f"{live.url}/klinik/{office.clinic_id}/kalender?dato={office.day.isoformat()}")
    yield one
    one.context.close()


def press(page: Page, *keys: str) -> None:
    for key in keys:
        page.keyboard.press(key)


def look_again(page: Page) -> None:
    """What a page does that comes into sight again: it asks at once, not in three seconds."""
    page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")


def test_a_day_is_worked_without_a_mouse(page: Page, office: Office, live: Live) -> None:
    grid = page.get_by_role("grid")
    karen, inger, _poul = office.times
    said = page.locator("[data-grid-said]")
    expect(
        grid.get_by_role(
            "gridcell",
            name="8.00–8.30 Karen Prøve Kontrol, Fremmøde, Bekræftet, Nedsat hørelse",
            exact=True,
        )
    ).to_be_visible()
    for role, name in (("columnheader", "Anna Holm"), ("rowheader", "8.15")):
        expect(grid.get_by_role(role, name=name, exact=True)).to_have_count(1)  # type: ignore[arg-type]
    sound_at_both_widths(page)

    # One cell is reached by Tab, the rest by arrows.
    grid.locator("td[tabindex='0']").focus()
    expect(page.locator(f"#a{karen}")).to_be_focused()
    press(page, "ArrowDown", "ArrowDown", "ArrowDown")
    expect(page.locator(f"#a{inger}")).to_be_focused()
    press(page, "ArrowRight")
    expect(page.locator("td:focus")).to_have_text("ledig")
    press(page, "ArrowLeft", "Control+Home")
    expect(page.locator(f"#a{karen}")).to_be_focused()

    # Moved to where another stands: nothing fits there, and all of it is said.
    press(page, "m")
    expect(said).to_contain_text("Du flytter Karen Prøve.")
    press(page, *["ArrowDown"] * 4)
    expect(said).to_contain_text("9.00 hos Anna Holm: passer ikke. 9.00–9.30 Inger Prøve.")
    press(page, "Enter")
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text("Stopper: Anna Holm har en anden tid kl. 9.00–9.30.")
    axe(page)
    press(page, "Escape")
    expect(dialog).to_have_count(0)
    expect(page.locator(f"#a{karen}")).to_be_focused()
    assert office.start(karen) == office.at(8)

    # Put back, then moved to the other doctor, and undone.
    press(page, "m", "ArrowDown", "Escape")
    expect(said).to_contain_text("Tiden blev, hvor den var.")
    press(page, "m", "ArrowRight", *["ArrowDown"] * 8)
    expect(said).to_contain_text("10.00 hos Bo Kjær: passer.")
    press(page, "Enter")
    expect(said).to_contain_text("Karen Prøve er flyttet til")
    expect(page.locator(f"#a{karen}")).to_be_focused()
    expect(page.locator(f"#a{karen}")).to_contain_text("10.00–10.30")
    assert office.start(karen) == office.at(10)
    axe(page)
    press(page, "u")
    expect(said).to_contain_text("Fortrudt: Karen Prøve har igen tiden")
    assert office.start(karen) == office.at(8)

    # A free cell is booked, an appointment opened.
    press(page, "ArrowRight", "Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Book kl. 8.00 hos Bo Kjær")
    page.get_by_label("Navn, CPR-nummer, telefonnummer eller fødselsdato").last.fill("Poul")
    press(page, "Enter")
    page.get_by_role("link", name=re.compile("Poul Prøve")).last.focus()
    press(page, "Enter")
    page.get_by_role("button", name="Book tiden").focus()
    axe(page)
    press(page, "Enter")
    expect(page.locator("td:focus")).to_contain_text("8.00–8.30 Poul Prøve")
    press(page, "Enter")
    page.wait_for_url(re.compile(r"/tider/\d+$"))


def test_a_drag_is_the_same_move_and_the_week_the_same_grid(page: Page, office: Office) -> None:
    karen = office.times[0]
    cell = page.locator(f"#a{karen}")
    place = page.locator("tr[data-kl='13:00'] td").nth(1)
    place.scroll_into_view_if_needed()
    start, end = cell.bounding_box(), place.bounding_box()
    assert start
    assert end
    page.mouse.move(start["x"] + 20, start["y"] + 6)
    page.mouse.down()
    page.mouse.move(start["x"] + 30, start["y"] + 20)
    page.mouse.move(end["x"] + 30, end["y"] + 6, steps=4)
    page.mouse.up()
    expect(page.locator("[data-grid-said]")).to_contain_text("er flyttet til")
    expect(cell).to_contain_text("13.00–13.30")
    assert office.start(karen) == office.at(13)

    # The week of whose column one stands in: the same grid, its days across.
    expect(cell).to_be_focused()
    press(page, "v")
    grid = page.get_by_role("grid", name=re.compile(r"^Uge \d+, Bo Kjær$"))
    expect(grid.get_by_role("columnheader")).to_have_count(1 + 5)
    expect(grid.get_by_role("gridcell", name=re.compile("^13.00–13.30 Karen"))).to_be_visible()
    sound_at_both_widths(page)
    said = page.locator("[data-grid-said]")
    cell.click(position={"x": 60, "y": 30})
    expect(cell).to_be_focused()
    press(page, "m", "ArrowRight", "Shift+ArrowDown")
    expect(said).to_contain_text(
        re.compile(r"^tirs\. .* kl\. 13\.05: passer ikke\. .* hvert 15\. minut\.$")
    )
    press(page, "ArrowUp")
    expect(said).to_contain_text(re.compile(r"^tirs\. .* kl\. 13\.00: passer\."))
    press(page, "Enter")
    expect(said).to_contain_text("Karen Prøve er flyttet til tirsdag")
    expect(cell).to_be_focused()
    assert office.start(karen) == office.at(24 + 13)
    press(page, "u")
    expect(said).to_contain_text("Fortrudt: Karen Prøve har igen tiden mandag")
    press(page, "v")
    expect(page.get_by_role("grid")).to_have_accessible_name(re.compile("^Mandag"))


def test_anothers_change_appears_and_nothing_is_lost(page: Page, office: Office) -> None:
    karen, inger, poul = office.times
    page.locator(f"#a{inger}").click(position={"x": 60, "y": 20})
    expect(page.locator(f"#a{inger}")).to_be_focused()
    office.cancel(poul)
    expect(page.locator(f"#a{poul}")).to_have_count(0)
    expect(page.locator("[data-grid-said]")).to_contain_text("Kalenderen er opdateret.")
    expect(page.locator(f"#a{inger}")).to_be_focused()

    # A move that has begun goes on through it, until the appointment itself is another's.
    press(page, "m", "ArrowDown")
    ghost = page.locator(".grid-ghost")
    expect(ghost).to_contain_text("9.15 Inger Prøve")
    office.cancel(karen)
    expect(page.locator(f"#a{karen}")).to_have_count(0)
    expect(ghost).to_contain_text("9.15 Inger Prøve")
    office.cancel(inger)
    look_again(page)
    expect(ghost).to_have_count(0)
    expect(page.locator("[data-grid-said]")).to_contain_text("ændret af en anden imens")

    page.context.set_offline(True)
    look_again(page)
    gone = page.locator("[data-grid-away]")
    expect(gone).to_be_visible()
    page.context.set_offline(False)
    look_again(page)
    expect(gone).to_be_hidden()
