"""The inbox: what patients wrote, what was made of it, and that somebody has read it."""

import html

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from booking.platform.audit import AuditEntry, about_patient
from booking.platform.database import Session
from tests import factories as make
from tests.integration.appointments.conftest import Place
from tests.integration.reminders.replies.conftest import TIME, Telephone, telephone
from tests.integration.triage_rules.followup_pages.conftest import signed_in

pytestmark = pytest.mark.freeze_time("2026-11-23T08:00:00Z")

__all__ = ["telephone"]


@pytest.fixture
def inbox(home: str) -> str:
    """Where it is."""
    return f"{home}/indbakke"


def page(browser: FlaskClient, address: str) -> str:
    """What the page says."""
    answer = browser.get(address)
    assert answer.status_code == 200
    return html.unescape(answer.text)


def test_an_empty_inbox_says_what_comes_here(desk: FlaskClient, inbox: str) -> None:
    assert "Alle svar er set" in page(desk, inbox)


def test_what_must_be_read_comes_first_with_whom_and_what_was_done(
    desk: FlaskClient,
    inbox: str,
    telephone: Telephone,
) -> None:
    appointment = telephone.told_of()
    telephone.say("1")
    telephone.say("Jeg kommer <b>lidt</b> for sent ☂")
    said = desk.get(inbox).text
    telephone.session.commit()
    assert said.index("lidt") < said.index("Ja, jeg kommer")
    assert "&lt;b&gt;lidt" in said
    assert appointment.patient.name in said
    assert f"/tider/{appointment.id}" in said
    assert "Vi svarede: Tak for dit svar. Vi ses torsdag 26/11 kl. 10.00." in html.unescape(said)


def test_seen_it_is_off_the_list_and_the_worklist(
    desk: FlaskClient,
    inbox: str,
    telephone: Telephone,
    place: Place,
) -> None:
    telephone.told_of()
    telephone.say("Jeg kommer lidt for sent")
    inbound = telephone.inbound()[0]
    telephone.session.commit()
    for _twice in range(2):
        answer = desk.post(f"{inbox}/{inbound.id}")
        assert (answer.status_code, answer.location) == (303, inbox)
    assert "Alle svar er set" in page(desk, inbox)
    assert telephone.open_items() == []
    assert telephone.inbound()[0].handled_by == place.staff.name
    entries = telephone.session.scalars(about_patient(place.patient.id)).all()
    assert [one.action for one in entries].count("reply.handled") == 1


def test_finishing_the_item_is_to_have_seen_the_message(
    desk: FlaskClient,
    telephone: Telephone,
    place: Place,
) -> None:
    telephone.told_of()
    telephone.say("Jeg kommer lidt for sent")
    worklist = f"/klinik/{place.clinic.id}/arbejdsliste"
    telephone.session.commit()
    listed = page(desk, worklist)
    assert "Et svar skal læses" in listed
    assert "lidt for sent" not in listed
    item_id = telephone.items()[0].id
    telephone.session.commit()
    desk.post(f"{worklist}/{item_id}", data={"outcome": "Ringet op"})
    assert telephone.inbound()[0].handled_by == place.staff.name


def test_the_looking_is_logged(
    desk: FlaskClient,
    inbox: str,
    telephone: Telephone,
    place: Place,
) -> None:
    telephone.relative()
    telephone.say("Hvem kan hjælpe mig?")
    assert "De har samme nummer" in page(desk, inbox)
    looks = telephone.session.scalars(
        select(AuditEntry).where(AuditEntry.place == "staff_inbox.show")
    ).all()
    assert len(looks) == 1
    assert len(looks[0].subjects) == 2
    assert looks[0].clinic_id == place.clinic.id


def test_no_other_clinic_sees_it(
    app: Flask,
    session: Session,
    inbox: str,
    telephone: Telephone,
) -> None:
    telephone.told_of()
    telephone.say("Jeg kommer lidt for sent")
    inbound = telephone.inbound()[0]
    other = make.clinic(session)
    stranger = make.staff(session, other)
    session.commit()
    browser = signed_in(app, stranger.username)
    assert browser.get(inbox).status_code == 404
    assert browser.post(f"{inbox}/{inbound.id}").status_code == 404
    theirs = f"/klinik/{other.id}/beskeder/indbakke"
    assert "lidt for sent" not in page(browser, theirs)
    assert browser.post(f"{theirs}/{inbound.id}").status_code == 404


def test_in_english(
    desk: FlaskClient,
    inbox: str,
    telephone: Telephone,
) -> None:
    telephone.told_of(TIME)
    telephone.say("2")
    telephone.session.commit()
    desk.get("/sprog/en")
    said = page(desk, inbox)
    assert "Inbox" in said
    assert "Cannot come" in said
