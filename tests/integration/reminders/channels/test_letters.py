"""The print queue: one PDF for the printer, and two people's letters never on one sheet."""

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from io import BytesIO

import pytest
from flask import Flask
from pypdf import PdfReader

from booking.calendar.models import Clinic
from booking.people.models import Patient
from booking.platform.database import Session
from reminders.channels.letters import LetterChannel, print_together
from reminders.channels.port import NotAccepted, Outgoing
from tests import factories as make

NOW = datetime(2026, 11, 23, 8, tzinfo=UTC)
BODY = "Du har en tid hos os tirsdag.\n\nRing, hvis du ikke kan komme."
OUTGOING = Outgoing(
    attempt="0d5a7f6e-3c1b-4a59-9e1d-6f2f5e0c9a11",
    channel="letter",
    to="Testvej 1\n9000 Aalborg",
    sender="",
    body=BODY,
    language="da",
    valid_until=NOW + timedelta(days=5),
    subject="Din tid på sygehuset",
    recipient="Karen Prøve",
)


@dataclass
class About:
    clinic: Clinic
    patient: Patient


@dataclass
class Letter:
    message: About
    to: str = "Testvej 1\n\n 9000 Aalborg"
    language: str = "da"
    subject: str = "Din tid på sygehuset"
    body: str = BODY


@pytest.fixture
def about(session: Session) -> About:
    clinic = make.clinic(session)
    return About(clinic, make.patient(session, clinic))


def printed(app: Flask, *letters: Letter) -> PdfReader:
    with app.test_request_context():
        return PdfReader(BytesIO(print_together(letters, NOW)))


def test_a_letter_has_all_that_is_posted_and_can_be_read_aloud(app: Flask, about: About) -> None:
    pdf = printed(app, Letter(about))
    (page,) = pdf.pages
    text = " ".join(page.extract_text().split())
    where = f"{about.patient.name} Testvej 1 9000 Aalborg"
    for expected in (
        where,
        about.clinic.name,
        "mandag 23. november 2026",
        "Din tid på sygehuset",
        "Du har en tid hos os tirsdag. Ring, hvis",
        "Side 1/1",
    ):
        assert expected in text
    root = pdf.root_object
    assert "/StructTreeRoot" in root
    assert str(root["/Lang"]) == "da"


def test_each_of_several_begins_on_a_sheet_of_its_own_and_counts_its_own_pages(
    app: Flask, about: About
) -> None:
    long = Letter(about, body="\n\n".join(["Et afsnit, der fylder noget. " * 20] * 8))
    english = Letter(about, language="en", subject="Your appointment", body="Please come.")
    pdf = printed(app, Letter(about), long, english)
    feet = [" ".join(page.extract_text().split())[-9:] for page in pdf.pages]
    assert feet == [" Side 1/1", "", " Side 1/2", " Side 2/2", " Page 1/1"]
    assert "Monday 23 November 2026" in pdf.pages[4].extract_text()


def test_nothing_in_a_letter_is_read_as_markup(app: Flask, about: About) -> None:
    text = printed(app, Letter(about, body="#panic() *nej* $x$")).pages[0].extract_text()
    assert "#panic() *nej* $x$" in text


def test_what_is_sent_waits_in_the_queue() -> None:
    receipt = LetterChannel().send(OUTGOING)
    assert (receipt.provider_id, receipt.state) == (f"print:{OUTGOING.attempt}", "sent")
    assert LetterChannel().find(OUTGOING, NOW, []) is None


@pytest.mark.parametrize(
    "other", [{"body": "您的预约"}, {"recipient": "ቆጸራ Prøve"}, {"to": "Testvej 1 😀"}]
)
def test_a_letter_that_cannot_be_printed_fails_alone(other: dict[str, str]) -> None:
    with pytest.raises(NotAccepted, match="unprintable"):
        LetterChannel().send(replace(OUTGOING, **other))  # type: ignore[arg-type]


def test_other_alphabets_that_the_fonts_have_are_printed() -> None:
    for language, body in (("ar", "موعدك يوم الاثنين"), ("uk", "Ваш візит у понеділок")):
        LetterChannel().send(replace(OUTGOING, language=language, body=body))
