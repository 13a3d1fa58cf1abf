"""A place on top of the plan: what an extra takes, by a grant. Whether one is given is not known
here (see `booking.overbooking`), and the database has the last word on its lane.
"""

from datetime import datetime

from sqlalchemy import select

from booking.appointments.errors import DoesNotFit
from booking.appointments.guard import lock
from booking.appointments.models import STOOD, Allocation, Appointment, OverbookingGrant
from booking.appointments.occasions import Occasion
from booking.appointments.placing import Take
from booking.appointments.search import Slot
from booking.appointments.serving import serving
from booking.platform.database import Session
from booking.platform.localtime import local_date


def beside(session: Session, occasion: Occasion, slot: Slot, grant: OverbookingGrant) -> list[Take]:
    """The clinician's time in the grant's lane, locked with the patient; no room and no buffer.

    Raises DoesNotFit where the clinician cannot serve it, or the day is outside the occasion's.
    """
    visit_type = occasion.visit_type
    lock(session, [slot.clinician_id], [occasion.patient.id])
    day = local_date(slot.start, visit_type.clinic.zone)
    able = serving(session, visit_type, occasion.form).clinicians
    inside = occasion.first <= day <= occasion.last and slot.start >= occasion.not_before
    if not inside or slot.clinician_id not in able or slot.clinician_id != grant.resource_id:
        raise DoesNotFit
    return [Take(slot.clinician_id, "clinician", slot.start, slot.end, grant.lane, grant.id)]


def longer(appointment: Appointment, end: datetime) -> list[Take]:
    """What an extra takes where it stands, until another end; nothing for one in the plan."""
    return [
        Take(row.resource_id, row.role, row.starts_at, end, row.lane, row.grant_id)
        for row in appointment.allocations
        if row.grant_id is not None
    ]


def is_taken(session: Session, grant: OverbookingGrant) -> bool:
    """Whether somebody stands on it, or did and came or was missed."""
    standing = (
        select(Allocation.id)
        .join(Appointment, Appointment.id == Allocation.appointment_id)
        .where(Allocation.grant_id == grant.id, Appointment.status.in_(STOOD))
    )
    return session.scalar(standing.limit(1)) is not None
