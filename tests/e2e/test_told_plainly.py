"""What patients and staff are told in a browser, at both widths: a time too short, what became of
a hold, the log, and a booking code that is shown once.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta

import pytest
from playwright.sync_api import Browser, Page, ViewportSize, expect

from booking.appointments import holds, occasions
from booking.appointments.invitations import service as invitations
from booking.appointments.invitations.service import Order
from booking.appointments.search import Slot
from booking.people import codes
from booking.people.models import StaffRole
from booking.platform.database import Session
from booking.platform.identity import Role
from booking.platform.localtime import local_date
from tests import factories as make
from tests.e2e.axe import sound_at_both_widths
from tests.e2e.conftest import Live
from tests.integration.appointments.conftest import Place, place

__all__ = ["place"]

pytestmark = pytest.mark.browser

Enter = Callable[[], Page]


@dataclass(frozen=True)
class Hemmed:
    """A patient's provisional time that cannot grow, a code of theirs, and the clinic."""

    place: Place
    appointment_id: int
    code: str

    @property
    def patients(self) -> str:
        """The patient's page for staff."""
        return f"/klinik/{self.place.clinic.id}/patienter/{self.place.patient.id}"


@pytest.fixture
def hemmed(session: Session, place: Place) -> Hemmed:
    """A time three weeks from now, with another's right after it."""
    place.staff.roles.append(StaffRole(clinic_id=place.clinic.id, role=Role.LEADER))
    today = local_date(session.now(), place.clinic.zone)
    first = today + timedelta(21 - today.weekday())
    window = (first, first + timedelta(11))
    order = Order(place.control, "in_person", *window)
    invitation = invitations.order(session, place.secretary, place.course, order)
    appointment = invitations.live_appointment(session, invitation)
    assert appointment is not None
    rival = make.patient(session, place.clinic)
    course = make.course(session, place.clinic, rival)
    theirs = make.invitation(session, course, place.control, *window)
    occasion = occasions.for_invitation(session, make.as_patient(rival), theirs)
    after = appointment.ends_at
    slot = Slot(after, after + timedelta(minutes=30), place.doctor.id, place.site.id)
    holds.place(session, occasion, slot)
    code = codes.issue(session, place.patient.id)
    session.commit()
    return Hemmed(place, appointment.id, code)


@pytest.fixture
def browsers(browser: Browser, live: Live, screen: ViewportSize) -> Iterator[Callable[[], Page]]:
    """Opens a browser of its own each time, at one width."""
    contexts = []

    def opened() -> Page:
        contexts.append(browser.new_context(viewport=screen, base_url=live.url, locale="da-DK"))
        return contexts[-1].new_page()

    yield opened
    for context in contexts:
        context.close()


def as_patient(page: Page, code: str, year: str = "1961") -> Page:
    page.goto("/")
    page.get_by_label("Kode fra brevet").fill(code)
    page.get_by_label("Dag", exact=True).fill("4")
    page.get_by_label("Måned").fill("3")
    page.get_by_label("År").fill(year)
    page.get_by_role("button", name="Fortsæt").click()
    return page


def as_secretary(page: Page, place: Place) -> Page:
    page.goto("/klinik/log-ind")
    page.get_by_label("Brugernavn").fill(place.staff.username)
    page.get_by_label("Adgangskode").fill(make.PASSWORD)
    page.get_by_role("button", name="Log ind").click()
    page.wait_for_url("**/dag")
    return page


def heading(page: Page, text: str) -> None:
    expect(page.get_by_role("heading", level=1)).to_have_text(text)


def test_a_time_too_short_is_told_to_the_secretary_and_to_the_patient(
    browsers: Enter, hemmed: Hemmed
) -> None:
    desk = as_secretary(browsers(), hemmed.place)
    desk.goto(f"{hemmed.patients}/behov")
    desk.get_by_text("Tolk", exact=True).click()
    desk.get_by_role("button", name="Gem").click()
    expect(desk.get_by_text("1 kommende tid er for kort til patientens behov")).to_be_visible()
    sound_at_both_widths(desk)
    desk.get_by_role("link", name="Find en længere tid").click()
    expect(desk.get_by_text("= 45 min").first).to_be_visible()

    page = as_patient(browsers(), hemmed.code)
    told = page.get_by_role("heading", name="Din tid er kortere, end du har brug for")
    expect(told).to_be_visible()
    sound_at_both_widths(page)
    page.get_by_role("button", name="Behold tiden").click()
    heading(page, "Din tid er bekræftet")
    expect(told).to_be_visible()
    sound_at_both_widths(page)
    page.goto(f"/behov/{hemmed.place.patient.id}")
    expect(told).to_be_visible()
    sound_at_both_widths(page)
    page.goto(f"/tid/{hemmed.appointment_id}")
    expect(told).to_be_visible()
    sound_at_both_widths(page)
    page.goto(f"/sprog/en?til=/tid/{hemmed.appointment_id}")
    expect(page.get_by_role("heading", name="Your appointment is shorter")).to_be_visible()
    page.goto("/sprog/da?til=/mine-tider")
    page.get_by_role("link", name="Find en tid, der er lang nok").click()
    page.get_by_role("radio").last.check()
    page.get_by_role("button", name="Vælg tiden").click()
    page.get_by_role("button", name="Bekræft tiden").click()
    heading(page, "Din tid er flyttet")
    expect(told).to_have_count(0)


def test_a_hold_confirmed_in_one_browser_tells_the_other_what_the_patient_has_now(
    browsers: Enter, hemmed: Hemmed
) -> None:
    one, other = as_patient(browsers(), hemmed.code), as_patient(browsers(), hemmed.code)
    one.goto(f"/tid/{hemmed.appointment_id}/flyt")
    one.get_by_role("radio").last.check()
    one.get_by_role("button", name="Vælg tiden").click()
    other.goto(one.url)
    heading(other, "Bekræft den nye tid")
    one.get_by_role("button", name="Bekræft tiden").click()
    heading(one, "Din tid er flyttet")
    other.reload()
    heading(other, "Tiden holdes ikke længere")
    expect(other.get_by_text("Du har nu en tid")).to_be_visible()
    sound_at_both_widths(other)
    other.get_by_role("link", name="Se tiden").click()
    assert other.url == one.url.removesuffix("/kvittering")


def test_a_year_in_two_digits_is_asked_for_again(browsers: Enter, hemmed: Hemmed) -> None:
    page = as_patient(browsers(), hemmed.code, "61")
    expect(page.get_by_role("alert")).to_contain_text("Skriv årstallet med fire cifre")
    sound_at_both_widths(page)
    page.get_by_label("År").fill("1961")
    page.get_by_role("button", name="Fortsæt").click()
    heading(page, "Mine tider")


def test_the_logs_and_a_code_that_is_shown_once(browsers: Enter, hemmed: Hemmed) -> None:
    desk = as_secretary(browsers(), hemmed.place)
    for _visit in range(2):
        desk.goto(hemmed.patients)
        desk.goto(f"{hemmed.patients}/behov")
    desk.goto(hemmed.patients)
    desk.get_by_role("button", name="Ny bookingkode").click()
    heading(desk, f"Ny bookingkode til {hemmed.place.patient.name}")
    code = desk.locator(".booking-code").inner_text()
    sound_at_both_widths(desk)
    desk.reload()
    expect(desk.get_by_text("En kode vises kun én gang.")).to_be_visible()
    assert code not in desk.content()
    assert code not in desk.url
    sound_at_both_widths(desk)
    for path in ("/klinik/mine-opslag", f"{hemmed.patients}/log"):
        desk.goto(path)
        expect(desk.get_by_text("Så oplysninger, ").first).to_be_visible()
        expect(desk.get_by_text("Lavede en bookingkode")).to_have_count(1)
        sound_at_both_widths(desk)
    page = as_patient(browsers(), code)
    heading(page, "Mine tider")
    page.goto("/hvem-har-set")
    expect(page.get_by_text("Så oplysninger, ").first).to_be_visible()
    sound_at_both_widths(page)
