"""A clinician has called in sick in the demo: the plan for the rest of the day waits to be read."""

from datetime import timedelta

from sqlalchemy import func, select

from booking.appointments.models import ACTIVE, Appointment
from booking.demo.clinics import RHEUMA
from booking.demo.founding import Demo
from booking.demo.stories import SECRETARY
from booking.people.sign_in import actor_of
from booking.platform.database import Session
from booking.platform.localtime import day_start, local_date
from booking.rescheduling import service
from booking.rescheduling.gathering import Outage


def tell(session: Session, demo: Demo) -> None:
    """Whoever has most patients still to come today, and none in the room; nobody on a day off."""
    clinic = demo.clinics[RHEUMA]
    now = session.now()
    tomorrow = local_date(now, clinic.zone) + timedelta(days=1)
    midnight = day_start(tomorrow, clinic.zone)
    busy = select(Appointment.clinician_id).where(
        Appointment.clinic_id == clinic.id,
        Appointment.status.in_(ACTIVE),
        Appointment.starts_at <= now,
        Appointment.ends_at > now - timedelta(hours=1),
    )
    ill = session.scalar(
        select(Appointment.clinician_id)
        .where(
            Appointment.clinic_id == clinic.id,
            Appointment.status == "booked",
            Appointment.group_session_id.is_(None),
            Appointment.starts_at > now,
            Appointment.starts_at < midnight,
            Appointment.clinician_id.not_in(busy),
        )
        .group_by(Appointment.clinician_id)
        .order_by(func.count().desc(), Appointment.clinician_id)
        .limit(1)
    )
    if ill is not None:
        by = actor_of(demo.staff[SECRETARY[RHEUMA]])
        service.draft(session, by, clinic, [Outage(ill, now, midnight)], "clinician_away")
