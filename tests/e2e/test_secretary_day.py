"""A secretary's day, as it goes: someone arrives, someone rings, a time given up finds its next
patient by itself, a referral is triaged and its letter made, and a doctor goes home ill.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from io import BytesIO
from zoneinfo import ZoneInfo

import pytest
from playwright.sync_api import Browser, Page, expect
from pypdf import PdfReader
from sqlalchemy import func, select

from booking.appointments import occasions, service
from booking.appointments.models import ACTIVE, Appointment
from booking.appointments.search import Slot
from booking.people import codes
from booking.people.models import Patient
from booking.platform.database import Session
from booking.platform.localtime import local_date, to_utc
from booking.platform.web import Rettid
from booking.referrals.models import Referral
from booking.waitlist import service as waitlist
from booking.waitlist.models import Offer
from reminders.messages.models import Message
from reminders.policies import service as policies
from tests import factories as make
from tests.e2e.axe import sound_at_both_widths
from tests.e2e.conftest import DESKTOP, PHONE, Live
from tests.e2e.test_follow_up import staff_in
from tests.integration.appointments.conftest import Place, place
from tests.integration.reminders.conftest import SENDER
from tests.integration.workbench_rows import broken

__all__ = ["place"]

pytestmark = pytest.mark.browser


class Ahead:
    """The machine's clock and so much ahead: a Monday at work, whenever the test runs."""

    def __init__(self, start: datetime) -> None:
        self._ahead = start - datetime.now(UTC)

    def now(self) -> datetime:
        return datetime.now(UTC) + self._ahead


@pytest.fixture(autouse=True)
def monday(rettid: Rettid) -> Iterator[Ahead]:
    """A quarter past nine on 30 November 2026, for the pages and for the session made after it."""
    real, clock = (rettid.clock, rettid.database), Ahead(datetime(2026, 11, 30, 8, 15, tzinfo=UTC))
    rettid.clock, rettid.database = clock, rettid.database.by(clock)
    yield clock
    rettid.clock, rettid.database = real


@dataclass
class Day:
    """The clinic, and the patients of the story by given name.

    By numbers: nobody else could write while the session had something to look up.
    """

    clinic_id: int
    doctor_id: int
    zone: ZoneInfo
    patients: dict[str, int]
    times: dict[str, int]
    codes: dict[str, str]

    @property
    def at(self) -> str:
        return f"/klinik/{self.clinic_id}"


@pytest.fixture
def day(session: Session, place: Place) -> Day:
    """Anna Holm has three today and one later; Ellen waits for something earlier than hers."""
    policies.send_from(session, place.secretary, place.clinic, SENDER)
    place.doctor.name, place.other_doctor.name = "Anna Holm", "Bo Kjær"
    place.control.name, place.control.forms = "Kontrol", "in_person,video"
    today = local_date(session.now(), place.clinic.zone)
    made = Day(place.clinic.id, place.doctor.id, place.clinic.zone, {}, {}, {})
    for name, days, clock in (
        ("Karen", 0, time(10)),
        ("Poul", 0, time(11)),
        ("Grethe", 0, time(13)),
        ("Jens", 3, time(9)),
        ("Ellen", 14, time(9)),
    ):
        patient = make.patient(session, place.clinic, given_name=name, family_name="Prøve")
        patient.phone_sealed = session.vault.seal(f"+4520301{days:03}")
        made.patients[name], made.codes[name] = patient.id, codes.issue(session, patient.id)
        start = to_utc(datetime.combine(today + timedelta(days), clock), place.clinic.zone)
        made.times[name] = booked(session, place, patient, start).id
    inger = make.patient(session, place.clinic, given_name="Inger", family_name="Xenakis")
    ruth = make.patient(session, place.clinic, given_name="Ruth", family_name="Nielsen")
    made.patients.update(Inger=inger.id, Ruth=ruth.id)
    make.invitation(
        session,
        make.course(session, place.clinic, inger),
        place.control,
        today + timedelta(weeks=1),
        today + timedelta(weeks=3),
    )
    waitlist.wish(
        session,
        place.secretary,
        session.get_one(Appointment, made.times["Ellen"]),
        waitlist.Wishes(),
    )
    session.commit()
    return made


def booked(session: Session, place: Place, patient: Patient, start: datetime) -> Appointment:
    """An appointment with the doctor, agreed on the telephone."""
    course = make.course(session, place.clinic, patient, responsible=place.doctor)
    occasion = occasions.free(session, place.secretary, course, place.control)
    slot = Slot(start, start, place.doctor.id, place.site.id)
    return service.book(session, place.secretary, occasion, slot, "phone")


def patient_in(page: Page, live: Live, day: Day, name: str) -> None:
    """A patient signs in with the letter's code."""
    page.goto(live.url)
    fill_code(page, day, name)
    page.locator("main form button[type=submit]").first.click()
    page.wait_for_url("**/mine-tider")


def fill_code(page: Page, day: Day, name: str) -> None:
    page.locator("[name=code]").fill(day.codes[name])
    for part, value in (("day", "4"), ("month", "3"), ("year", "1961")):
        page.locator(f"[name=born_{part}]").fill(value)


def test_a_secretarys_day(
    browser: Browser, live: Live, rettid: Rettid, session: Session, place: Place, day: Day
) -> None:
    desk = browser.new_context(viewport=DESKTOP, locale="da-DK", bypass_csp=True).new_page()
    phone = browser.new_context(viewport=PHONE, locale="da-DK", bypass_csp=True).new_page()
    staff_in(desk, live, place.staff)
    session.commit()
    keys = desk.keyboard

    _arrives(desk, phone, live, day)
    _is_booked_by_telephone(desk, session, day)
    _a_time_given_up_finds_its_patient(desk, phone, live, rettid, session, day)
    _a_referral_becomes_a_letter(desk, live, session, day)
    _the_doctor_is_ill(desk, session, day)

    session.expire_all()
    assert broken(session, day.clinic_id, session.now()) == {}
    keys.press("Escape")
    desk.context.close()
    phone.context.close()


def _arrives(desk: Page, phone: Page, live: Live, day: Day) -> None:
    phone.goto(f"{live.url}/ankomst/{day.clinic_id}")
    fill_code(phone, day, "Karen")
    phone.get_by_role("button", name="Jeg er her").click()
    expect(phone.get_by_role("heading", name=re.compile("Tak, Karen"))).to_be_visible()
    desk.goto(f"{live.url}{day.at}/ankomster")
    expect(desk.get_by_text("Er her og venter (1)")).to_be_visible()
    expect(desk.get_by_role("link", name="Karen Prøve", exact=True)).to_be_visible()


def _is_booked_by_telephone(desk: Page, session: Session, day: Day) -> None:
    keys = desk.keyboard
    keys.press("/")
    expect(desk.get_by_role("combobox", name="Find patient")).to_be_focused()
    keys.type("xena")
    expect(desk.get_by_role("grid", name="Fundne patienter").get_by_role("row")).to_have_count(1)
    keys.press("Shift+Enter")
    expect(desk.get_by_role("heading", name=re.compile("Inger Xenakis"))).to_be_visible()
    first = desk.locator("input[name=start]").first
    expect(first).to_be_focused()
    keys.press("Space")
    keys.press("Enter")
    expect(desk.get_by_text("Tiden er booket. Sig til patienten:")).to_be_visible()
    assert _live_times(session, day.patients["Inger"]) == 1


def _a_time_given_up_finds_its_patient(
    desk: Page, phone: Page, live: Live, rettid: Rettid, session: Session, day: Day
) -> None:
    given_up = session.get_one(Appointment, day.times["Jens"]).starts_at
    session.commit()
    patient_in(phone, live, day, "Jens")
    phone.goto(f"{live.url}/tid/{day.times['Jens']}")
    phone.get_by_role("link", name="Meld afbud").click()
    phone.locator("[name=new_time][value=no]").check()
    phone.get_by_role("button", name="Meld afbud").click()
    expect(
        phone.get_by_role("heading", name=re.compile("aflyst|afbud", re.IGNORECASE))
    ).to_be_visible()

    rettid.jobs.run_now(rettid.database, "refill")
    session.expire_all()
    assert session.scalars(select(Offer.patient_id)).all() == [day.patients["Ellen"]]
    session.commit()
    phone.context.clear_cookies()
    patient_in(phone, live, day, "Ellen")
    phone.get_by_role("link", name="Se tiden, og svar").click()
    phone.get_by_role("button", name="Ja, jeg tager tiden").click()
    expect(phone.get_by_role("heading", name="Din tid er flyttet")).to_be_visible()
    session.expire_all()
    assert session.get_one(Appointment, day.times["Ellen"]).starts_at == given_up

    local = local_date(given_up, day.zone)
    session.commit()
    desk.goto(f"{live.url}{day.at}/kalender?dato={local.isoformat()}")
    expect(desk.get_by_role("grid").get_by_text("Ellen Prøve")).to_be_visible()


def _a_referral_becomes_a_letter(desk: Page, live: Live, session: Session, day: Day) -> None:
    desk.goto(f"{live.url}{day.at}/patienter/{day.patients['Ruth']}/henvisninger/ny")
    desk.locator("[name=sender]").fill("Lægerne Torvet")
    desk.locator("[name=problem]").fill("Hævede led gennem tre måneder")
    desk.locator("[name=problem]").press("Tab")
    desk.get_by_role("button", name="Skriv henvisning ind").press("Enter")
    expect(desk.get_by_text("Henvisningen er skrevet ind")).to_be_visible()
    form = desk.locator("form[action$='/visiter']")
    form.locator("[name=visit_type]").select_option("Kontrol")
    form.locator("[name=form]").select_option("in_person")
    form.get_by_role("button", name="Visiter").press("Enter")
    expect(desk.get_by_text(re.compile("er reserveret"))).to_be_visible()
    sound_at_both_widths(desk)
    letter = desk.locator("form[action$='brev.pdf']")
    answer = desk.request.post(
        live.url + (letter.get_attribute("action") or ""),
        form={"csrf_token": letter.locator("[name=csrf_token]").get_attribute("value") or ""},
        headers={"Referer": live.url},
    )
    text = " ".join(one.extract_text() for one in PdfReader(BytesIO(answer.body())).pages)
    assert "Ruth Nielsen" in text
    session.expire_all()
    referral = session.scalars(select(Referral)).one()
    assert referral.status == "triaged"
    session.commit()


def _the_doctor_is_ill(desk: Page, session: Session, day: Day) -> None:
    keys = desk.keyboard
    left = _of_today(session, day.doctor_id)
    assert {"Poul", "Grethe"} <= {one.patient.given_name for one in left}
    session.commit()
    keys.press("g")
    keys.press("o")
    expect(desk.get_by_role("heading", name="Omlægning", exact=True)).to_be_visible()
    sound_at_both_widths(desk)
    desk.get_by_role("link", name="Ny omlægning").press("Enter")
    first = desk.get_by_label("Anna Holm")
    expect(first).to_be_focused()
    sound_at_both_widths(desk)
    keys.press("Space")
    keys.press("Enter")
    expect(desk.get_by_role("heading", name=re.compile("^Anna Holm: mandag"))).to_be_visible()
    expect(desk.get_by_role("link", name="Poul Prøve")).to_be_visible()
    sound_at_both_widths(desk)

    # One by hand: somebody the doctor wants seen by her own.
    row = desk.get_by_role("row", name=re.compile("Grethe Prøve"))
    row.get_by_role("link", name="Vælg en anden tid").press("Enter")
    expect(desk.get_by_role("heading", name="Vælg en tid til Grethe Prøve")).to_be_visible()
    sound_at_both_widths(desk)
    keys.press("ArrowDown")
    keys.press("Enter")
    expect(row.get_by_text("valgt af jer")).to_be_visible()
    desk.get_by_role("button", name="Lav planen igen").press("Enter")
    expect(row.get_by_text("valgt af jer")).to_be_visible()
    desk.get_by_role("link", name="Gennemfør …").press("Enter")
    sound_at_both_widths(desk)
    desk.get_by_role("button", name="Gennemfør nu").press("Enter")
    expect(desk.get_by_text("Omlægningen er gennemført.")).to_be_visible()
    expect(desk.get_by_role("heading", name=re.compile("^Ring til dem"))).to_be_visible()
    sound_at_both_widths(desk)
    session.expire_all()
    assert not _of_today(session, day.doctor_id)
    for name in ("Poul", "Grethe"):
        assert _live_times(session, day.patients[name]) == 1
        assert "moved" in _told(session, day.patients[name])


def _of_today(session: Session, doctor: int) -> list[Appointment]:
    """Those who are still to come to the doctor today."""
    over = session.now().replace(hour=23, minute=0)
    wanted = select(Appointment).where(
        Appointment.clinician_id == doctor,
        Appointment.status == "booked",
        Appointment.starts_at.between(session.now(), over),
    )
    return list(session.scalars(wanted))


def _live_times(session: Session, patient: int) -> int:
    """How many times a patient has; nobody else could write while the session had begun."""
    session.expire_all()
    wanted = select(func.count()).where(
        Appointment.patient_id == patient, Appointment.status.in_(ACTIVE)
    )
    found = session.scalar(wanted) or 0
    session.commit()
    return found


def _told(session: Session, patient: int) -> set[str]:
    """The kinds of what a patient is told, or will be."""
    return set(session.scalars(select(Message.kind).where(Message.patient_id == patient)))
