"""What may be done about patients. Every change is written in the log."""

import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

from sqlalchemy import or_, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm.exc import StaleDataError

from booking.people import codes, cpr, needs
from booking.people.errors import AlreadyExists, BirthDateUnknown, ProxyNotPossible
from booking.people.events import PatientNeedsChanged, PatientReachChanged
from booking.people.guardianship import last_day_as_child
from booking.people.models import ClinicPatient, Patient, PatientNeed, PatientNote, Proxy
from booking.people.queries import named_patients
from booking.people.reasons import CPR_LOOKUP
from booking.platform import audit
from booking.platform.database import Session, constraint_of
from booking.platform.errors import ChangedMeanwhile, NotFound
from booking.platform.identity import Actor

Basis = Literal["referral", "import", "cpr_lookup", "registered"]
ProxyKind = Literal["parent", "power_of_attorney"]


@dataclass(frozen=True)
class Details:
    """What is known of a person, as typed and checked: cpr normalised, phone in E.164.

    The CPR number's own date goes before `birth_date`.
    """

    given_name: str
    family_name: str
    cpr: str | None = None
    birth_date: date | None = None
    phone: str | None = None
    email: str | None = None
    address: str | None = None
    language: str = "da"
    digital_exempt: bool = False


def register_patient(
    session: Session,
    by: Actor,
    clinic_id: int | None,
    details: Details,
    *,
    basis: Basis = "registered",
) -> Patient:
    """Add a person, to a clinic if one is given; raises AlreadyExists for a known CPR number."""
    if details.cpr and person_by_cpr(session, details.cpr):
        raise AlreadyExists
    patient = Patient(created_at=session.now())
    write_details(session, patient, details)
    session.add(patient)
    _save(session)
    if clinic_id is not None:
        enter_clinic(session, clinic_id, patient, basis)
    audit.record(session, by, "patient.registered", [patient.id], clinic_id=clinic_id)
    return patient


def edit_patient(
    session: Session, by: Actor, clinic_id: int, patient: Patient, version: int, details: Details
) -> None:
    """Save what was typed on a form that showed `version`.

    Where the patient can be reached in other ways than before, PatientReachChanged is published.
    Raises ChangedMeanwhile if someone saved in between, AlreadyExists if the CPR number is
    another's.
    """
    if patient.version != version:
        raise ChangedMeanwhile
    if details.cpr:
        known = person_by_cpr(session, details.cpr)
        if known is not None and known.id != patient.id:
            raise AlreadyExists
    before = _ways_to_reach(patient)
    write_details(session, patient, details)
    _save(session)
    audit.record(session, by, "patient.edited", [patient.id], clinic_id=clinic_id)
    if _ways_to_reach(patient) != before:
        session.publish(PatientReachChanged(patient.id))


def person_by_cpr(session: Session, number: str) -> Patient | None:
    """Whoever has this normalised CPR number, at any clinic or none."""
    wanted = Patient.cpr_hash == session.vault.fingerprint("cpr", number)
    return session.scalars(select(Patient).where(wanted)).one_or_none()


def enter_clinic(session: Session, clinic_id: int, patient: Patient, basis: Basis) -> None:
    """Let a clinic's staff see a patient; nothing happens if they may already."""
    there = select(ClinicPatient.id).where(
        ClinicPatient.clinic_id == clinic_id, ClinicPatient.patient_id == patient.id
    )
    if session.scalar(there) is None:
        session.add(
            ClinicPatient(
                clinic_id=clinic_id, patient_id=patient.id, basis=basis, since=session.now()
            )
        )
        session.flush()


def enter_clinic_by_cpr(
    session: Session, by: Actor, clinic_id: int, number: str, reason_code: str
) -> Patient | None:
    """Bring a patient into a clinic by the whole CPR number, for a coded reason (`CPR_LOOKUP`).

    None where nobody has the number; the try is in the log all the same.
    """
    if reason_code not in CPR_LOOKUP:
        raise NotFound
    patient = person_by_cpr(session, number)
    found = [patient.id] if patient else []
    action = "patient.entered_by_cpr" if patient else "patient.cpr_unknown"
    audit.record(session, by, action, found, reason=reason_code, clinic_id=clinic_id)
    if patient:
        enter_clinic(session, clinic_id, patient, "cpr_lookup")
    return patient


def find_holder(
    session: Session, by: Actor, clinic_id: int, number: str, reason_code: str
) -> Patient | None:
    """Whoever is to hold a proxy, by the whole CPR number, for a coded reason (`CPR_LOOKUP`).

    The look-up is in the log unless they are the clinic's patient. They do not become so by it.
    """
    if reason_code not in CPR_LOOKUP:
        raise NotFound
    person = person_by_cpr(session, number)
    if person is None:
        audit.record(session, by, "patient.cpr_unknown", reason=reason_code, clinic_id=clinic_id)
    elif not named_patients(session, frozenset({clinic_id}), {person.id}):
        action = "patient.holder_by_cpr"
        audit.record(session, by, action, [person.id], reason=reason_code, clinic_id=clinic_id)
    return person


def note_known_cpr(session: Session, by: Actor, clinic_id: int, number: str) -> None:
    """Log that someone was told that a CPR number is another patient's: that is a look-up too."""
    known = person_by_cpr(session, number)
    if known is not None:
        audit.record(session, by, "patient.cpr_known", [known.id], clinic_id=clinic_id)


def add_note(
    session: Session, by: Actor, clinic_id: int, patient: Patient, text: str
) -> PatientNote:
    """Add a clinic's note; notes are never rewritten."""
    note = PatientNote(
        patient_id=patient.id, clinic_id=clinic_id, text=text, author=by.name, at=session.now()
    )
    session.add(note)
    session.flush()
    audit.record(session, by, "patient.note_added", [patient.id], clinic_id=clinic_id)
    return note


def set_needs(
    session: Session,
    by: Actor,
    patient: Patient,
    wanted: Iterable[str],
    *,
    clinic_id: int | None = None,
) -> bool:
    """Make the patient's needs exactly these codes; raises NotFound for a code nobody knows.

    True if anything changed; then PatientNeedsChanged is published. A need keeps who told of
    it first.
    """
    now = frozenset(wanted)
    if not now <= set(needs.CODES):
        raise NotFound
    # Locked, so that two who tick at once do not add the same need twice.
    session.scalars(select(Patient.id).where(Patient.id == patient.id).with_for_update()).one()
    rows = session.scalars(select(PatientNeed).where(PatientNeed.patient_id == patient.id)).all()
    before = frozenset(row.need for row in rows)
    if now == before:
        return False
    for row in rows:
        if row.need not in now:
            session.delete(row)
    for code in sorted(now - before):
        session.add(
            PatientNeed(patient_id=patient.id, need=code, told_by=by.kind, since=session.now())
        )
    session.flush()
    audit.record(session, by, "patient.needs_set", [patient.id], clinic_id=clinic_id)
    session.publish(PatientNeedsChanged(patient.id, before, now))
    return True


def choose_language(session: Session, by: Actor, patient: Patient, language: str) -> bool:
    """The language (ISO 639-1) a patient wants to be written to in; True if it is another."""
    if patient.language == language:
        return False
    patient.language = language
    _save(session)
    audit.record(session, by, "patient.language_chosen", [patient.id])
    return True


def issue_code(
    session: Session,
    by: Actor,
    patient: Patient,
    *,
    replace: bool = False,
    clinic_id: int | None = None,
) -> str:
    """A booking code for the patient, as printed; raises BirthDateUnknown, as it needs both.

    replace: the clinic's earlier codes stop working, and the patient is signed out everywhere.
    """
    if patient.birth_date is None:
        raise BirthDateUnknown
    code = codes.issue(session, patient.id, clinic_id=clinic_id, replace=replace)
    audit.record(session, by, "patient.code_issued", [patient.id], clinic_id=clinic_id)
    return code


def add_proxy(
    session: Session,
    by: Actor,
    clinic_id: int | None,
    holder: Patient,
    patient: Patient,
    kind: ProxyKind,
    valid_from: date,
    valid_to: date | None = None,
) -> Proxy:
    """Let `holder` act for `patient` from one local day to another, both included.

    A parent's ends at the latest the day before the child turns 15 and needs the child's birth
    date; a power of attorney needs an end. Raises ProxyNotPossible, BirthDateUnknown, or
    AlreadyExists where the same two have one of the same kind at the same time.
    """
    if holder.id == patient.id:
        raise ProxyNotPossible
    if kind == "parent":
        if patient.birth_date is None:
            raise BirthDateUnknown
        last = last_day_as_child(patient.birth_date)
        valid_to = min(valid_to or last, last)
    if valid_to is None or valid_to < valid_from:
        raise ProxyNotPossible
    # Locked, so that the same proxy sent twice is one.
    session.scalars(select(Patient.id).where(Patient.id == patient.id).with_for_update()).one()
    overlapping = select(Proxy.id).where(
        Proxy.holder_id == holder.id,
        Proxy.patient_id == patient.id,
        Proxy.kind == kind,
        Proxy.valid_from <= valid_to,
        or_(Proxy.valid_to.is_(None), Proxy.valid_to >= valid_from),
    )
    if session.scalars(overlapping.limit(1)).first() is not None:
        raise AlreadyExists
    proxy = Proxy(
        holder=holder, patient=patient, kind=kind, valid_from=valid_from, valid_to=valid_to
    )
    session.add(proxy)
    session.flush()
    audit.record(
        session, by, "proxy.added", [holder.id, patient.id], reason=kind, clinic_id=clinic_id
    )
    return proxy


def end_proxy(session: Session, by: Actor, clinic_id: int | None, proxy: Proxy, on: date) -> None:
    """End a proxy so that `on` is the first day it no longer holds; one not begun is removed."""
    people = [proxy.holder_id, proxy.patient_id]
    if proxy.valid_from >= on:
        session.delete(proxy)
    else:
        last = on - timedelta(days=1)
        proxy.valid_to = min(proxy.valid_to or last, last)
    session.flush()
    audit.record(session, by, "proxy.ended", people, reason=proxy.kind, clinic_id=clinic_id)


def _save(session: Session) -> None:
    """Flush, in the domain's words where someone else was first."""
    try:
        session.flush()
    except StaleDataError:
        raise ChangedMeanwhile from None
    except IntegrityError as error:
        if constraint_of(error) == "uq_patient_cpr_hash":
            raise AlreadyExists from error
        raise


def write_details(session: Session, patient: Patient, details: Details) -> None:
    """Fill in a patient's row, sealing what must not lie open; the caller looks after the log."""
    vault, phone, number = session.vault, details.phone, details.cpr
    patient.given_name = unicodedata.normalize("NFC", details.given_name)
    patient.family_name = unicodedata.normalize("NFC", details.family_name)
    patient.birth_date = (cpr.birth_date(number) if number else None) or details.birth_date
    patient.language = details.language
    patient.digital_exempt = details.digital_exempt
    patient.cpr_hash = vault.fingerprint("cpr", number) if number else None
    patient.phone_hash = vault.fingerprint("phone", phone) if phone else None
    for field, plain in (
        ("cpr_sealed", number),
        ("phone_sealed", phone),
        ("email_sealed", details.email),
        ("address_sealed", details.address),
    ):
        # Sealing the same text again gives another token, which would look like a change.
        if vault.open(getattr(patient, field)) != (plain or None):
            setattr(patient, field, vault.seal(plain))


def _ways_to_reach(patient: Patient) -> tuple[bool, ...]:
    sealed = patient.phone_sealed, patient.email_sealed, patient.address_sealed, patient.cpr_sealed
    return (*(one is not None for one in sealed), patient.digital_exempt)


def one_at_a_time(session: Session, clinic_id: int, patient_id: int) -> None:
    """Let a form that was sent twice at once wait for itself: the second sees the first's row."""
    belongs = ClinicPatient.clinic_id == clinic_id, ClinicPatient.patient_id == patient_id
    # A row that booking never locks, so that neither can wait for the other.
    session.execute(select(ClinicPatient.id).where(*belongs).with_for_update())
