"""A time given up is taken by someone who waits: wished for in one press, answered by a plain form;
the clinic sees what became of it. Every page by axe.
"""

from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import Browser, expect
from sqlalchemy import select

from booking.appointments import service as appointments
from booking.appointments.models import Appointment
from booking.appointments.occasions import for_invitation
from booking.appointments.search import Slot, find
from booking.people import codes
from booking.people.models import Patient
from booking.platform.database import Session
from booking.platform.identity import SYSTEM
from booking.platform.localtime import local_date
from booking.waitlist.models import FreedTime, Offer, WaitlistEntry
from tests import factories as make
from tests.e2e.axe import sound_at_both_widths
from tests.e2e.conftest import DESKTOP, PHONE, Live
from tests.e2e.test_follow_up import staff_in
from tests.integration.appointments.conftest import Place, place

__all__ = ["place"]

pytestmark = pytest.mark.browser


def booked(session: Session, place: Place, patient: Patient, weeks: int) -> Appointment:
    """The first free time so many weeks from now."""
    day = local_date(datetime.now(UTC), place.clinic.zone) + timedelta(weeks=weeks)
    course = make.course(session, place.clinic, patient, responsible=place.doctor)
    asked = make.invitation(
        session, course, place.control, day - timedelta(60), day + timedelta(30)
    )
    occasion = for_invitation(session, place.secretary, asked)
    slot: Slot = min(find(session, occasion.wish(day, day + timedelta(6))).slots())
    return appointments.book(session, SYSTEM, occasion, slot, "system")


def offered(session: Session, entry: WaitlistEntry, given_up: Appointment) -> Offer:
    """It is cancelled and put to the one who waits, as by day: the clock here may say night."""
    appointments.cancel(session, SYSTEM, given_up, "clinic", wants_new=False)
    freed = session.scalars(select(FreedTime)).one()
    freed.round = 1
    offer = Offer(
        freed_time_id=freed.id,
        entry_id=entry.id,
        patient_id=entry.patient_id,
        starts_at=freed.starts_at,
        ends_at=freed.ends_at,
        clinician_id=freed.clinician_id,
        site_id=freed.site_id,
        form="in_person",
        round=1,
        rank=1,
        made_at=session.now(),
        expires_at=session.now() + timedelta(hours=24),
    )
    session.add(offer)
    session.commit()
    return offer


def test_from_a_wish_to_an_earlier_time(
    browser: Browser, live: Live, session: Session, place: Place
) -> None:
    given_up = booked(session, place, make.patient(session, place.clinic), 2)
    mine = booked(session, place, place.patient, 4)
    earlier = given_up.starts_at
    code, born = codes.issue(session, place.patient.id), place.patient.birth_date
    assert born is not None
    session.commit()
    # Scripts are only for axe: the patient's pages post plain forms.
    page = browser.new_context(viewport=PHONE, locale="da-DK", bypass_csp=True).new_page()
    page.goto(live.url)
    page.locator("[name=code]").fill(code)
    for part, value in (("day", born.day), ("month", born.month), ("year", born.year)):
        page.locator(f"[name=born_{part}]").fill(str(value))
    page.locator("main form button[type=submit]").first.click()
    page.goto(f"{live.url}/tid/{mine.id}")
    page.get_by_role("link", name="Giv mig besked om en tidligere tid").click()
    sound_at_both_widths(page)
    page.get_by_role("button", name="Giv mig besked").click()
    expect(page.get_by_role("heading", name="Du får besked om tidligere tider")).to_be_visible()

    offer = offered(session, session.scalars(select(WaitlistEntry)).one(), given_up)
    desk = browser.new_context(viewport=DESKTOP, locale="da-DK", bypass_csp=True).new_page()
    staff_in(desk, live, place.staff)
    desk.get_by_role("link", name="Venteliste").click()
    expect(desk.get_by_role("heading", name="Tilbud undervejs (1)")).to_be_visible()
    sound_at_both_widths(desk)

    page.goto(f"{live.url}/mine-tider")
    page.get_by_role("link", name="Se tiden, og svar").click()
    sound_at_both_widths(page)
    page.get_by_role("button", name="Ja, jeg tager tiden").click()
    expect(page.get_by_role("heading", name="Din tid er flyttet")).to_be_visible()

    desk.goto(f"{live.url}/klinik/{place.clinic.id}/venteliste/ledig/{offer.freed_time_id}")
    expect(desk.get_by_text("Taget af en fra ventelisten")).to_be_visible()
    sound_at_both_widths(desk)
    session.expire_all()
    assert mine.starts_at == earlier
