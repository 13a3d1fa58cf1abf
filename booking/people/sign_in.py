"""Proving who one is, and who a signed cookie belongs to."""

from datetime import date, timedelta

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerifyMismatchError
from sqlalchemy import select

from booking.people import codes
from booking.people.errors import BadCredentials
from booking.people.models import BookingCode, Patient, Staff
from booking.platform import audit, limits
from booking.platform.database import Session
from booking.platform.identity import Actor, Role, SignIn, sign_in
from booking.platform.limits import Limit

PER_CODE = Limit("code", 5, timedelta(hours=1))
PER_USERNAME = Limit("username", 8, timedelta(minutes=15))
# Apart, so that a patient's browser on a shared network cannot keep the staff there out.
PATIENTS_PER_ADDRESS = Limit("patients' address", 40, timedelta(minutes=15))
STAFF_PER_ADDRESS = Limit("staff's address", 40, timedelta(minutes=15))

_hasher = PasswordHasher()
# Checked where there is no account, so that both answers take the same time.
_NOBODY = _hasher.hash("nobody has this password")


def staff_actor(session: Session, signed: SignIn) -> Actor | None:
    """The member of staff a cookie belongs to; None once inactive or revoked."""
    staff = session.get(Staff, signed["id"])
    if staff is None or not staff.active or staff.epoch != signed["epoch"]:
        return None
    return actor_of(staff)


def actor_of(staff: Staff) -> Actor:
    """A member of staff as an actor, with the roles held at each clinic."""
    roles: dict[int, set[Role]] = {}
    for held in staff.roles:
        roles.setdefault(held.clinic_id, set()).add(Role(held.role))
    frozen = {clinic: frozenset(held) for clinic, held in roles.items()}
    return Actor("staff", staff.id, staff.name, frozen)


def patient_actor(session: Session, signed: SignIn) -> Actor | None:
    """The patient a cookie belongs to; None once revoked."""
    patient = session.get(Patient, signed["id"])
    if patient is None or patient.epoch != signed["epoch"]:
        return None
    return Actor("patient", patient.id, patient.name)


def staff_by_password(session: Session, username: str, password: str, address: str) -> SignIn:
    """Sign staff in; raises BadCredentials or TooManyAttempts.

    Every attempt is counted before it is tried; a success gives its own back. `address` is the
    network address asked from. The counting needs the caller to commit.
    """
    name = username.strip().lower()
    limits.count(session, STAFF_PER_ADDRESS, address)
    limits.count(session, PER_USERNAME, name)
    staff = session.scalars(select(Staff).where(Staff.username == name)).one_or_none()
    stored = staff.password_hash if staff else _NOBODY
    if not _matches(stored, password) or staff is None or not staff.active:
        raise BadCredentials
    limits.give_back(session, STAFF_PER_ADDRESS, address)
    limits.forget(session, PER_USERNAME, name)
    if _hasher.check_needs_rehash(stored):
        staff.password_hash = hash_password(password)
    return begin_staff(session, staff)


def begin_staff(session: Session, staff: Staff) -> SignIn:
    """Start a member of staff's session, and write it in the log."""
    audit.record(session, actor_of(staff), "sign_in")
    return sign_in("staff", staff.id, staff.epoch, session.now())


def patient_by_code(session: Session, code: str, birth_date: date | None, address: str) -> SignIn:
    """Sign a patient in by the code from a letter and a birth date; raises as `known_by_code`."""
    return begin_patient(session, known_by_code(session, code, birth_date, address))


def known_by_code(session: Session, code: str, birth_date: date | None, address: str) -> Patient:
    """The patient with this code from a letter and this birth date; no session is begun.

    A wrong code and a wrong date give the same BadCredentials and count the same; after
    repeated failures TooManyAttempts. The counting needs the caller to commit.
    """
    plain = codes.normalised(code)
    limits.count(session, PATIENTS_PER_ADDRESS, address)
    limits.count(session, PER_CODE, plain)
    found = session.execute(
        select(BookingCode, Patient)
        .join(Patient, Patient.id == BookingCode.patient_id)
        .where(
            BookingCode.code_hash == session.vault.fingerprint("booking-code", plain),
            BookingCode.revoked_at.is_(None),
            BookingCode.expires_at > session.now(),
        )
    ).one_or_none()
    if found is None or birth_date is None or found[1].birth_date != birth_date:
        raise BadCredentials
    limits.give_back(session, PATIENTS_PER_ADDRESS, address)
    limits.forget(session, PER_CODE, plain)
    patient: Patient = found[1]
    return patient


def begin_patient(session: Session, patient: Patient) -> SignIn:
    """Start a patient's session, and write it in the log."""
    audit.record(session, Actor("patient", patient.id, patient.name), "sign_in", [patient.id])
    return sign_in("patient", patient.id, patient.epoch, session.now())


def hash_password(password: str) -> str:
    """An argon2id hash, with its parameters and salt."""
    return _hasher.hash(password)


def _matches(stored: str, password: str) -> bool:
    try:
        return _hasher.verify(stored, password)
    except (VerifyMismatchError, InvalidHashError):
        return False
