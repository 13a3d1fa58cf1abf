"""What planning needs to know of appointments: in a handful of questions, however many they are."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Select, and_, func, select

from booking.appointments.models import Appointment, AppointmentChange
from booking.calendar.models import Clinic
from booking.people.models import Patient, PatientNeed
from booking.platform.database import Session
from reminders.planning.planner import About
from reminders.policies.steps import Channel
from reminders.preferences.models import ContactPreference
from reminders.preferences.reach import Has


@dataclass(frozen=True)
class Facts:
    """An appointment as planning sees it. version: its `sequence`; active: it takes time."""

    appointment_id: int
    version: int
    patient_id: int
    clinic_id: int
    visit_type_id: int
    active: bool
    about: About
    has: Has
    preferred: Channel | None

    @property
    def concern(self) -> "Concern":
        """What its messages are about."""
        return Concern(
            subject_of(self.appointment_id),
            self.version,
            self.patient_id,
            self.appointment_id,
            self.about.starts_at,
        )


@dataclass(frozen=True)
class Concern:
    """What messages are about, as their rows keep it. about_at: the start, where there is one."""

    subject: str
    version: int
    patient_id: int
    appointment_id: int | None = None
    about_at: datetime | None = None


def subject_of(appointment_id: int) -> str:
    """The name under which messages about an appointment are kept."""
    return f"appointment:{appointment_id}"


def gather(session: Session, appointment_ids: Collection[int]) -> list[Facts]:
    """The facts of these appointments (hundreds at a time, not more), by id."""
    return list(_facts(session, appointment_ids))


def _facts(session: Session, ids: Collection[int]) -> Iterator[Facts]:
    for row in session.execute(_question().where(Appointment.id.in_(ids))):
        clinic: Clinic = row.Clinic
        yield Facts(
            row.id,
            row.sequence,
            row.patient_id,
            clinic.id,
            row.visit_type_id,
            row.status == "booked",
            About(
                "appointment",
                row.starts_at,
                row.told_at or row.booked_at,
                clinic.zone,
                row.form,
                interpreter=row.need is not None,
                extra_help=bool(row.extra_help),
                answered=row.participant == "accepted",
            ),
            Has(row.phone, row.email, row.address, row.cpr and not row.digital_exempt),
            row.channel or None,
        )


def _question() -> Select[*tuple[Any, ...]]:
    placed = (
        select(func.max(AppointmentChange.at))
        .where(
            AppointmentChange.appointment_id == Appointment.id,
            AppointmentChange.what == "moved",
        )
        .correlate(Appointment)
        .scalar_subquery()
    )
    asked: Select[*tuple[Any, ...]] = select(  # columns, told by name
        Appointment.id,
        Appointment.sequence,
        Appointment.patient_id,
        Appointment.visit_type_id,
        Appointment.status,
        Appointment.starts_at,
        Appointment.booked_at,
        Appointment.form,
        Appointment.participant,
        placed.label("told_at"),
        Clinic,
        Patient.phone_sealed.is_not(None).label("phone"),
        Patient.email_sealed.is_not(None).label("email"),
        Patient.address_sealed.is_not(None).label("address"),
        Patient.cpr_sealed.is_not(None).label("cpr"),
        Patient.digital_exempt,
        ContactPreference.channel,
        ContactPreference.extra_help,
        PatientNeed.need,
    )
    return (
        asked.join(Clinic, Clinic.id == Appointment.clinic_id)
        .join(Patient, Patient.id == Appointment.patient_id)
        .outerjoin(ContactPreference, ContactPreference.patient_id == Patient.id)
        .outerjoin(
            PatientNeed,
            and_(PatientNeed.patient_id == Patient.id, PatientNeed.need == "interpreter"),
        )
        .order_by(Appointment.id)
    )
