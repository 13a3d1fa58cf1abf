"""When needs become known after a time was reserved: lengthen in place if the time is free,
else keep the time, and let a person know that a longer one is needed.
"""

from collections.abc import Iterable
from datetime import timedelta
from enum import Enum

from sqlalchemy import select

from booking.appointments.errors import DoesNotFit, PatientBusy, TimeTaken
from booking.appointments.events import AppointmentLengthened
from booking.appointments.extras import longer
from booking.appointments.guard import attempt
from booking.appointments.length import Length
from booking.appointments.models import Appointment
from booking.appointments.occasions import Occasion, length_for
from booking.appointments.placing import choose, make_room
from booking.appointments.search import Slot
from booking.appointments.worklist import service as worklist
from booking.appointments.worklist.models import WorklistItem
from booking.appointments.writing import put, trace
from booking.people.events import PatientNeedsChanged
from booking.platform.database import Session
from booking.platform.identity import SYSTEM, Actor
from booking.platform.localtime import local_date


class Refit(Enum):
    """What came of it."""

    SAME = "same"
    CHANGED = "changed"
    DOES_NOT_FIT = "does_not_fit"


def refit(session: Session, by: Actor, appointment: Appointment) -> Refit:
    """Give an appointment the length its patient needs now, where it stands.

    A time that became shorter is given back at once; one that cannot grow is kept as it is. An
    extra grows on top of the plan, and its session is looked at again.
    """
    if appointment.group_session_id is not None:
        return Refit.SAME
    visit_type = appointment.visit_type
    length = length_for(session, visit_type, appointment.patient_id, appointment.invitation_id)
    if length.minutes == appointment.minutes:
        worklist.withdraw(session, _key(appointment))
        return Refit.SAME
    day = local_date(appointment.starts_at, appointment.clinic.zone)
    occasion = Occasion(
        patient=appointment.patient,
        visit_type=visit_type,
        form=appointment.form,
        length=length,
        first=day,
        last=day,
        not_before=appointment.starts_at,
        owner=f"move:{appointment.id}",
        moving=appointment,
    )
    slot = Slot(
        appointment.starts_at,
        appointment.ends_at,
        appointment.clinician_id,
        appointment.site_id,
    )
    try:
        end = slot.start + timedelta(minutes=length.minutes)
        takes = longer(appointment, end) or choose(session, occasion.wish(), slot)
        make_room(session, occasion.owner, takes)
        with attempt(session):
            put(session, appointment, takes)
            appointment.ends_at = end
            session.flush()
    except (TimeTaken, DoesNotFit, PatientBusy):
        session.refresh(appointment)
        _ask_for_longer(session, appointment, length.minutes)
        return Refit.DOES_NOT_FIT
    appointment.minutes_reason = [list(part) for part in length.parts]
    appointment.sequence += 1
    trace(session, by, appointment, "lengthened", "web" if by.kind == "patient" else "desk")
    worklist.withdraw(session, _key(appointment))
    session.publish(
        AppointmentLengthened(
            appointment.id, appointment.patient_id, appointment.clinic_id, length.minutes
        )
    )
    return Refit.CHANGED


def too_short(session: Session, appointments: Iterable[Appointment]) -> dict[int, Length]:
    """The length each of these coming times ought to have, by number, where it is too short.

    Only while the clinic looks for a longer one: a time that somebody has found to be enough,
    and so taken off the worklist, is enough.
    """
    ahead = {
        _key(one): one
        for one in appointments
        if one.status == "booked" and one.starts_at > session.now()
    }
    if not ahead:
        return {}
    waiting = select(WorklistItem.open_key).where(WorklistItem.open_key.in_(ahead))
    needed = {}
    for key in session.scalars(waiting):
        one = ahead[str(key)]
        length = length_for(session, one.visit_type, one.patient_id, one.invitation_id)
        if length.minutes > one.minutes:
            needed[one.id] = length
    return needed


def on_needs_changed(session: Session, changed: PatientNeedsChanged) -> None:
    """Refit every coming appointment of the patient."""
    coming = session.scalars(
        select(Appointment).where(
            Appointment.patient_id == changed.patient_id,
            Appointment.status == "booked",
            Appointment.starts_at > session.now(),
        )
    )
    for appointment in list(coming):
        refit(session, SYSTEM, appointment)


def _ask_for_longer(session: Session, appointment: Appointment, minutes: int) -> None:
    details: dict[str, object] = {"minutes": minutes, "has": appointment.minutes}
    item = worklist.add(
        session,
        appointment.clinic_id,
        "needs_longer_time",
        patient_id=appointment.patient_id,
        appointment_id=appointment.id,
        details=details,
        due_on=worklist.in_time_to_tell(
            session,
            local_date(appointment.starts_at, appointment.clinic.zone),
            appointment.clinic.zone,
        ),
        key=_key(appointment),
    )
    item.details = details  # of an item that stood already, too: the needs have changed again


def _key(appointment: Appointment) -> str:
    return f"length:{appointment.id}"
