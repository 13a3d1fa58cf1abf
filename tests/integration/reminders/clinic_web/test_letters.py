"""The print queue: print, post, warn of printing twice, and leave out what is no longer so."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from io import BytesIO

import pytest
from flask import Flask
from flask.testing import FlaskClient
from freezegun.api import FrozenDateTimeFactory
from pypdf import PdfReader
from sqlalchemy import select

from booking.appointments.models import Appointment
from booking.platform.audit import AuditEntry
from booking.platform.database import Session
from booking.platform.web import Rettid
from reminders.delivery.dispatch import dispatch
from tests import factories as make
from tests.integration.reminders.conftest import Sending
from tests.integration.triage_rules.followup_pages.conftest import says, signed_in

pytestmark = pytest.mark.freeze_time("2026-11-23T08:00:00Z")

START = datetime(2026, 12, 3, 9, tzinfo=UTC)
LATER = datetime(2026, 12, 10, 9, tzinfo=UTC)


@pytest.fixture
def queue(home: str) -> str:
    """Where it is."""
    return f"{home}/breve"


@pytest.fixture
def written(sending: Sending, rettid: Rettid) -> Appointment:
    """A patient who can only be written to has been told of a time."""
    sending.without_phone()
    appointment = sending.book(START)
    dispatch(rettid.database)
    return appointment


def ids(sending: Sending) -> Sequence[int]:
    """The letters', in the order they were written."""
    found = [one.id for one in sending.attempts() if one.channel == "letter"]
    sending.session.commit()
    return found


def states(sending: Sending) -> list[tuple[str, str]]:
    """(attempt, message) of the letters."""
    found: list[tuple[str, str]] = [(one.state, one.message.state) for one in sending.attempts()]
    sending.session.commit()
    return found


def test_nothing_waits(desk: FlaskClient, queue: str) -> None:
    says(desk.get(queue), "Ingen breve venter")


def test_from_the_queue_to_the_post(
    desk: FlaskClient, queue: str, written: Appointment, sending: Sending, session: Session
) -> None:
    outbox = f"{queue.removesuffix('/breve')}/udbakke"
    says(desk.get(f"{outbox}?tilstand=to_print"), "Skal printes og sendes (1)", "Ny tid")
    # Five days of post before the Thursday are a Saturday, when nobody is there.
    says(desk.get(queue), "Skal printes (1)", "fredag 27. november 2026", "Ny tid")
    letters = {"letters": ids(sending)}
    early = desk.post(f"{queue}/sendt", data=letters)
    assert early.status_code == 303
    says(desk.get(queue), "1 brev er ikke printet endnu og bliver i køen.")
    pdf = desk.post(f"{queue}/pdf", data=letters)
    assert pdf.mimetype == "application/pdf"
    assert "breve-2026-11-23.pdf" in pdf.headers["Content-Disposition"]
    (page,) = PdfReader(BytesIO(pdf.data)).pages
    text = page.extract_text()
    assert sending.place.patient.name in text
    assert "Parkvej 3" in text
    session.commit()
    says(
        desk.get(queue),
        "Printet, men ikke lagt i posten (1)",
        "Printet mandag 23. november 2026 kl. 9.00",
    )
    desk.post(f"{queue}/sendt", data=letters)
    says(desk.get(queue), "1 brev er lagt i posten.", "Ingen breve venter")
    assert states(sending) == [("delivered", "delivered")]
    acts = session.scalars(select(AuditEntry.action)).all()
    assert {"messages.letters_printed", "messages.letters_posted"} <= set(acts)


def test_printing_twice_warns(
    desk: FlaskClient, queue: str, written: Appointment, sending: Sending
) -> None:
    letters = {"letters": ids(sending)}
    desk.post(f"{queue}/pdf", data=letters)
    asked = desk.post(f"{queue}/pdf", data=letters)
    says(asked, "1 brev er printet før", "Pas på", status=409)
    again = desk.post(f"{queue}/pdf", data={**letters, "again": "1"})
    assert again.mimetype == "application/pdf"


def test_nothing_chosen_is_said(desk: FlaskClient, queue: str, written: Appointment) -> None:
    for what in ("pdf", "sendt"):
        says(desk.post(f"{queue}/{what}"), "Vælg mindst ét brev", status=422)
        foreign = {"letters": [999999]}
        says(desk.post(f"{queue}/{what}", data=foreign), "Vælg mindst ét brev", status=422)


@pytest.mark.parametrize(
    ("change", "why"), [("moved", "Tiden er ændret siden"), ("cancelled", "Tiden er aflyst")]
)
def test_what_has_changed_is_not_posted(
    desk: FlaskClient,
    queue: str,
    written: Appointment,
    sending: Sending,
    rettid: Rettid,
    change: str,
    why: str,
) -> None:
    old = ids(sending)
    desk.post(f"{queue}/pdf", data={"letters": old})
    if change == "moved":
        sending.move(written, LATER)
    else:
        sending.cancel(written)
    text = says(desk.get(queue), "Skal ikke sendes", why)
    assert "Hent PDF igen" not in text
    for what in ("pdf", "sendt"):
        assert desk.post(f"{queue}/{what}", data={"letters": old}).status_code == 422
    dispatch(rettid.database)  # the letter of the new time, or that there is none
    both = ids(sending)
    assert len(both) == 2
    waiting = sending.worklist()
    sending.session.commit()
    desk.post(f"{queue}/ud", data={"letters": both})
    says(desk.get(queue), "1 brev er taget ud af køen.", "Skal printes (1)")
    assert states(sending) == [("failed", "withdrawn"), ("sent", "sent")]
    assert sending.worklist() == waiting  # nobody need be told of it
    sending.session.commit()


def test_what_comes_too_late_says_so(
    app: Flask,
    queue: str,
    written: Appointment,
    freezer: FrozenDateTimeFactory,
    sending: Sending,
) -> None:
    username = sending.place.staff.username
    sending.session.commit()
    freezer.move_to("2026-11-27T08:00:00Z")
    says(signed_in(app, username).get(queue), "fredag 27. november 2026 I dag")
    freezer.move_to("2026-11-30T08:00:00Z")
    says(signed_in(app, username).get(queue), "Når ikke frem i tide: ring")
    freezer.move_to("2026-12-04T08:00:00Z")
    desk = signed_in(app, username)
    says(desk.get(queue), "Skal ikke sendes", "for sent")
    desk.post(f"{queue}/ud", data={"letters": ids(sending)})
    assert states(sending) == [("failed", "too_late")]


def test_the_soonest_stands_first(
    desk: FlaskClient,
    queue: str,
    written: Appointment,
    sending: Sending,
    session: Session,
    rettid: Rettid,
) -> None:
    place = sending.place
    other = make.patient(session, place.clinic, given_name="Birthe")
    course = make.course(session, place.clinic, other, responsible=place.doctor)
    theirs = replace(sending, place=replace(place, patient=other, course=course))
    theirs.without_phone()
    first, second = other.name, place.patient.name
    theirs.book(START - timedelta(days=1))
    dispatch(rettid.database)
    text = says(desk.get(queue), "Skal printes (2)")
    assert text.index(first) < text.index(second)
    pdf = desk.post(f"{queue}/pdf", data={"letters": ids(sending)})
    pages = [one.extract_text() for one in PdfReader(BytesIO(pdf.data)).pages]
    assert first in pages[0]
    assert second in pages[-1]


def test_a_clinician_sees_and_does_not_print(
    doctor: FlaskClient, queue: str, written: Appointment, sending: Sending
) -> None:
    text = says(doctor.get(queue), "En sekretær eller en leder printer brevene.")
    assert "Hent PDF" not in text
    assert doctor.post(f"{queue}/pdf", data={"letters": ids(sending)}).status_code == 403
