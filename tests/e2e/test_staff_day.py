"""The staff's day in a browser: a clinician by keyboard, a secretary by mouse; axe everywhere."""

import re
from dataclasses import dataclass
from datetime import time, timedelta
from io import BytesIO

import pytest
from playwright.sync_api import Browser, Page, ViewportSize, expect
from pypdf import PdfReader

from booking.appointments.invitations import service as invitations
from booking.appointments.invitations.service import Order
from booking.appointments.models import Allocation, Appointment
from booking.people.models import Staff
from booking.platform.database import Session
from booking.platform.identity import Role
from booking.platform.localtime import local_date
from tests import factories as make
from tests.e2e.axe import axe, sound_at_both_widths
from tests.e2e.conftest import DESKTOP, PHONE, Live
from tests.integration.appointments.conftest import Place, place

__all__ = ["place"]

pytestmark = pytest.mark.browser


@dataclass
class Office:
    """The clinic, the doctor's own account, and someone who is here now."""

    place: Place
    doctor_account: Staff
    here: Appointment
    provisional: Appointment

    @property
    def at(self) -> str:
        """The beginning of the clinic's addresses."""
        return f"/klinik/{self.place.clinic.id}"


@pytest.fixture
def office(session: Session, place: Place) -> Office:
    """Open round the clock, so that there is work whenever the test runs."""
    for resource in (place.doctor, *place.rooms):
        make.open_weekdays(session, resource, place.site, time(0), time(7, 55), range(5, 7))
    place.doctor.name, place.patient.given_name = "Dorte Doktor", "Karen"
    place.control.name, place.control.forms = "Kontrol", "in_person,video"
    account = make.staff(session, place.clinic, Role.CLINICIAN, name=place.doctor.name)
    place.doctor.staff_id = account.id
    now = session.now().replace(second=0, microsecond=0)
    here = make.add(
        session,
        Appointment(
            clinic=place.clinic,
            site=place.site,
            patient=place.patient,
            course=place.course,
            visit_type=place.control,
            clinician=place.doctor,
            form="in_person",
            starts_at=now,
            ends_at=now + timedelta(minutes=30),
            participant="accepted",
            booked_at=now,
        ),
    )
    for resource in (place.doctor, place.rooms[0]):
        make.add(
            session,
            Allocation(
                appointment_id=here.id,
                resource_id=resource.id,
                role="clinician",
                starts_at=here.starts_at,
                ends_at=here.ends_at,
            ),
        )
    today = local_date(now, place.clinic.zone)
    window = (today + timedelta(weeks=2), today + timedelta(weeks=4))
    invitation = invitations.order(
        session, place.secretary, place.course, Order(place.control, "in_person", *window)
    )
    provisional = invitations.live_appointment(session, invitation)
    assert provisional is not None
    session.commit()
    return Office(place, account, here, provisional)


def sign_in(browser: Browser, live: Live, staff: Staff, viewport: ViewportSize) -> Page:
    """A page of someone who has signed in and landed on their clinic's day."""
    page = browser.new_context(viewport=viewport).new_page()
    page.goto(f"{live.url}/klinik/log-ind")
    page.get_by_label("Brugernavn").fill(staff.username)
    page.get_by_label("Adgangskode").fill(make.PASSWORD)
    page.get_by_role("button", name="Log ind").click()
    page.wait_for_url("**/dag")
    return page


class Keys:
    """Presses keys and counts them."""

    def __init__(self, page: Page) -> None:
        """None pressed yet."""
        self.page, self.pressed = page, 0

    def press(self, *keys: str) -> None:
        """Press these, one after the other."""
        for key in keys:
            self.page.keyboard.press(key)
            self.pressed += 1

    def tab_to(self, text: str) -> None:
        """Tab until what has the focus says this; at most twenty times."""
        for _attempt in range(20):
            self.press("Tab")
            if text in self.page.evaluate("document.activeElement.textContent"):
                return
        raise AssertionError(f"{text} is not within twenty tabs")


def test_a_clinician_calls_in_finishes_and_orders_the_next_by_keyboard(
    browser: Browser, live: Live, office: Office
) -> None:
    page = sign_in(browser, live, office.doctor_account, DESKTOP)
    expect(page.get_by_text("Tider hos Dorte Doktor")).to_be_visible()
    axe(page)
    row = page.locator(f"#a{office.here.id}")
    row.get_by_role("button", name=re.compile("^Kald ind")).click()
    expect(row.get_by_text("Kaldt ind")).to_be_visible()
    row.get_by_role("button", name=re.compile("^Færdig")).click()
    expect(row.get_by_text("Gennemført")).to_be_visible()
    expect(row).to_be_focused()

    keys = Keys(page)
    keys.tab_to("Bestil næste")
    keys.press("Enter")
    expect(page.get_by_role("radio", name="10–14 uger")).to_be_focused()
    axe(page)
    keys.press("Enter")
    expect(page.get_by_text(re.compile("^Bestilt. Tiden bliver reserveret"))).to_be_visible()
    assert keys.pressed <= 6, keys.pressed
    axe(page)

    page.goto(f"{live.url}{office.at}/patienter/{office.place.patient.id}/naeste")
    keys = Keys(page)
    keys.press("ArrowUp", "Tab", "Tab", "Tab", "Tab", "v", "Tab", "Tab")  # 4–6 weeks, video
    keys.press("Enter")
    expect(page.get_by_text(re.compile("^Bestilt. Reserveret"))).to_be_visible()
    expect(page.get_by_text("Video", exact=True)).to_be_visible()
    assert keys.pressed == 9
    page.context.close()


def test_what_is_done_less_often_is_one_line_and_opens_by_keyboard_without_scripts(
    browser: Browser, live: Live, office: Office
) -> None:
    context = browser.new_context(viewport=DESKTOP, java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{live.url}/klinik/log-ind")
    page.get_by_label("Brugernavn").fill(office.place.staff.username)
    page.get_by_label("Adgangskode").fill(make.PASSWORD)
    page.get_by_role("button", name="Log ind").click()
    row = page.locator(f"#a{office.here.id}")
    expect(row.get_by_role("button", name=re.compile("^Ankommet"))).to_be_visible()
    expect(row.get_by_role("button", name=re.compile("^Kald ind"))).to_be_hidden()
    expect(row.get_by_role("link", name=re.compile("^Bestil næste"))).to_be_hidden()
    actions = row.locator("form")
    tall = actions.bounding_box()
    assert tall is not None
    assert tall["height"] < 45
    row.locator("summary").focus()
    page.keyboard.press("Enter")
    expect(row.get_by_role("link", name=re.compile("^Bestil næste"))).to_be_visible()
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(row.get_by_text("Kaldt ind")).to_be_visible()
    context.close()


def test_a_secretary_books_a_caller_moves_and_cancels(
    browser: Browser, live: Live, office: Office
) -> None:
    page = sign_in(browser, live, office.place.staff, DESKTOP)
    page.goto(f"{live.url}{office.at}/patienter/{office.place.patient.id}")
    axe(page)
    page.get_by_role("link", name="Åbn forløb").click()
    axe(page)
    page.get_by_label("Hvad handler forløbet om?").fill("Ny gigt")
    page.get_by_role("button", name="Åbn forløb").click()
    expect(page.get_by_text("Forløbet er åbnet.")).to_be_visible()
    page.get_by_role("link", name="Book en tid").click()
    axe(page)
    page.get_by_label("Kontakttype").select_option("Kontrol")
    page.get_by_role("button", name="Se ledige tider").click()
    axe(page)
    page.locator("input[name=start]").nth(2).check()
    page.get_by_role("button", name="Book den valgte tid").click()
    expect(page.get_by_text("Tiden er booket. Sig til patienten:")).to_be_visible()
    axe(page)
    page.get_by_role("link", name="Flyt til…").click()
    axe(page)
    page.get_by_role("link", name="Næste uge").click()
    page.locator("input[name=start]").nth(6).check()
    page.get_by_role("button", name="Flyt til den valgte tid").click()
    expect(page.get_by_text("Tiden er flyttet.")).to_be_visible()
    page.get_by_role("link", name="Aflys").click()
    axe(page)
    page.get_by_role("button", name="Aflys tiden").click()
    expect(page.get_by_role("link", name="Vælg en grund.")).to_be_visible()
    axe(page)
    page.get_by_label("Hvorfor?").select_option("Syg")
    page.get_by_label("Nej").check()
    page.get_by_role("button", name="Aflys tiden").click()
    expect(page.get_by_text("Tiden er aflyst. Patienten får ingen ny tid.")).to_be_visible()
    page.context.close()


def test_a_secretary_prints_a_letter_whose_code_lets_the_patient_in(
    browser: Browser, live: Live, office: Office
) -> None:
    page = sign_in(browser, live, office.place.staff, DESKTOP)
    page.goto(f"{live.url}{office.at}/invitationer/{office.provisional.invitation_id}")
    axe(page)
    form = page.locator("form[action$='brev.pdf']")
    answer = page.request.post(
        live.url + (form.get_attribute("action") or ""),
        form={"csrf_token": form.locator("[name=csrf_token]").get_attribute("value") or ""},
        headers={"Referer": live.url},
    )
    assert answer.headers["content-type"] == "application/pdf"
    text = " ".join(one.extract_text() for one in PdfReader(BytesIO(answer.body())).pages)
    code = re.search(r"[2-9A-Z]{5}-[2-9A-Z]{5}", text)
    assert code is not None
    patient = browser.new_context(viewport=PHONE).new_page()
    patient.goto(live.url)
    patient.locator("[name=code]").fill(code[0])
    for part, value in (("day", "4"), ("month", "3"), ("year", "1961")):
        patient.locator(f"[name=born_{part}]").fill(value)
    patient.locator("main form button[type=submit]").first.click()
    expect(patient).to_have_url(f"{live.url}/mine-tider")
    patient.context.close()
    page.context.close()


@pytest.mark.one_database
def test_every_page_is_accessible_at_both_widths_and_never_scrolls_sideways(
    browser: Browser, live: Live, office: Office, session: Session
) -> None:
    school = make.visit_type(
        session, office.place.clinic, name="Gigtskole", group_capacity=4, rooms=office.place.rooms
    )
    session.commit()
    page = sign_in(browser, live, office.place.staff, DESKTOP)
    person = f"{office.at}/patienter/{office.place.patient.id}"
    for path in (
        f"{office.at}/dag",
        f"{office.at}/dag?hos={office.place.other_doctor.id}",
        f"{office.at}/dag?hos=alle&dato=2030-12-25",
        f"{person}/forlob",
        f"{office.at}/tider/{office.here.id}",
        f"{office.at}/tider/{office.provisional.id}/flyt",
        f"{office.at}/tider/{office.provisional.id}/afbud",
        f"{office.at}/invitationer/{office.provisional.invitation_id}",
        f"{person}/book",
        f"{person}/naeste",
        f"{office.at}/hold",
        f"{office.at}/hold/ny/{school.id}",
    ):
        page.goto(live.url + path)
        sound_at_both_widths(page)
    page.locator("input[name=start]").last.check()
    page.get_by_role("button", name="Opret holdet").click()
    expect(page.get_by_text("Ingen deltagere endnu")).to_be_visible()
    sound_at_both_widths(page)
    page.context.close()
