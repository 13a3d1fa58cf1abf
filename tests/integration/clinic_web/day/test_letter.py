"""The letter of an invitation: a tagged PDF whose code lets the patient in."""

import re
from collections.abc import Callable
from datetime import date
from io import BytesIO
from pathlib import Path

import pytest
from flask import Flask
from pypdf import PdfReader
from sqlalchemy import select

from booking.people.models import Patient
from booking.platform.audit import AuditEntry
from booking.referrals.rights import rights_on
from tests import factories as make
from tests.integration.clinic_web.day.conftest import Work
from tests.integration.patient_web.conftest import Visitor

pytestmark = pytest.mark.freeze_time("2026-11-23T07:00:00Z")  # a Monday

Printed = Callable[..., PdfReader]


@pytest.fixture
def printed(work: Work, secretary: Visitor) -> Printed:
    def printed(invitation_id: int, **fields: object) -> PdfReader:
        path = f"{work.at}/invitationer/{invitation_id}/brev.pdf"
        answer = secretary.client.post(path, data=fields)
        assert answer.status_code == 200, answer.text
        assert answer.headers["Content-Disposition"] == "inline; filename=brev.pdf"
        return PdfReader(BytesIO(answer.data))

    return printed


def words(pdf: PdfReader) -> str:
    return re.sub(r"\s+", " ", " ".join(page.extract_text() for page in pdf.pages))


def code_in(pdf: PdfReader) -> str:
    found = re.search(r"[2-9A-Z]{5}-[2-9A-Z]{5}", words(pdf))
    assert found is not None
    return found[0]


def gets_in(app: Flask, code: str, patient: Patient) -> bool:
    born = patient.birth_date
    assert born is not None
    visitor = Visitor(app.test_client())
    visitor.post("/", code=code, born_day=born.day, born_month=born.month, born_year=born.year)
    return visitor.path == "/mine-tider"


def test_it_gives_date_place_and_telephone_and_is_tagged(work: Work, printed: Printed) -> None:
    place = work.place
    place.site.directions = "Gå ind ad dør C."
    place.control.preparation = "Tag din medicinliste med."
    work.session.commit()
    pdf = printed(work.invited().id)
    text = words(pdf)
    for expected in (
        place.patient.name,
        "mandag 30. november 2026 kl. 8.00",
        "Hovedhuset, Parkvej 1, 9000 Aalborg",
        "Gå ind ad dør C.",
        "Tag din medicinliste med.",
        "+45 99 32 00 00",
        place.doctor.name,
        "http://127.0.0.1:8000",
        "Hvis du ikke gør noget",
        "inden 30 dage",
        "tolk",
    ):
        assert expected in text
    root = pdf.root_object
    assert str(root["/Lang"]) == "da"
    assert str(root["/MarkInfo"]) == "{'/Marked': True, '/Suspects': False}"
    assert "/StructTreeRoot" in root
    assert place.patient.family_name not in str(pdf.metadata)


def test_its_code_lets_the_patient_in_and_earlier_ones_still_do(
    work: Work, printed: Printed, app: Flask
) -> None:
    invitation = work.invited()
    first = code_in(printed(invitation.id))
    second = code_in(printed(invitation.id))
    patient = work.place.patient
    assert first != second
    assert gets_in(app, first, patient)
    assert gets_in(app, second, patient)
    third = code_in(printed(invitation.id, replace="1"))
    assert not gets_in(app, first, patient)
    assert gets_in(app, third, patient)
    actions = work.session.scalars(select(AuditEntry.action)).all()
    assert actions.count("letter.printed") == 3


def test_an_invitation_without_a_time_says_when_one_will_come(work: Work, printed: Printed) -> None:
    invitation = work.invited(date(2027, 3, 22), date(2027, 4, 2))
    text = words(printed(invitation.id))
    assert "mellem mandag 22. marts 2027 og fredag 2. april 2027" in text
    assert "omkring mandag 25. januar 2027" in text


def test_a_missed_deadline_is_told(work: Work, printed: Printed) -> None:
    early = work.invited(deadline_on=date(2026, 12, 3))
    assert "inden for din frist, som er torsdag 3. december 2026" in words(printed(early.id))
    late = work.invited()
    late.deadline_on = date(2026, 11, 27)
    work.session.commit()
    late.deadline_kind = "workup"
    work.session.commit()
    told = words(printed(late.id))
    assert "efter din frist, som er fredag 27. november 2026. Du kan få hjælp" in told
    late.deadline_kind = "clinical"
    work.session.commit()
    assert "som er fredag 27. november 2026. Du kan få hjælp" not in words(printed(late.id))


def test_nothing_in_the_data_is_read_as_markup(work: Work, printed: Printed) -> None:
    name = '#panic("x") *_$`<@[{\\'
    patient, place = work.place.patient, work.place
    patient.family_name = name
    place.site.directions = '#read("/etc/passwd") = ikke en overskrift'
    work.session.commit()
    text = words(printed(work.invited().id))
    assert name in text
    assert '#read("/etc/passwd") = ikke en overskrift' in text


def test_without_a_birth_date_there_is_no_code_to_print(work: Work, secretary: Visitor) -> None:
    work.place.patient.birth_date = None
    invitation = work.invited()
    path = f"{work.at}/invitationer/{invitation.id}"
    secretary.get(path).says("Skriv patientens fødselsdato ind")
    secretary.post(f"{path}/brev.pdf").says("Fødselsdatoen mangler", status=409)
    secretary.post(f"{path}/tilbage", reason="other")
    secretary.post(f"{path}/brev.pdf").says("Det passer ikke længere", status=409)


def test_another_clinics_invitation_has_no_letter(work: Work, secretary: Visitor) -> None:
    theirs = work.elsewhere(make.patient(work.session))
    invitation = make.invitation(
        work.session, theirs.course, theirs.control, date(2026, 11, 30), date(2026, 12, 4)
    )
    work.session.commit()
    secretary.post(f"{work.at}/invitationer/{invitation.id}/brev.pdf").says(status=404)


def test_rights_follow_the_date_and_may_be_corrected(tmp_path: Path) -> None:
    assert rights_on(date(2024, 12, 31)).treatment_days == 60
    assert rights_on(date(2025, 1, 1)).treatment_days == 30
    corrections = tmp_path / "rights.toml"
    corrections.write_text("[[treatment]]\nfrom = 2027-01-01\ndays = 45\n")
    assert rights_on(date(2026, 12, 31), corrections).treatment_days == 30
    assert rights_on(date(2027, 1, 1), corrections).treatment_days == 45
    assert rights_on(date(2027, 1, 1), corrections).workup_days == 30
