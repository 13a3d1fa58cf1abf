"""Reading people. Staff see only patients of their own clinics."""

import re
from collections.abc import Collection, Sequence
from datetime import date

from sqlalchemy import ColumnElement, Select, or_, select

from booking.people import birth_dates, cpr, names
from booking.people.guardianship import last_day_as_child
from booking.people.models import (
    ClinicPatient,
    Patient,
    PatientNeed,
    PatientNote,
    Proxy,
    Staff,
    StaffRole,
)
from booking.platform.database import Session
from booking.platform.errors import NotFound
from booking.platform.phone import e164

MOST = 50

_SEPARATED = re.compile(r"[./-]")
_NAME_AND_BIRTH = re.compile(r"(?P<name>\D+?)[\s,]+(?:(?:f\.?|født)\s*)?(?P<born>\d.*)")
_YEAR = re.compile(r"(?:19|20)\d\d")


def patient_of(session: Session, clinic_id: int, patient_id: int) -> Patient:
    """A patient of the clinic; raises NotFound for any other, and for nobody."""
    wanted = _of_clinic(select(Patient), clinic_id).where(Patient.id == patient_id)
    patient = session.scalars(wanted).one_or_none()
    if patient is None:
        raise NotFound
    return patient


def find(session: Session, clinic_id: int, text: str) -> list[Patient]:
    """At most 50 of a clinic's patients, by whatever the text reads as, in Danish order.

    A full CPR number, a phone number, a birth date (see `birth_dates`), or words that each
    begin a part of the name, with a birth date or year after them or without. Eight digits may
    be both a phone number and a date.
    """
    text = text.strip()
    exact = _exactly(session, text)
    if exact is not None:
        rows = session.scalars(_of_clinic(select(Patient), clinic_id).where(exact)).all()
        return sorted(rows, key=_order)[:MOST]
    both = _NAME_AND_BIRTH.fullmatch(text)
    if both:
        born = _born(session, both["born"].strip())
        if born is not None:
            return _by_name(session, clinic_id, names.parts(both["name"]), born)
    return _by_name(session, clinic_id, names.parts(text))


def may_act_for(session: Session, holder_id: int, patient_id: int, on: date) -> bool:
    """True for oneself, and for whoever one holds a proxy for on that local day."""
    if holder_id == patient_id:
        return True
    wanted = select(Proxy).where(
        Proxy.holder_id == holder_id, Proxy.patient_id == patient_id, _in_force(on)
    )
    return any(_still(proxy, on) for proxy in session.scalars(wanted))


def people_of(session: Session, holder_id: int, on: date) -> list[Patient]:
    """Oneself first, then those one may act for on that local day, the youngest last."""
    oneself = session.get_one(Patient, holder_id)
    wanted = select(Proxy).where(Proxy.holder_id == holder_id, _in_force(on))
    others = {p.patient_id: p.patient for p in session.scalars(wanted) if _still(p, on)}
    return [oneself, *sorted(others.values(), key=lambda p: (p.birth_date or on, p.id))]


def proxies_for(session: Session, patient_id: int, on: date) -> list[Proxy]:
    """The proxies others hold for a patient, in force or still to begin, the first to end last."""
    wanted = (
        select(Proxy)
        .where(Proxy.patient_id == patient_id)
        .where(or_(Proxy.valid_to.is_(None), Proxy.valid_to >= on))
        .order_by(Proxy.valid_from, Proxy.id)
    )
    return list(session.scalars(wanted))


def needs_of(session: Session, patient_id: int) -> frozenset[str]:
    """The codes of a patient's needs."""
    wanted = select(PatientNeed.need).where(PatientNeed.patient_id == patient_id)
    return frozenset(session.scalars(wanted))


def needs_of_each(session: Session, patient_ids: Collection[int]) -> dict[int, set[str]]:
    """The codes of several patients' needs, by patient; those without any are left out."""
    wanted = select(PatientNeed.patient_id, PatientNeed.need).where(
        PatientNeed.patient_id.in_(patient_ids)
    )
    found: dict[int, set[str]] = {}
    for patient, need in session.execute(wanted):
        found.setdefault(patient, set()).add(need)
    return found


def notes_of(session: Session, clinic_id: int, patient_id: int) -> list[PatientNote]:
    """A clinic's own notes about a patient, newest first."""
    wanted = (
        select(PatientNote)
        .where(PatientNote.patient_id == patient_id, PatientNote.clinic_id == clinic_id)
        .order_by(PatientNote.at.desc(), PatientNote.id.desc())
    )
    return list(session.scalars(wanted))


def named_patients(
    session: Session, clinic_ids: frozenset[int], patient_ids: set[int]
) -> dict[int, Patient]:
    """Those of these patients who belong to one of the clinics, by number."""
    wanted = (
        select(Patient)
        .join(ClinicPatient, ClinicPatient.patient_id == Patient.id)
        .where(Patient.id.in_(patient_ids), ClinicPatient.clinic_id.in_(clinic_ids))
    )
    return {patient.id: patient for patient in session.scalars(wanted)}


def staff_of(session: Session, clinic_id: int) -> list[Staff]:
    """Everyone with a role at the clinic, in Danish order."""
    wanted = select(Staff).where(Staff.roles.any(StaffRole.clinic_id == clinic_id))
    return sorted(session.scalars(wanted), key=lambda s: (names.danish_order(s.name), s.id))


def staff_member_of(session: Session, clinic_id: int, staff_id: int) -> Staff:
    """A member of staff with a role at the clinic; raises NotFound for any other."""
    staff = session.get(Staff, staff_id)
    if staff is None or all(role.clinic_id != clinic_id for role in staff.roles):
        raise NotFound
    return staff


def staff_by_username(session: Session, username: str) -> Staff:
    """The member of staff with a user name; raises NotFound."""
    wanted = select(Staff).where(Staff.username == username.strip().lower())
    staff = session.scalars(wanted).one_or_none()
    if staff is None:
        raise NotFound
    return staff


def _of_clinic(wanted: Select[Patient], clinic_id: int) -> Select[Patient]:
    return wanted.join(ClinicPatient, ClinicPatient.patient_id == Patient.id).where(
        ClinicPatient.clinic_id == clinic_id
    )


def _exactly(session: Session, text: str) -> ColumnElement[bool] | None:
    """What a text without letters may mean, taken together; None if it reads as none of them."""
    vault = session.vault
    meant: list[ColumnElement[bool]] = []
    if cpr.is_cpr(text):
        meant.append(Patient.cpr_hash == vault.fingerprint("cpr", cpr.normalise(text)))
    born = birth_dates.meant(text, session.now().date())
    if born:
        meant.append(Patient.birth_date.in_(born))
    no_number = (born and _SEPARATED.search(text)) or any(letter.isalpha() for letter in text)
    phone = None if no_number else e164(text)
    if phone:
        meant.append(Patient.phone_hash == vault.fingerprint("phone", phone))
    if not meant:
        return None
    found = meant[0]
    for other in meant[1:]:
        found = found | other
    return found


def _born(session: Session, text: str) -> ColumnElement[bool] | None:
    """What a date or a year after a name narrows to; None if it reads as neither."""
    days = birth_dates.meant(text, session.now().date())
    if days:
        return Patient.birth_date.in_(days)
    if _YEAR.fullmatch(text):
        year = int(text)
        return Patient.birth_date.between(date(year, 1, 1), date(year, 12, 31))
    return None


def _by_name(
    session: Session,
    clinic_id: int,
    words: Sequence[str],
    born: ColumnElement[bool] | None = None,
) -> list[Patient]:
    if not words:
        return []
    whole = Patient.given_name + " " + Patient.family_name
    wanted = (
        select(Patient.id, Patient.given_name, Patient.family_name)
        .join(ClinicPatient, ClinicPatient.patient_id == Patient.id)
        .where(ClinicPatient.clinic_id == clinic_id)
        .where(*(whole.ilike(names.narrowing(word), escape="\\") for word in words))
    )
    if born is not None:
        wanted = wanted.where(born)
    fitting = [
        (names.danish_order(family), names.danish_order(given), number)
        for number, given, family in session.execute(wanted)
        if names.matches(f"{given} {family}", words)
    ]
    first = [number for _, _, number in sorted(fitting)[:MOST]]
    rows = session.scalars(select(Patient).where(Patient.id.in_(first)))
    return sorted(rows, key=_order)


def _order(patient: Patient) -> tuple[str, str, int]:
    return (
        names.danish_order(patient.family_name),
        names.danish_order(patient.given_name),
        patient.id,
    )


def _in_force(on: date) -> ColumnElement[bool]:
    return (Proxy.valid_from <= on) & (Proxy.valid_to.is_(None) | (Proxy.valid_to >= on))


def _still(proxy: Proxy, on: date) -> bool:
    """False for a parent whose child has turned 15, whatever the row says: birth dates get
    corrected."""
    born = proxy.patient.birth_date
    return proxy.kind != "parent" or (born is not None and on <= last_day_as_child(born))
