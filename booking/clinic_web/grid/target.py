"""Where an appointment is wanted, as a slot; and every place of some days that has room for it."""

from dataclasses import dataclass
from datetime import date, datetime

from booking.appointments.models import Appointment
from booking.appointments.occasions import for_move
from booking.appointments.search import Slot, find
from booking.calendar import availability
from booking.calendar.models import Clinic, Resource
from booking.platform.database import Session
from booking.platform.identity import Actor
from booking.platform.localtime import local_date


@dataclass(frozen=True)
class Target:
    """The start and the clinician that are wanted for an appointment."""

    start: datetime
    clinician: Resource


def slot_of(session: Session, appointment: Appointment, target: Target) -> Slot:
    """The slot at the target; how long it becomes is for the booking to find out.

    At the site where the clinician works then; at the appointment's own where they work nowhere.
    """
    site = site_at(session, appointment.clinic, target.clinician.id, target.start)
    length = appointment.ends_at - appointment.starts_at
    end = target.start + length
    return Slot(target.start, end, target.clinician.id, site or appointment.site_id)


def site_at(session: Session, clinic: Clinic, clinician_id: int, start: datetime) -> int | None:
    """Where the clinician is open at an instant; None for nowhere."""
    day = local_date(start, clinic.zone)
    hours = availability.read(session, clinic, [clinician_id], day, day)
    tick = hours.timeline.tick(start, "down")
    sites = hours.sites(clinician_id)
    return next((one for one in sites if hours.at(clinician_id, one) >> tick & 1), None)


def places_on(
    session: Session, by: Actor, appointment: Appointment, first: date, last: date
) -> dict[int, list[datetime]]:
    """clinician id -> every start on local days that has room for the appointment, in order.

    Raises WrongState for one that can no longer be moved.
    """
    occasion = for_move(session, by, appointment)
    found: dict[int, set[datetime]] = {}
    for slot in find(session, occasion.wish(first, last)).slots():
        found.setdefault(slot.clinician_id, set()).add(slot.start)
    return {clinician: sorted(starts) for clinician, starts in found.items()}
