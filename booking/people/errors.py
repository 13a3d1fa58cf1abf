"""What the people room refuses."""

from booking.platform.errors import DomainError


class BadCredentials(DomainError):
    """The two things given do not belong together; which of them is wrong is never told."""

    code = "bad_credentials"


class AlreadyExists(DomainError):
    """There is one like it already: a username, a CPR number, a proxy."""

    code = "already_exists"


class BirthDateUnknown(DomainError):
    """What was asked for needs the patient's birth date: a booking code, a parent's proxy."""

    code = "birth_date_unknown"


class ProxyNotPossible(DomainError):
    """A parent of someone who is 15, a power of attorney without an end, or for oneself."""

    code = "proxy_not_possible"


class WeakPassword(DomainError):
    """Too short, or the user name itself."""

    code = "weak_password"


class LastLeader(DomainError):
    """A clinic would be left without anyone to give roles."""

    code = "last_leader"


# A constraint is named after its table and all of its columns.
CONSTRAINTS: dict[str, type[DomainError]] = {
    "uq_patient_cpr_hash": AlreadyExists,
    "uq_staff_username": AlreadyExists,
    "uq_staff_role_staff_id_clinic_id_role": AlreadyExists,
    "uq_clinic_patient_clinic_id_patient_id": AlreadyExists,
    "uq_patient_need_patient_id_need": AlreadyExists,
}
