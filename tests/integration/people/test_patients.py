"""Registering and editing patients, their needs, notes and codes."""

from dataclasses import replace
from datetime import date

import pytest
from sqlalchemy import select, text

from booking.people import cpr, queries, service
from booking.people.errors import AlreadyExists, BirthDateUnknown
from booking.people.events import PatientNeedsChanged
from booking.people.models import BookingCode, ClinicPatient, Patient, PatientNeed
from booking.people.service import Details
from booking.platform import audit
from booking.platform.database import Session
from booking.platform.errors import ChangedMeanwhile, NotFound
from booking.platform.web import Rettid
from tests import factories
from tests.integration.people.conftest import Desk

pytestmark = pytest.mark.freeze_time("2026-11-23T08:00:00Z")

KAREN = Details(
    "Karen",
    "Østergård",
    cpr="0403611234",
    phone="+4520301020",
    email="karen@example.org",
    address="Parkvej 1\n9000 Aalborg",
)


def actions(session: Session, patient_id: int) -> list[str]:
    """What the log says was done about a patient, newest first."""
    return [entry.action for entry in session.scalars(audit.about_patient(patient_id))]


def test_a_registered_patient_belongs_to_the_clinic_and_the_log_says_so(
    session: Session, desk: Desk
) -> None:
    patient = service.register_patient(session, desk.by, desk.clinic.id, KAREN)
    session.expire_all()
    assert queries.patient_of(session, desk.clinic.id, patient.id).name == "Karen Østergård"
    assert patient.birth_date == date(1961, 3, 4)
    assert (patient.cpr, patient.phone) == ("0403611234", "+4520301020")
    assert (patient.email, patient.address) == ("karen@example.org", "Parkvej 1\n9000 Aalborg")
    assert actions(session, patient.id) == ["patient.registered"]
    basis = session.scalars(select(ClinicPatient.basis)).one()
    assert basis == "registered"


def test_nothing_sensitive_lies_open_in_the_table(session: Session, desk: Desk) -> None:
    service.register_patient(session, desk.by, desk.clinic.id, KAREN)
    row = str(session.execute(text("SELECT * FROM patient")).one())
    for secret in ("040361", "1234", "20301020", "karen@", "Parkvej"):
        assert secret not in row


def test_the_same_cpr_number_is_not_registered_twice(session: Session, desk: Desk) -> None:
    service.register_patient(session, desk.by, desk.clinic.id, KAREN)
    elsewhere = factories.clinic(session)
    with pytest.raises(AlreadyExists):
        service.register_patient(session, desk.by, elsewhere.id, KAREN)


def test_the_database_refuses_the_second_of_two_at_once(rettid: Rettid) -> None:
    with rettid.database.transaction() as session:
        clinic = factories.clinic(session)
        by = factories.as_patient(factories.patient(session))
        service.register_patient(session, by, clinic.id, KAREN)
    with rettid.database.writing() as session:
        # A second secretary, who looked before the first saved.
        second = Patient(
            given_name="K",
            family_name="Ø",
            created_at=session.now(),
            cpr_hash=session.vault.fingerprint("cpr", "0403611234"),
        )
        session.add(second)
        with pytest.raises(AlreadyExists):
            service._save(session)
        session.rollback()


def test_a_patient_may_have_neither_cpr_number_nor_birth_date(session: Session, desk: Desk) -> None:
    patient = service.register_patient(session, desk.by, desk.clinic.id, Details("Jane", "Doe"))
    assert patient.cpr is None
    assert patient.birth_date is None
    with pytest.raises(BirthDateUnknown):
        service.issue_code(session, desk.by, patient)


def test_a_replacement_number_without_a_century_keeps_the_typed_birth_date(
    session: Session, desk: Desk
) -> None:
    details = Details("Jane", "Doe", cpr="010203ABC5", birth_date=date(2003, 2, 1))
    patient = service.register_patient(session, desk.by, desk.clinic.id, details)
    assert patient.birth_date == date(2003, 2, 1)


def test_editing_saves_what_was_typed_and_keeps_the_rest_sealed_as_it_was(
    session: Session, desk: Desk
) -> None:
    patient = service.register_patient(session, desk.by, desk.clinic.id, KAREN)
    sealed = patient.cpr_sealed
    changed = replace(KAREN, phone="+4599887766", email=None)
    service.edit_patient(session, desk.by, desk.clinic.id, patient, patient.version, changed)
    session.expire_all()
    assert (patient.phone, patient.email) == ("+4599887766", None)
    assert patient.cpr_sealed == sealed
    assert queries.find(session, desk.clinic.id, "99 88 77 66") == [patient]
    assert queries.find(session, desk.clinic.id, "20 30 10 20") == []
    assert actions(session, patient.id) == ["patient.edited", "patient.registered"]


def test_a_form_that_shows_an_older_version_does_not_overwrite(
    session: Session, desk: Desk
) -> None:
    patient = service.register_patient(session, desk.by, desk.clinic.id, KAREN)
    seen = patient.version
    newer = replace(KAREN, phone="+4599887766")
    service.edit_patient(session, desk.by, desk.clinic.id, patient, seen, newer)
    with pytest.raises(ChangedMeanwhile):
        service.edit_patient(session, desk.by, desk.clinic.id, patient, seen, KAREN)
    assert patient.phone == "+4599887766"


def test_the_one_who_saves_second_of_two_that_read_the_same_is_told(rettid: Rettid) -> None:
    with rettid.database.transaction() as session:
        clinic = factories.clinic(session)
        patient = factories.patient(session, clinic)
        by, number, seen = factories.as_patient(patient), patient.id, patient.version
    with rettid.database.reading() as slow:
        behind = slow.get_one(Patient, number)
        slow.rollback()
        slow.refresh(behind)
        slow.expunge(behind)
    with rettid.database.transaction() as quick:
        first = quick.get_one(Patient, number)
        service.edit_patient(quick, by, clinic.id, first, seen, KAREN)
    with rettid.database.writing() as late:
        merged = late.merge(behind, load=False)
        with pytest.raises(ChangedMeanwhile):
            service.edit_patient(late, by, clinic.id, merged, seen, replace(KAREN, cpr=None))
        late.rollback()


def test_editing_cannot_take_another_persons_cpr_number(session: Session, desk: Desk) -> None:
    service.register_patient(session, desk.by, desk.clinic.id, KAREN)
    other = factories.patient(session, desk.clinic)
    with pytest.raises(AlreadyExists):
        service.edit_patient(session, desk.by, desk.clinic.id, other, other.version, KAREN)


def test_a_patient_of_another_clinic_is_not_to_be_found(session: Session, desk: Desk) -> None:
    stranger = factories.patient(session, factories.clinic(session))
    with pytest.raises(NotFound):
        queries.patient_of(session, desk.clinic.id, stranger.id)
    with pytest.raises(NotFound):
        queries.patient_of(session, desk.clinic.id, 999_999)


def test_the_whole_cpr_number_and_a_reason_bring_a_patient_in(session: Session, desk: Desk) -> None:
    elsewhere = factories.clinic(session)
    patient = service.register_patient(session, desk.by, elsewhere.id, KAREN)
    clinic = desk.clinic.id
    found = service.enter_clinic_by_cpr(session, desk.by, clinic, "0403611234", "acute")
    assert found is patient
    assert queries.patient_of(session, clinic, patient.id) is patient
    assert queries.patient_of(session, elsewhere.id, patient.id) is patient
    entry = session.scalars(audit.about_patient(patient.id)).first()
    assert entry is not None
    assert (entry.action, entry.reason) == ("patient.entered_by_cpr", "acute")
    again = service.enter_clinic_by_cpr(session, desk.by, clinic, "0403611234", "acute")
    assert again is patient


def test_a_number_nobody_has_is_logged_without_the_number(session: Session, desk: Desk) -> None:
    found = service.enter_clinic_by_cpr(
        session, desk.by, desk.clinic.id, "0403619999", "patient_calls"
    )
    assert found is None
    entry = session.scalars(audit.by_actor(desk.by)).first()
    assert entry is not None
    assert entry.action == "patient.cpr_unknown"
    assert entry.subjects == []
    with pytest.raises(NotFound):
        service.enter_clinic_by_cpr(session, desk.by, desk.clinic.id, "0403619999", "curious")


def test_needs_become_exactly_those_given_and_others_hear_of_it(
    session: Session, desk: Desk, rettid: Rettid
) -> None:
    heard: list[PatientNeedsChanged] = []
    rettid.events.subscribe(PatientNeedsChanged, lambda _session, event: heard.append(event))
    patient = factories.patient(session, desk.clinic)
    assert service.set_needs(session, desk.by, patient, ["interpreter", "hearing"])
    myself = factories.as_patient(patient)
    assert service.set_needs(session, myself, patient, ["interpreter", "companion"])
    assert not service.set_needs(session, myself, patient, ["companion", "interpreter"])
    assert queries.needs_of(session, patient.id) == {"interpreter", "companion"}
    told = {row.need: row.told_by for row in session.scalars(select(PatientNeed))}
    assert told == {"interpreter": "staff", "companion": "patient"}
    assert heard[-1] == PatientNeedsChanged(
        patient.id, frozenset({"interpreter", "hearing"}), frozenset({"interpreter", "companion"})
    )
    assert len(heard) == 2
    assert actions(session, patient.id) == ["patient.needs_set"] * 2
    with pytest.raises(NotFound):
        service.set_needs(session, desk.by, patient, ["jetpack"])


def test_notes_are_the_clinics_own_and_newest_first(session: Session, desk: Desk) -> None:
    patient = factories.patient(session, desk.clinic)
    service.add_note(session, desk.by, desk.clinic.id, patient, "Ringer helst om morgenen.")
    service.add_note(session, desk.by, desk.clinic.id, patient, "Har fået nyt nummer.")
    found = queries.notes_of(session, desk.clinic.id, patient.id)
    assert [note.text for note in found] == ["Har fået nyt nummer.", "Ringer helst om morgenen."]
    assert found[0].author == desk.secretary.name
    elsewhere = factories.clinic(session)
    assert queries.notes_of(session, elsewhere.id, patient.id) == []


def test_a_new_code_can_replace_the_old_ones(session: Session, desk: Desk) -> None:
    patient = factories.patient(session, desk.clinic)
    first = service.issue_code(session, desk.by, patient)
    second = service.issue_code(session, desk.by, patient)
    assert first != second
    service.issue_code(session, desk.by, patient, replace=True)
    rows = session.scalars(select(BookingCode).order_by(BookingCode.id)).all()
    assert [row.revoked_at is None for row in rows] == [False, False, True]
    assert actions(session, patient.id) == ["patient.code_issued"] * 3


def test_a_clinics_new_code_leaves_another_clinics_letter_alone(
    session: Session, desk: Desk
) -> None:
    patient, elsewhere = factories.patient(session, desk.clinic), factories.clinic(session)
    service.issue_code(session, desk.by, patient, clinic_id=elsewhere.id)
    service.issue_code(session, desk.by, patient, clinic_id=desk.clinic.id)
    service.issue_code(session, desk.by, patient, clinic_id=desk.clinic.id, replace=True)
    rows = session.scalars(select(BookingCode).order_by(BookingCode.id)).all()
    assert [(row.clinic_id, row.revoked_at is None) for row in rows] == [
        (elsewhere.id, True),
        (desk.clinic.id, False),
        (desk.clinic.id, True),
    ]


def test_made_up_numbers_are_told_from_real_ones_by_the_check_digit() -> None:
    assert cpr.fails_modulus_11(KAREN.cpr or "")
