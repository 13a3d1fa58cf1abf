"""Patients come in once each, sealed, whatever the other system calls them."""

import pytest
from sqlalchemy import select

from booking.calendar.models import Clinic
from booking.people.models import ClinicPatient, Patient, PatientIdentifier
from booking.platform.database import Session
from tests import factories as make
from tests.integration.imports.conftest import SOURCE, Import

pytestmark = pytest.mark.freeze_time("2026-11-23T08:00:00Z")

MAPPING = """
[file]
delimiter = ";"
encoding = "latin-1"
[columns]
key = "Nr"
given_name = "Fornavn"
family_name = "Efternavn"
cpr = "CPR"
birth_date = "Født"
phone = "Telefon"
email = "Mail"
"""
HEADER = "Nr;Fornavn;Efternavn;CPR;Født;Telefon;Mail"
KAREN = "P1;Karen;Østergård;040361-1234;04-03-1961;20301020;karen@eksempel.dk"
SØREN = "P2;Søren;Prøve;;;;"


def test_latin_1_and_semicolons_and_what_is_sealed(
    moving_in: Import, clinic: Clinic, session: Session
) -> None:
    done = moving_in("patients", MAPPING, HEADER, KAREN, SØREN, encoding="latin-1")
    assert done.counts == (2, 0, 0, 0)
    karen = session.scalars(select(Patient).where(Patient.given_name == "Karen")).one()
    assert karen.family_name == "Østergård"
    assert (karen.cpr, karen.phone, karen.email) == (
        "0403611234",
        "+4520301020",
        "karen@eksempel.dk",
    )
    assert karen.cpr_hash == session.vault.fingerprint("cpr", "0403611234")
    assert karen.phone_hash == session.vault.fingerprint("phone", "+4520301020")
    assert "0403611234" not in str(karen.cpr_sealed)
    assert set(session.scalars(select(ClinicPatient.basis))) == {"import"}
    søren = session.scalars(select(Patient).where(Patient.given_name == "Søren")).one()
    assert (søren.cpr, søren.birth_date) == (None, None)


def test_bad_rows_are_refused_and_say_nothing_of_the_person(
    moving_in: Import, clinic: Clinic, session: Session
) -> None:
    lines = [
        HEADER,
        KAREN,
        "P2;Søren;;;;;",
        "P3;Ane;Prøve;040361-123;;;",
        "P4;Ane;Prøve;310261-1234;;;",
        "P5;Ane;Prøve;040361-1234;05-03-1961;;",
        "P6;Ane;Prøve;;24-11-2026;;",
        "P7;Ane;Prøve;;;12;",
        "P8;Ane;Prøve;;;;ane",
        f"P9;{'x' * 101};Prøve;;;;",
    ]
    done = moving_in("patients", MAPPING, *lines, encoding="latin-1")
    assert done.counts == (1, 0, 0, 8)
    assert done.wrong == [
        ("3", "family_name"),
        ("4", "cpr"),
        ("5", "cpr"),
        ("6", "birth_date"),
        ("7", "birth_date"),
        ("8", "phone"),
        ("9", "email"),
        ("10", "given_name"),
    ]
    told = " ".join(cell for row in done.refused for cell in row)
    assert not any(word in told for word in ("Ane", "Prøve", "Søren", "040361", "310261"))


def test_utf_8_read_as_something_else_is_refused_row_by_row(
    moving_in: Import, clinic: Clinic
) -> None:
    utf_8 = MAPPING.replace('encoding = "latin-1"\n', "").replace("Født", "Dato")
    lines = [HEADER.replace("Født", "Dato"), KAREN, "P3;Ane;Hansen;;;;"]
    done = moving_in("patients", utf_8, *lines, encoding="latin-1")
    assert done.counts == (1, 0, 0, 1)
    assert done.wrong == [("2", "family_name")]
    assert "tegnsæt" in done.refused[0][3]


def test_running_again_changes_nothing_and_keeps_what_was_corrected_here(
    moving_in: Import, clinic: Clinic, session: Session
) -> None:
    moving_in("patients", MAPPING, HEADER, KAREN, encoding="latin-1")
    karen = session.scalars(select(Patient)).one()
    karen.given_name = "Karen Margrethe"
    session.commit()
    done = moving_in("patients", MAPPING, HEADER, KAREN, encoding="latin-1")
    assert done.counts == (0, 1, 0, 0)
    session.refresh(karen)
    assert karen.given_name == "Karen Margrethe"


def test_a_changed_row_changes_what_it_says_and_an_empty_cell_erases_nothing(
    moving_in: Import, clinic: Clinic, session: Session
) -> None:
    moving_in("patients", MAPPING, HEADER, KAREN, encoding="latin-1")
    moved = "P1;Karen;Nygård;;;30302020;"
    done = moving_in("patients", MAPPING, HEADER, moved, encoding="latin-1")
    assert done.counts == (0, 0, 1, 0)
    karen = session.scalars(select(Patient)).one()
    assert (karen.family_name, karen.phone) == ("Nygård", "+4530302020")
    assert (karen.cpr, karen.email) == ("0403611234", "karen@eksempel.dk")
    assert str(karen.birth_date) == "1961-03-04"
    done = moving_in("patients", MAPPING, HEADER, moved, encoding="latin-1")
    assert done.counts == (0, 1, 0, 0)


def test_a_known_cpr_number_is_the_same_patient_under_one_more_name(
    moving_in: Import, clinic: Clinic, session: Session
) -> None:
    hashed = session.vault.fingerprint("cpr", "0403611234")
    known = make.patient(session, cpr_hash=hashed, given_name="Karen")
    session.commit()
    twice = "P7;Maren;Anden;150752-2222;;;", "P8;Maren;Anden;150752-2222;;;"
    for counts in ((1, 0, 2, 0), (0, 3, 0, 0)):
        done = moving_in("patients", MAPPING, HEADER, KAREN, *twice, encoding="latin-1")
        assert done.counts == counts
    session.refresh(known)
    assert known.family_name != "Østergård"
    values = dict(
        session.execute(
            select(PatientIdentifier.value, PatientIdentifier.patient_id).where(
                PatientIdentifier.system == SOURCE
            )
        ).all()
    )  # fmt: skip
    assert values["P1"] == known.id
    assert values["P7"] == values["P8"] != known.id


def test_a_corrected_cpr_number_that_is_anothers_is_refused(
    moving_in: Import, clinic: Clinic
) -> None:
    moving_in("patients", MAPPING, HEADER, KAREN, SØREN, encoding="latin-1")
    wrong = "P2;Søren;Prøve;040361-1234;;;"
    done = moving_in("patients", MAPPING, HEADER, KAREN, wrong, encoding="latin-1")
    assert done.counts == (0, 1, 0, 1)
    assert done.refused[0][3] == "CPR-nummeret er en anden patients."


def test_a_source_that_calls_patients_by_cpr_number_never_gets_it_written_down(
    moving_in: Import, clinic: Clinic, session: Session
) -> None:
    by_cpr = MAPPING.replace('key = "Nr"', 'key = "CPR"')
    bad = "P3;;Prøve;150752-2222;;;"
    for counts in ((1, 0, 0, 1), (0, 1, 0, 1)):
        done = moving_in("patients", by_cpr, HEADER, KAREN, bad, encoding="latin-1")
        assert done.counts == counts
        assert done.refused[0][:3] == ("3", "", "given_name")
    assert "040361" not in session.scalars(select(PatientIdentifier.value)).one()


def test_the_same_patient_enters_a_second_clinic(
    moving_in: Import, clinic: Clinic, session: Session
) -> None:
    other = make.clinic(session, name="Endokrinologisk Ambulatorium")
    session.commit()
    moving_in("patients", MAPPING, HEADER, KAREN, encoding="latin-1")
    clinic.name, other.name = "Solgt", clinic.name
    session.commit()
    done = moving_in("patients", MAPPING, HEADER, KAREN, encoding="latin-1")
    assert done.counts == (0, 0, 1, 0)
    assert len(session.scalars(select(Patient)).all()) == 1
    assert len(session.scalars(select(ClinicPatient)).all()) == 2
