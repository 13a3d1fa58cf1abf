"""What became of the messages: the outbox, those not reached, the letters; every page by axe."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, time, timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect
from pypdf import PdfReader
from sqlalchemy import select

from booking.appointments.models import Appointment
from booking.people.models import Patient
from booking.platform.database import Session
from booking.platform.web import Rettid
from reminders.delivery.dispatch import dispatch
from reminders.policies.models import ReminderPolicyVersion
from reminders.policies.standard import STANDARD
from reminders.policies.steps import as_json
from tests import factories as make
from tests.e2e.axe import sound_at_both_widths
from tests.e2e.conftest import DESKTOP, Live
from tests.e2e.test_follow_up import staff_in
from tests.integration.appointments.conftest import place
from tests.integration.reminders.conftest import Sending, sending
from tests.integration.reminders.delivery.provider import Provider

__all__ = ["place", "sending"]

pytestmark = pytest.mark.browser


@dataclass(frozen=True)
class Office:
    """A clinic where one patient's number takes no text messages, and another gets letters."""

    sending: Sending
    unreached: Patient
    by_letter: Patient
    letters_appointment: Appointment

    @property
    def home(self) -> str:
        """The pages about messages."""
        return f"/klinik/{self.sending.place.clinic.id}/beskeder"


@pytest.fixture
def office(session: Session, rettid: Rettid, sending: Sending) -> Office:
    """Both have been booked a time in two weeks, and been sent to, whatever the clock says now."""
    _day_and_night(session, sending)
    provider = Provider(rettid.database)
    channels = dict(rettid.database.ports["channels"])
    rettid.database.ports["channels"] = channels | {
        code: provider.channel(code) for code in ("sms", "voice")
    }
    provider.troubles.append("21614")
    sending.book(_weekday(session.now(), 9))
    dispatch(rettid.database)
    place = sending.place
    other = make.patient(session, place.clinic, given_name="Birthe")
    course = make.course(session, place.clinic, other, responsible=place.doctor)
    theirs = replace(sending, place=replace(place, patient=other, course=course))
    theirs.without_phone()
    told_by_letter = theirs.book(_weekday(session.now(), 10))
    dispatch(rettid.database)
    return Office(sending, place.patient, other, told_by_letter)


def _day_and_night(session: Session, sending: Sending) -> None:
    """The clinic sends at any hour."""
    counts = session.scalars(select(ReminderPolicyVersion)).one()
    session.add(
        ReminderPolicyVersion(
            policy_id=counts.policy_id,
            number=2,
            body=as_json(replace(STANDARD, quiet_from=time(), quiet_to=time())),
            made_by="Rettid",
            made_at=session.now(),
            counts_from=session.now(),
        )
    )
    session.commit()


def _weekday(now: datetime, hour: int) -> datetime:
    """A working day in some two weeks, at an hour in UTC."""
    day = now.date() + timedelta(days=15)
    while day.weekday() > 4:
        day += timedelta(days=1)
    return datetime.combine(day, time(hour), UTC)


@contextmanager
def signed_in(browser: Browser, live: Live, office: Office, *, scripts: bool) -> Iterator[Page]:
    """The secretary's browser."""
    context = browser.new_context(
        viewport=DESKTOP,
        locale="da-DK",
        java_script_enabled=scripts,
        bypass_csp=scripts,
        accept_downloads=True,
    )
    page = context.new_page()
    staff_in(page, live, office.sending.place.staff)
    yield page
    context.close()


def test_someone_who_was_not_reached_is_called_and_the_worklist_knows(
    browser: Browser, live: Live, office: Office
) -> None:
    with signed_in(browser, live, office, scripts=False) as page:
        page.get_by_role("link", name="Arbejdsliste").click()
        about = page.get_by_role("row", name=office.unreached.name)
        about.get_by_role("link", name=office.unreached.name).click()
        row = page.get_by_role("row", name=office.unreached.name)
        expect(row.get_by_text("nummeret kan ikke få SMS")).to_be_visible()
        row.get_by_label("Hvad er gjort?").select_option(label="Har ringet til patienten")
        row.get_by_role("button", name="Færdig").click()
        expect(page.get_by_text("Opgaven er færdig.")).to_be_visible()
        page.get_by_role("link", name="Arbejdsliste").click()
        assert office.unreached.name not in page.locator("main").inner_text()


def test_a_failed_message_is_sent_another_way(browser: Browser, live: Live, office: Office) -> None:
    with signed_in(browser, live, office, scripts=False) as page:
        page.get_by_role("link", name="Beskeder", exact=True).click()
        page.get_by_role("link", name="Udbakke").click()
        page.get_by_role("link", name="Ikke nået frem (1)").click()
        row = page.get_by_role("row", name=office.unreached.name)
        row.get_by_role("link", name="Ny tid").click()
        page.get_by_role("radio", name="Opkald").check()
        page.get_by_role("button", name="Planlæg igen").click()
        expect(page.get_by_text("Beskeden er planlagt igen: opkald.")).to_be_visible()
        expect(page.get_by_text("Den sendes tidligst")).to_be_visible()


def test_a_letter_is_printed_and_posted(
    browser: Browser, live: Live, office: Office, tmp_path: Path
) -> None:
    with signed_in(browser, live, office, scripts=False) as page:
        page.goto(f"{live.url}{office.home}/breve")
        expect(page.get_by_role("row", name=office.by_letter.name)).to_be_visible()
        with page.expect_download() as download:
            page.get_by_role("button", name="Hent PDF").click()
        name = download.value.suggested_filename
        assert re.fullmatch(r"breve-\d{4}-\d\d-\d\d\.pdf", name)
        download.value.save_as(tmp_path / name)
        assert office.by_letter.name in PdfReader(tmp_path / name).pages[0].extract_text()
        # The page has stayed as it was, with the same letters chosen.
        page.get_by_role("button", name="Lagt i posten").click()
        expect(page.get_by_text("1 brev er lagt i posten.")).to_be_visible()
        expect(page.get_by_text("Ingen breve venter")).to_be_visible()


@pytest.mark.one_database
def test_every_page_is_accessible(browser: Browser, live: Live, office: Office) -> None:
    clinic = office.sending.place.clinic.id
    patient = f"/klinik/{clinic}/patienter/{office.unreached.id}/beskeder"
    failed = next(one.id for one in office.sending.messages() if one.state == "failed")
    with signed_in(browser, live, office, scripts=True) as page:
        for address in (
            f"{office.home}/udbakke",
            f"{office.home}/udbakke?tilstand=failed&kanal=email",
            f"{office.home}/udbakke/{failed}",
            f"{office.home}/ikke-naaet",
            f"{office.home}/breve",
            patient,
        ):
            page.goto(f"{live.url}{address}")
            sound_at_both_widths(page)
        page.goto(f"{live.url}{office.home}/ikke-naaet")
        page.get_by_role("button", name="Færdig").first.click()
        expect(page.get_by_role("alert")).to_be_visible()
        sound_at_both_widths(page)
        page.goto(f"{live.url}{office.home}/breve")
        with page.expect_download():
            page.get_by_role("button", name="Hent PDF").click()
        page.reload()
        sound_at_both_widths(page)
        page.get_by_role("button", name="Hent PDF igen").click()
        expect(page.get_by_role("heading", name="Print igen?")).to_be_visible()
        sound_at_both_widths(page)
        office.sending.cancel(office.letters_appointment)
        page.goto(f"{live.url}{office.home}/breve")
        expect(page.get_by_role("heading", name="Skal ikke sendes")).to_be_visible()
        sound_at_both_widths(page)
