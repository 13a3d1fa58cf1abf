"""The letter that confirms a time agreed on by telephone."""

import re
from collections.abc import Callable
from datetime import timedelta
from io import BytesIO

import pytest
from flask import Flask
from pypdf import PdfReader
from sqlalchemy import select

from booking.platform.audit import AuditEntry
from tests.integration.clinic_web.day.conftest import NINE, Work
from tests.integration.clinic_web.day.test_letter import code_in, gets_in, words
from tests.integration.patient_web.conftest import Visitor

pytestmark = pytest.mark.freeze_time("2026-11-23T07:00:00Z")  # a Monday

Printed = Callable[[int], PdfReader]


@pytest.fixture
def printed(work: Work, secretary: Visitor) -> Printed:
    def printed(appointment_id: int) -> PdfReader:
        answer = secretary.client.post(f"{work.at}/tider/{appointment_id}/brev.pdf")
        assert answer.status_code == 200, answer.text
        assert answer.headers["Content-Disposition"] == "inline; filename=brev.pdf"
        return PdfReader(BytesIO(answer.data))

    return printed


def test_after_booking_by_telephone_it_is_one_press(
    app: Flask, work: Work, secretary: Visitor, printed: Printed
) -> None:
    place = work.place
    place.control.preparation = "Tag din medicinliste med."
    work.session.commit()
    book = f"{work.at}/patienter/{place.patient.id}/book/{place.course.id}/{place.control.id}"
    secretary.get(book)
    secretary.post(book, start=secretary.times[4]).says("Tiden er booket.", "Udskriv bekræftelse")
    number = int(secretary.path.rpartition("/")[2])
    secretary.get(f"{work.at}/patienter/{place.patient.id}").says("Udskriv bekræftelse")
    pdf = printed(number)
    text = words(pdf)
    for expected in (
        "Din tid er aftalt",
        f"Vi bekræfter den tid, vi har aftalt med dig: {place.control.name}.",
        place.patient.name,
        "mandag 23. november 2026 kl.",
        "Hovedhuset, Parkvej 1, 9000 Aalborg",
        place.doctor.name,
        "Tag din medicinliste med.",
        "Hvis tiden skal ændres",
        "den kun kan flyttes ved at ringe",
        "+45 99 32 00 00",
    ):
        assert expected in text
    assert "også selv om du ikke svarer" not in text
    assert "/StructTreeRoot" in pdf.root_object
    assert gets_in(app, code_in(pdf), place.patient)
    work.session.commit()
    actions = work.session.scalars(select(AuditEntry.action)).all()
    assert "letter.confirmation" in actions
    work.session.commit()


def test_one_that_was_moved_says_that_it_takes_the_others_place(
    work: Work, secretary: Visitor, printed: Printed
) -> None:
    booked = work.booked(start=NINE + timedelta(weeks=1))
    move = f"{work.at}/tider/{booked.id}/flyt"
    secretary.get(move)
    secretary.post(move, start=secretary.times[-1]).says("Tiden er flyttet.", "Udskriv bekræftelse")
    text = words(printed(booked.id))
    assert "i stedet for den tid, du havde før" in text
    assert "Du kan flytte tiden på nettet indtil 24 timer før." in text


def test_without_a_birth_date_it_has_the_telephone_and_no_code(
    work: Work, printed: Printed
) -> None:
    booked = work.booked(start=NINE + timedelta(weeks=1))
    work.place.patient.birth_date = None
    work.session.commit()
    text = words(printed(booked.id))
    assert "hvis tiden skal flyttes eller aflyses" in text
    assert re.search(r"[2-9A-Z]{5}-[2-9A-Z]{5}", text) is None


def test_it_is_in_the_patients_language(work: Work, printed: Printed) -> None:
    booked = work.booked(start=NINE + timedelta(weeks=1))
    work.place.patient.language = "en"
    work.session.commit()
    pdf = printed(booked.id)
    assert str(pdf.root_object["/Lang"]) == "en"
    assert "Monday 30 November 2026 at 9:00" in words(pdf)


def test_only_a_coming_time_the_patient_has_said_yes_to_is_confirmed(
    work: Work, secretary: Visitor
) -> None:
    provisional = work.time_of(work.invited())
    assert provisional is not None
    page = f"{work.at}/tider/{provisional.id}"
    secretary.get(page)
    assert "Udskriv bekræftelse" not in secretary.text
    secretary.post(f"{page}/brev.pdf").says("Intet er ændret: tiden står nu som Ikke besvaret.")
    secretary.post(f"{page}/behold").says("Udskriv bekræftelse")
    assert secretary.client.post(f"{page}/brev.pdf").mimetype == "application/pdf"
    secretary.post(f"{page}/afbud", reason="ill", new_time="no")
    secretary.post(f"{page}/brev.pdf").says("Intet er ændret: tiden står nu som Aflyst.")
