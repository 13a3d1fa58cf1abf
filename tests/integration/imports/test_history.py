"""History comes in with the patients it is about, takes no time, and comes in once."""

from collections.abc import Iterator
from typing import Any

import pytest
from flask import Flask
from flask_babel import force_locale
from sqlalchemy import func, select

from booking.appointments.models import PastVisit
from booking.calendar.models import Clinic
from booking.imports import history, mapping
from booking.imports.rows import Row
from booking.imports.run import Kind, Progress, run
from booking.people.models import ClinicPatient, Patient, PatientIdentifier
from booking.platform.audit import AuditEntry, AuditSubject
from booking.platform.database import Session
from booking.platform.web import Rettid
from tests import factories as make
from tests.integration.imports.conftest import CLINIC, SOURCE, Import

pytestmark = pytest.mark.freeze_time("2026-11-23T08:00:00Z")

MAPPING = """
[formats]
written_out = ["patient"]
[columns]
key = "id"
patient = "who"
day = "day"
at = "at"
booked_on = "booked"
outcome = "came"
[values.outcome]
yes = "fulfilled"
no = "noshow"
[facts.age]
column = "age"
type = "number"
min = 0
max = 130
"""
CREATE = MAPPING + "[patients]\ncreate = true\n"
HEADER = "id,who,day,at,booked,came,age"


def test_every_kind_of_bad_row_is_refused_by_name_and_the_good_ones_load(
    moving_in: Import, clinic: Clinic, session: Session
) -> None:
    lines = [
        HEADER,
        "1,9,2026-05-02,,2026-05-02,yes,40",
        "2,9,2026-05-02,,2026-05-03,no,40",
        "3,9,2026-05-02,,2026-05-01,yes,-1",
        "4,9,2026-13-02,,,yes,40",
        "5,9,2026-05-02,,,maybe,40",
        "6,9,2026-11-24,,,yes,40",
        "7,,2026-05-02,,,yes,40",
        "8,9,,,,yes,40",
        ",9,2026-05-02,,,yes,40",
        "1,9,2026-05-02,,,yes,40",
        "11,9,2026-05-02",
        "12,9,2026-05-02,,,,40",
        "",
        "13,9,,2026-03-29 02:30,,yes,40",
        "14,9,,2026-10-25 02:30,,yes,40",
        "15,9,,2026-10-25 03:30,2026-10-25,yes,40",
        "16,9,2026-05-02,,,yes,old",
        '17,"9\x00",2026-05-02,,,yes,40',
        f"{'x' * 121},9,2026-05-02,,,yes,40",
    ]
    done = moving_in("history", CREATE, *lines)
    assert done.counts == (2, 0, 0, 16)
    assert done.wrong == [
        ("3", "booked_on"),
        ("4", "age"),
        ("5", "day"),
        ("6", "outcome"),
        ("7", "day"),
        ("8", "patient"),
        ("9", "day"),
        ("10", "key"),
        ("11", "key"),
        ("12", ""),
        ("13", "outcome"),
        ("15", "at"),
        ("16", "at"),
        ("18", "age"),
        ("19", "patient"),
        ("20", "key"),
    ]
    reasons = {row: reason for row, _key, _field, reason in done.refused}
    assert reasons["3"] == "Bookingdagen ligger efter besøget."
    assert reasons["4"] == "Skriv et tal fra 0 til 130."
    assert reasons["11"] == "Nøglen står allerede i række 2."
    assert reasons["15"] == "Klokkeslættet findes ikke: uret stilles frem den nat."
    assert reasons["16"] == "Klokkeslættet findes to gange: uret stilles tilbage den nat."
    kept = session.scalars(select(PastVisit).order_by(PastVisit.id)).all()
    assert [visit.source_key for visit in kept] == ["1", "15"]
    assert kept[0].facts == {"age": 40}


def test_the_form_of_a_visit_is_kept_as_a_fact(
    moving_in: Import, clinic: Clinic, session: Session
) -> None:
    how = 'form = "how"\n[values.form]\ntel = "phone"\n[values.outcome]'
    done = moving_in(
        "history",
        CREATE.replace("[values.outcome]", how),
        f"{HEADER},how",
        "1,9,2026-05-02,,,yes,40,tel",
        "2,9,2026-05-03,,,yes,40,",
        "3,9,2026-05-04,,,yes,40,brev",
    )
    assert done.wrong == [("4", "form")]
    found = session.scalars(select(PastVisit.facts).order_by(PastVisit.day))
    assert list(found) == [{"age": 40, "form": "phone"}, {"age": 40}]


def test_a_patient_nobody_knows_is_refused_unless_the_mapping_makes_one(
    moving_in: Import, clinic: Clinic, session: Session
) -> None:
    lines = [HEADER, "1,2.98725E+13,2026-05-02,,,yes,40", "2,29872500000000,2026-05-02,,,yes,40"]
    done = moving_in("history", MAPPING, *lines)
    assert done.counts == (0, 0, 0, 2)
    assert session.scalar(select(func.count(Patient.id))) == 0

    assert moving_in("history", CREATE, *lines).counts == (2, 0, 0, 0)
    patient = session.scalars(select(Patient)).one()
    assert (patient.name, patient.birth_date, patient.cpr) == ("Ukendt", None, None)
    known = session.scalars(select(PatientIdentifier)).one()
    assert (known.system, known.value) == (SOURCE, "29872500000000")
    member = session.scalars(select(ClinicPatient)).one()
    assert (member.clinic_id, member.basis) == (clinic.id, "import")


def test_a_patient_named_by_cpr_number_is_found_and_never_written_down(
    moving_in: Import, clinic: Clinic, session: Session
) -> None:
    hashed = session.vault.fingerprint("cpr", "0403611234")
    patient = make.patient(session, cpr_hash=hashed)
    session.commit()
    by_cpr = MAPPING.replace("patient =", "patient_cpr =").replace('"patient"', "")
    by_cpr = by_cpr.replace('key = "id"', 'key = ["who", "day"]')
    lines = [
        HEADER,
        "1,040361-1234,2026-05-02,,,yes,40",
        "2,150752-2222,2026-05-02,,,yes,40",
        "3,999999-2222,2026-05-02,,,yes,40",
    ]
    done = moving_in("history", by_cpr, *lines)
    assert done.counts == (1, 0, 0, 2)
    assert done.wrong == [("3", "patient_cpr"), ("4", "patient_cpr")]
    visit = session.scalars(select(PastVisit)).one()
    assert visit.patient_id == patient.id
    assert "0403611234" not in visit.source_key
    assert "040361" not in visit.source_key
    assert not any("150752" in cell for row in done.refused for cell in row)
    assert moving_in("history", by_cpr, *lines).counts == (0, 1, 0, 2)


def test_a_text_that_points_to_a_person_is_refused_without_being_repeated(
    moving_in: Import, clinic: Clinic, session: Session
) -> None:
    with_texts = CREATE.replace('day = "day"', 'day = "day"\nlabel = "what"') + (
        '[facts.remark]\ncolumn = "remark"\n[facts.units]\ncolumn = "units"\ntype = "number"\n'
    )
    lines = [
        "id,who,day,at,booked,came,age,what,remark,units",
        "1,8,2026-05-02,,,yes,40,Kontrol 150752-2222,,",
        "2,8,2026-05-02,,,yes,40,Kontrol,ring 20 30 10 20,",
        "3,8,2026-05-02,,,yes,40,Kontrol,skriv til karen@example.org,",
        "4,8,2026-05-02,,,yes,40,Kontrol,,20301020",
        "5,8,2026-05-02,,,yes,40,Kontrol 2 af 3,set 2026-05-02,20",
    ]
    done = moving_in("history", with_texts, *lines)
    assert done.counts == (1, 0, 0, 4)
    assert done.wrong == [("2", "label"), ("3", "remark"), ("4", "remark"), ("5", "units")]
    told = " ".join(cell for row in done.refused for cell in row)
    assert not any(said in told for said in ("150752", "20 30", "karen", "20301020"))
    assert session.scalars(select(PastVisit)).one().label == "Kontrol 2 af 3"


@pytest.mark.parametrize("key", ["150752-22A1", "karen@example.org", "+45 20301020"])
def test_a_key_that_points_to_a_person_is_kept_as_a_hash_and_known_again(
    moving_in: Import, clinic: Clinic, session: Session, key: str
) -> None:
    lines = [HEADER, f"{key},{key},2026-05-02,,,yes,40"]
    assert moving_in("history", CREATE, *lines).counts == (1, 0, 0, 0)
    kept = session.scalars(select(PastVisit.source_key)).one()
    known = session.scalars(select(PatientIdentifier.value)).one()
    assert key not in (kept, known)
    assert moving_in("history", CREATE, *lines).counts == (0, 1, 0, 0)
    bad = moving_in("history", CREATE, HEADER, f"{key},8,2026-05-02,,,maybe,40")
    assert bad.wrong == [("2", "outcome")]
    assert not any(key in cell for row in bad.refused for cell in row)


def test_one_entry_in_the_log_names_the_patients_of_a_batch(
    moving_in: Import, clinic: Clinic, session: Session
) -> None:
    lines = [HEADER, "1,8,2026-05-02,,,yes,40", "2,9,2026-05-02,,,yes,40"]
    moving_in("history", CREATE, *lines)
    moving_in("history", CREATE, *lines)
    entry = session.scalars(select(AuditEntry).where(AuditEntry.action == "import.history")).one()
    assert (entry.actor_kind, entry.place, entry.clinic_id) == ("system", "import", clinic.id)
    named = session.scalars(select(AuditSubject.patient_id)).all()
    assert sorted(named) == sorted(session.scalars(select(Patient.id)))


def test_an_import_that_is_stopped_half_way_is_simply_run_again(
    app: Flask, rettid: Rettid, clinic: Clinic, session: Session
) -> None:
    how = mapping.read(f'source = "{SOURCE}"\nclinic = "{CLINIC}"\n{CREATE}')

    def rows(until: int) -> Iterator[Row]:
        for number in range(2, 2502):
            if number == until:
                raise KeyboardInterrupt
            who = str(number % 700)
            fields = {"key": str(number), "patient": who, "day": "2026-05-02"}
            yield Row(number, {**fields, "outcome": "fulfilled"})

    def imported(until: int = 0) -> Iterator[Progress]:
        kind = Kind("history", history.fields, history.load)
        return run(rettid.database, rettid.vault, kind, how, rows(until))

    def count(of: Any) -> int | None:
        with rettid.database.reading() as reading:
            return reading.scalar(select(func.count(of)))

    with app.app_context(), force_locale("da"):
        with pytest.raises(KeyboardInterrupt):
            list(imported(until=1500))
        assert count(PastVisit.id) == 1000
        done = list(imported())
    assert sum(part.unchanged for part in done) == 1000
    assert sum(part.new for part in done) == 1500
    assert (count(PastVisit.id), count(Patient.id)) == (2500, 700)
