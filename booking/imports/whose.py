"""Whose a row is: patients by the source's key or by CPR number, many at a time."""

from collections.abc import Collection, Iterable, Sequence
from typing import Any

from flask_babel import lazy_gettext as _
from sqlalchemy import insert, select

from booking.imports.batch import Batch, Checked
from booking.imports.fields import CprCell
from booking.imports.keys import concealed
from booking.people.models import ClinicPatient, Patient, PatientIdentifier
from booking.platform.database import Session
from booking.platform.forms import Text

NAMELESS = "Ukendt"

NOBODY = _("Patienten er ikke kendt. Importer patienterne først.")
NOT_SAID = _("Rækken siger ikke, hvis den er.")


def fields() -> dict[str, Any]:
    """The two ways a row may name its patient."""
    return {"patient": Text(longest=120), "patient_cpr": CprCell()}


def find(batch: Batch, rows: Sequence[Checked]) -> dict[int, int]:
    """Row number -> patient id. Rows whose patient nobody knows are refused, or, if the mapping
    says so and the source has a key for them, get a patient without name, CPR or birth date.

    The patients found belong to the clinic from now on.
    """
    session, source = batch.session, batch.mapping.source
    vault = session.vault
    keys = {r.number: concealed(vault, r.values["patient"]) for r in rows if "patient" in r.values}
    hashes = {
        r.number: vault.fingerprint("cpr", r.values["patient_cpr"])
        for r in rows
        if "patient_cpr" in r.values
    }
    by_key = by_identifier(session, source, keys.values())
    by_cpr = by_cpr_hash(session, hashes.values())
    if batch.mapping.create_patients:
        by_key |= _make(batch, sorted(set(keys.values()) - by_key.keys()))
    found = {}
    for row in rows:
        patient_id = by_cpr.get(hashes.get(row.number, "")) or by_key.get(keys.get(row.number, ""))
        if patient_id is not None:
            found[row.number] = patient_id
        elif row.number in keys or row.number in hashes:
            batch.refuse(row, "patient" if row.number in keys else "patient_cpr", NOBODY)
        else:
            batch.refuse(row, "patient", NOT_SAID)
    enter(batch, set(found.values()))
    return found


def by_identifier(session: Session, source: str, values: Iterable[str]) -> dict[str, int]:
    """What a source calls patients -> their ids."""
    rows = session.execute(
        select(PatientIdentifier.value, PatientIdentifier.patient_id).where(
            PatientIdentifier.system == source, PatientIdentifier.value.in_(sorted(set(values)))
        )
    )
    return dict(rows.all())


def by_cpr_hash(session: Session, hashes: Iterable[str]) -> dict[str, int]:
    """The keyed hashes of CPR numbers -> the ids of those who have them."""
    rows = session.execute(
        select(Patient.cpr_hash, Patient.id).where(Patient.cpr_hash.in_(sorted(set(hashes))))
    )
    return {cpr_hash: patient_id for cpr_hash, patient_id in rows if cpr_hash}


def enter(batch: Batch, patient_ids: Collection[int]) -> set[int]:
    """Let the clinic's staff see these patients; returns those they could not see before."""
    session, clinic_id = batch.session, batch.clinic.id
    if not patient_ids:
        return set()
    there = session.scalars(
        select(ClinicPatient.patient_id).where(
            ClinicPatient.clinic_id == clinic_id,
            ClinicPatient.patient_id.in_(sorted(patient_ids)),
        )
    )
    missing = set(patient_ids) - set(there)
    if missing:
        row = {"clinic_id": clinic_id, "basis": "import", "since": session.now()}
        session.execute(
            insert(ClinicPatient), [{**row, "patient_id": one} for one in sorted(missing)]
        )
    return missing


def identify(batch: Batch, whose: Iterable[tuple[str, int]]) -> None:
    """Remember what the source calls patients: (key, patient id) pairs."""
    rows = [
        {"system": batch.mapping.source, "value": key, "patient_id": patient_id}
        for key, patient_id in whose
    ]
    if rows:
        batch.session.execute(insert(PatientIdentifier), rows)


def insert_patients(session: Session, rows: Sequence[dict[str, Any]]) -> list[int]:
    """Insert patients, all with the same columns; their ids in the same order."""
    given = insert(Patient).returning(Patient.id, sort_by_parameter_order=True)
    return list(session.scalars(given, list(rows)))


def _make(batch: Batch, keys: Sequence[str]) -> dict[str, int]:
    if not keys:
        return {}
    nameless = {"given_name": "", "family_name": NAMELESS, "created_at": batch.session.now()}
    made = dict(zip(keys, insert_patients(batch.session, [nameless for _key in keys]), strict=True))
    identify(batch, made.items())
    return made
