"""The leader's page in a browser: limits tried by keyboard, then saved; axe and widths."""

from datetime import time, timedelta

import pytest
from playwright.sync_api import Browser, expect

from booking.appointments.models import Allocation, Appointment
from booking.overbooking.models import MissingModel
from booking.people.models import Staff
from booking.platform.database import Session
from booking.platform.identity import Role
from booking.platform.localtime import day_start, local_date
from tests import factories as make
from tests.e2e.axe import sound_at_both_widths
from tests.e2e.conftest import PHONE, Live
from tests.e2e.test_follow_up import staff_in

pytestmark = pytest.mark.browser


@pytest.fixture
def leader(session: Session) -> Staff:
    """The leader of a clinic with a full morning some days ago, and a tenth who miss."""
    clinic = make.clinic(session)
    site = make.site(session, clinic)
    doctor = make.clinician(session, clinic, name="Anna Dahl")
    make.open_weekdays(session, doctor, site, time(8), time(12), days=range(7))
    visit_type = make.visit_type(session, clinic, name="Kontrol", base_minutes=20)
    day = local_date(session.now(), clinic.zone) - timedelta(days=7)
    for number in range(12):
        start = day_start(day, clinic.zone) + timedelta(minutes=8 * 60 + 20 * number)
        patient = make.patient(session, clinic)
        end = start + timedelta(minutes=20)
        made = make.add(
            session,
            Appointment(
                clinic_id=clinic.id, site_id=site.id, patient_id=patient.id,
                course_id=make.course(session, clinic, patient, responsible=doctor).id,
                visit_type_id=visit_type.id, clinician_id=doctor.id, form="in_person",
                starts_at=start, ends_at=end, status="fulfilled", participant="accepted",
                booked_at=start - timedelta(days=30),
            ),
        )  # fmt: skip
        make.add(
            session,
            Allocation(
                resource_id=doctor.id, starts_at=start, ends_at=end, appointment_id=made.id,
                active=False,
            ),
        )  # fmt: skip
    make.add(
        session,
        MissingModel(
            clinic_id=clinic.id, number=1, trained_at=session.now(), trained_by="Rettid",
            visits=4_000, missed=480, rate=0.12, caution=0.9, passes=False,
        ),
    )  # fmt: skip
    leader = make.staff(session, clinic, Role.LEADER)
    session.commit()
    return leader


def test_limits_are_tried_saved_turned_on_and_stopped(
    browser: Browser, live: Live, leader: Staff
) -> None:
    page = browser.new_context(viewport=PHONE, locale="da-DK", bypass_csp=True).new_page()
    staff_in(page, live, leader)
    page.goto(f"{live.url}/klinik/{leader.roles[0].clinic_id}/overbooking/graenser")
    said = page.locator("#sidste-maaned")
    expect(said).to_contain_text("Af 1 session kunne 1 have taget en ekstra.")
    sound_at_both_widths(page)

    late = page.get_by_label("Risiko for over 15 minutters overarbejde, i procent")
    late.fill("hundrede")
    late.press("Enter")
    expect(page.get_by_role("alert")).to_be_focused()
    sound_at_both_widths(page)
    late.fill("9,5")
    page.get_by_role("button", name="Vis uden at gemme").press("Enter")
    expect(said).to_contain_text("1 ikke på grund af risikoen for over 15 minutters overarbejde")
    expect(page.get_by_role("img", name="De sidste fire ugers sessioner")).to_be_visible()
    expect(late).to_have_value("9,5")
    sound_at_both_widths(page)
    page.get_by_role("button", name="Gem grænserne").press("Enter")
    expect(page.get_by_text("Grænserne er gemt.")).to_be_visible()
    expect(late).to_have_value("9,5")

    page.get_by_role("group", name="Anna Dahl").get_by_label("Kontrol").press("Space")
    page.get_by_role("button", name="Gem valget").press("Enter")
    expect(page.get_by_text("Slået til", exact=True)).to_be_visible()
    page.get_by_role("button", name="Stop overbooking nu").press("Enter")
    expect(page.get_by_role("button", name="Start igen")).to_be_visible()
    sound_at_both_widths(page)
    page.context.close()
