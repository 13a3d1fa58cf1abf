"""Importing patients: the new in bulk, the known by what the source says new of them."""

from collections.abc import Sequence
from dataclasses import fields as parts
from dataclasses import replace
from typing import Any

from flask_babel import lazy_gettext as _
from sqlalchemy import insert

from booking.imports import keys, whose
from booking.imports.batch import Batch, Checked, Outcome, Reading, Refused
from booking.imports.fields import CprCell, DayCell, YesNoCell
from booking.imports.models import ImportKey
from booking.people import cpr, service
from booking.people.models import Patient
from booking.people.service import Details
from booking.platform.forms import Choice, Email, Phone, Text
from booking.platform.i18n import LANGUAGES
from booking.platform.identity import SYSTEM
from booking.platform.localtime import local_date

KIND = "patient"
PARTS = tuple(part.name for part in parts(Details))

OTHER_BIRTH_DATE = _("Fødselsdatoen er en anden end den i CPR-nummeret.")
NOT_BORN = _("Fødselsdatoen ligger i fremtiden.")


def fields(reading: Reading) -> dict[str, Any]:
    """The fields a row may have. CPR number and birth date may be unknown."""
    return {
        "given_name": Text(longest=100, required=True),
        "family_name": Text(longest=100, required=True),
        "cpr": CprCell(),
        "birth_date": DayCell(reading.mapping.dates),
        "phone": Phone(),
        "email": Email(),
        "address": Text(longest=1000),
        "language": Choice(LANGUAGES),
        "digital_exempt": YesNoCell(),
    }


def load(batch: Batch) -> None:
    """Add new patients; where the CPR number is known here, the source's key becomes one more
    identifier of that patient, whose details stay. What a row leaves empty stays as it is.
    """
    session, vault = batch.session, batch.session.vault
    rows = [row for row in batch.rows if _sound(batch, row)]
    held = whose.by_identifier(session, batch.mapping.source, [row.key for row in rows])
    hashes = {
        r.number: vault.fingerprint("cpr", r.values["cpr"]) for r in rows if "cpr" in r.values
    }
    taken = set(whose.by_cpr_hash(session, hashes.values()))
    known, first, again = [], [], []
    for row in rows:
        cpr_hash = hashes.get(row.number)
        if row.key in held:
            known.append(row)
        elif cpr_hash in taken:
            again.append(row)
        else:
            first.append(row)
            taken |= {cpr_hash} if cpr_hash else set()
    touched = batch.together(first, lambda some: _insert(batch, some), lambda row: row)
    touched += _refresh(batch, known, held)
    touched += _link(batch, again, hashes)
    batch.audit("patients", touched)


def _sound(batch: Batch, row: Checked) -> bool:
    birth_date, number = row.values.get("birth_date"), row.values.get("cpr")
    if birth_date is None:
        return True
    if birth_date > local_date(batch.session.now(), batch.clinic.zone):
        batch.refuse(row, "birth_date", NOT_BORN)
        return False
    if number and cpr.birth_date(number) not in (None, birth_date):
        batch.refuse(row, "birth_date", OTHER_BIRTH_DATE)
        return False
    return True


def _insert(batch: Batch, rows: Sequence[Checked]) -> list[int]:
    session = batch.session
    made = [Patient(created_at=session.now()) for _row in rows]
    for patient, row in zip(made, rows, strict=True):
        service.write_details(session, patient, Details(**_said(row)))
    session.add_all(made)
    session.flush()
    ids = [patient.id for patient in made]
    whose.identify(batch, zip([row.key for row in rows], ids, strict=True))
    session.execute(
        insert(ImportKey),
        [
            {
                "source": batch.mapping.source,
                "kind": KIND,
                "source_key": row.key,
                "row_id": patient_id,
                "digest": keys.digest(session, row.values),
            }
            for row, patient_id in zip(rows, ids, strict=True)
        ],
    )
    whose.enter(batch, ids)
    return ids


def _refresh(batch: Batch, rows: Sequence[Checked], held: dict[str, int]) -> list[int]:
    """Change the known patients of whom the source says something new; the entered ones' ids."""
    session, clinic_id = batch.session, batch.clinic.id
    before = keys.known(batch, KIND)
    entered = whose.enter(batch, [held[row.key] for row in rows])

    def act(row: Checked) -> Outcome:
        patient_id, says = held[row.key], keys.digest(session, row.values)
        key = before.get(row.key)
        if key is not None and key.digest == says:
            return "changed" if patient_id in entered else "unchanged"
        patient = session.get_one(Patient, patient_id)
        details = replace(_details(patient), **_said(row))
        service.edit_patient(session, SYSTEM, clinic_id, patient, patient.version, details)
        if key is None:
            keys.add(batch, KIND, row.key, patient_id, says)
        else:
            key.digest = says
            session.flush()
        return "changed"

    batch.each(act, rows)
    return sorted(entered)


def _link(batch: Batch, rows: Sequence[Checked], hashes: dict[int, str]) -> list[int]:
    """Give patients whom we know by CPR number the source's key as one more identifier."""
    session = batch.session
    known = whose.by_cpr_hash(session, [hashes[row.number] for row in rows])
    linked = []

    def act(row: Checked) -> Outcome:
        patient_id = known.get(hashes[row.number])
        if patient_id is None:  # the row that brought the number was itself refused
            raise Refused("cpr", whose.NOBODY)
        whose.identify(batch, [(row.key, patient_id)])
        keys.add(batch, KIND, row.key, patient_id, keys.digest(session, row.values))
        whose.enter(batch, [patient_id])
        linked.append(patient_id)
        return "changed"

    batch.each(act, rows)
    return linked


def _said(row: Checked) -> dict[str, Any]:
    return {name: row.values[name] for name in PARTS if name in row.values}


def _details(patient: Patient) -> Details:
    return Details(**{name: getattr(patient, name) for name in PARTS})
