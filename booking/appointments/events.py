"""What happens to appointments, told to whoever subscribed, inside the same transaction.

Ids rather than rows: a handler reads what it needs from the session it is given.
"""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True)
class InvitationCreated:
    """A patient has leave to book; it may have a provisional time already."""

    invitation_id: int
    patient_id: int
    clinic_id: int


@dataclass(frozen=True)
class CourseEnded:
    """A patient's way through the clinic is over."""

    course_id: int
    patient_id: int
    clinic_id: int


@dataclass(frozen=True)
class AppointmentBooked:
    """A time was booked. `provisional`: the patient has not answered yet.

    instead_of: the cancelled appointment, where this takes its cancellation back.
    """

    appointment_id: int
    patient_id: int
    clinic_id: int
    starts_at: datetime
    provisional: bool
    instead_of: int | None = None


@dataclass(frozen=True)
class AppointmentKept:
    """The patient said yes to a provisional time."""

    appointment_id: int
    patient_id: int
    clinic_id: int


@dataclass(frozen=True)
class AppointmentMoved:
    """A time was swapped for another in one transaction; the old one is free.

    old_clinician_id: whose time it was; None for a place in a group, which frees nobody's.
    back: the move before was taken back: the time is as it was.
    """

    appointment_id: int
    patient_id: int
    clinic_id: int
    old_start: datetime
    old_end: datetime
    new_start: datetime
    old_clinician_id: int | None
    old_site_id: int
    back: bool = False


@dataclass(frozen=True)
class AppointmentLengthened:
    """New needs made a visit longer (or shorter) where it stands."""

    appointment_id: int
    patient_id: int
    clinic_id: int
    minutes: int


@dataclass(frozen=True)
class AppointmentCancelled:
    """A time was given up; it is free. `reason` is a code."""

    appointment_id: int
    patient_id: int
    clinic_id: int
    starts_at: datetime
    ends_at: datetime
    reason: str


@dataclass(frozen=True)
class PatientArrived:
    """The patient is here."""

    appointment_id: int
    patient_id: int
    clinic_id: int
    at: datetime


@dataclass(frozen=True)
class PatientCalledIn:
    """The contact began."""

    appointment_id: int
    patient_id: int
    clinic_id: int
    at: datetime


@dataclass(frozen=True)
class ContactDone:
    """The contact took place and is over."""

    appointment_id: int
    patient_id: int
    clinic_id: int
    at: datetime


@dataclass(frozen=True)
class PatientDidNotCome:
    """The patient did not come and had not cancelled."""

    appointment_id: int
    patient_id: int
    clinic_id: int


@dataclass(frozen=True)
class AttendanceUndone:
    """Arrived, called in, done or did-not-come was set by mistake and taken back."""

    appointment_id: int
    patient_id: int
    clinic_id: int
    was: str


@dataclass(frozen=True)
class AppointmentsImported:
    """Future appointments came in from another system, in bulk."""

    appointment_ids: tuple[int, ...]
    clinic_id: int
