"""Booking, keeping, moving and cancelling: what may be done to an appointment, and its trace.

Every function works inside the caller's transaction, takes the acting person, writes who did
what to the appointment's history and the audit log, and publishes a domain event.
"""

from datetime import date, datetime, timedelta
from typing import Literal
from zoneinfo import ZoneInfo

from sqlalchemy import select

from booking.appointments import holds
from booking.appointments.errors import (
    HoldExpired,
    PastDeadline,
    SameTime,
    TooLate,
    WrongState,
)
from booking.appointments.events import AppointmentCancelled, AppointmentKept
from booking.appointments.extras import beside
from booking.appointments.groups import check_alone, check_place
from booking.appointments.guard import lock
from booking.appointments.invitations.models import Invitation
from booking.appointments.models import Appointment, AppointmentChange, Hold, OverbookingGrant
from booking.appointments.occasions import Occasion, check_movable, stands_there
from booking.appointments.placing import Take, choose, make_room
from booking.appointments.search import Slot
from booking.appointments.worklist import service as worklist
from booking.appointments.writing import (
    Channel,
    Contact,
    Place,
    stood,
    trace,
    withdraw_about,
    write_booking,
    write_move,
)
from booking.platform import audit
from booking.platform.database import Session
from booking.platform.identity import Actor
from booking.platform.localtime import local_date

LateReason = Literal["patient_wish", "capacity"]


def confirm(
    session: Session, by: Actor, hold: Hold, channel: Channel = "web", *, late_ok: bool = False
) -> Appointment:
    """Turn a live hold into a booked time, or move the appointment it was made for.

    late_ok: the patient has said that a time after a deadline is their own wish; without it
    such a time raises PastDeadline.
    """
    if hold.expires_at <= session.now():
        raise HoldExpired
    if by.kind == "patient" and hold.starts_at <= session.now():
        raise TooLate(phone=hold.clinic.phone)
    slot = Slot(
        hold.starts_at, hold.ends_at, hold.clinician_id, hold.site_id, hold.group_session_id
    )
    if stands_there(hold.moving, slot, hold.form):
        raise SameTime
    deadline = hold.invitation.deadline_on if hold.invitation else None
    reason = _deadline_reason(
        hold.clinic.zone, slot.start, deadline, "patient_wish" if late_ok else None
    )
    before = timedelta(minutes=hold.visit_type.buffer_before)
    after = timedelta(minutes=hold.visit_type.buffer_after)
    takes = [
        Take(int(str(resource)), str(role), slot.start - before, slot.end + after)
        for resource, role in hold.resources
    ]
    lock(session, [take.resource_id for take in takes], [hold.patient_id])
    contact = Contact(
        hold.patient_id,
        hold.visit_type,
        hold.form,
        hold.minutes_reason,
        hold.invitation,
        hold.course_id,
    )
    moving, place = hold.moving, Place(slot, takes)
    holds.use(session, hold)
    _check_still_wanted(session, contact.invitation)
    if moving is not None:
        check_movable(session, by, moving)
        return write_move(session, by, moving, contact, place, channel, reason)
    return write_booking(session, by, contact, place, channel, "accepted", reason)


def book(
    session: Session,
    by: Actor,
    occasion: Occasion,
    slot: Slot,
    channel: Channel,
    *,
    provisional: bool = False,
    late_reason: LateReason | None = None,
    undoes: AppointmentChange | None = None,
    grant: OverbookingGrant | None = None,
) -> Appointment:
    """Book or move at once, without a hold: staff on a patient's behalf, and the system itself.

    provisional: the patient has yet to answer. late_reason: why a time after a deadline was
    chosen; without one such a time raises PastDeadline. Raises SameTime for a move to where the
    appointment stands already. undoes: the act that this takes back (see `undo`). grant: on top of
    the plan, by it.
    """
    slot, moving = occasion.fitted(slot), occasion.moving
    if stands_there(moving, slot, occasion.form):
        raise SameTime
    check_alone(occasion, slot)
    zone = occasion.visit_type.clinic.zone
    reason = _deadline_reason(zone, slot.start, occasion.deadline_on, late_reason)
    if grant is not None:
        takes = beside(session, occasion, slot, grant)
    elif slot.group_session_id is None:
        takes = choose(session, occasion.wish(), slot)
    else:
        check_place(session, occasion, slot)
        takes = []
    make_room(session, occasion.owner, takes)
    _check_still_wanted(session, occasion.invitation)
    contact = Contact(
        occasion.patient.id,
        occasion.visit_type,
        occasion.form,
        [list(part) for part in occasion.length.parts],
        occasion.invitation,
        occasion.course.id if occasion.course else None,
    )
    place = Place(slot, takes)
    if moving is not None:
        answered = str((undoes.before or {})["participant"]) if undoes else None
        return write_move(session, by, moving, contact, place, channel, reason, undoes, answered)
    participant = "needs-action" if provisional else "accepted"
    return write_booking(session, by, contact, place, channel, participant, reason, undoes)


def keep(session: Session, by: Actor, appointment: Appointment, channel: Channel = "web") -> None:
    """The patient says yes to a provisional time. Saying yes twice is harmless."""
    if appointment.status != "booked":
        raise WrongState
    if appointment.starts_at <= session.now():
        raise TooLate(phone=appointment.clinic.phone)
    if appointment.participant == "accepted":
        return
    appointment.participant = "accepted"
    trace(session, by, appointment, "kept", channel)
    session.publish(AppointmentKept(appointment.id, appointment.patient_id, appointment.clinic_id))


def cancel(
    session: Session,
    by: Actor,
    appointment: Appointment,
    reason: str,
    channel: Channel = "web",
    *,
    wants_new: bool,
    words: str = "",
) -> None:
    """Give a time up; it is free at once. Patients may until the start, staff until it is over.

    wants_new: the invitation stays open, and the clinic sees that no new time is booked yet;
    otherwise the invitation ends, and the clinic sees that the patient wants no other.
    """
    if appointment.status == "cancelled":
        raise WrongState
    if by.kind == "patient" and appointment.starts_at <= session.now():
        raise TooLate(phone=appointment.clinic.phone)
    if not appointment.active:
        raise WrongState
    before = {**stood(appointment), "wants_new": wants_new}
    holds.release(session, f"move:{appointment.id}")
    appointment.status, appointment.participant = "cancelled", "declined"
    appointment.cancelled_at = session.now()
    appointment.sequence += 1
    trace(session, by, appointment, "cancelled", channel, reason=reason, words=words, before=before)
    _after_cancelling(session, appointment, wants_new=wants_new, words=words)
    session.publish(
        AppointmentCancelled(
            appointment.id,
            appointment.patient_id,
            appointment.clinic_id,
            appointment.starts_at,
            appointment.ends_at,
            reason,
        )
    )


def no_time_fits(
    session: Session, by: Actor, occasion: Occasion, words: str, wishes: list[str]
) -> None:
    """None of the times suit the patient: a person must look. What they have stays theirs."""
    invitation, moving = occasion.invitation, occasion.moving
    holds.release(session, occasion.owner)
    last_days = [occasion.deadline_on, occasion.last]
    if moving is not None:
        last_days.append(local_date(moving.starts_at, occasion.visit_type.clinic.zone))
    item = worklist.add(
        session,
        occasion.visit_type.clinic_id,
        "no_time_fits",
        patient_id=occasion.patient.id,
        appointment_id=moving.id if moving else None,
        invitation_id=invitation.id if invitation else None,
        words=words,
        details={"wishes": list(wishes), "visit_type": occasion.visit_type.name},
        due_on=min(day for day in last_days if day is not None),
        key=f"no_time_fits:{occasion.owner}",
    )
    worklist.add_words(session, item, words, wishes)
    audit.record(
        session,
        by,
        "appointment.no_time_fits",
        [occasion.patient.id],
        clinic_id=occasion.visit_type.clinic_id,
    )


def _check_still_wanted(session: Session, invitation: Invitation | None) -> None:
    """Raise WrongState if the invitation was taken back meanwhile; call with the patient locked."""
    if invitation is None:
        return
    status = session.scalar(select(Invitation.status).where(Invitation.id == invitation.id))
    if status not in ("open", "planned"):
        raise WrongState


def _after_cancelling(
    session: Session, appointment: Appointment, *, wants_new: bool, words: str
) -> None:
    withdraw_about(session, appointment)
    invitation = appointment.invitation
    if invitation is not None:
        invitation.status = "open" if wants_new else "revoked"
    zone = appointment.clinic.zone
    worklist.add(
        session,
        appointment.clinic_id,
        "wants_new_time" if wants_new else "cancelled",
        patient_id=appointment.patient_id,
        appointment_id=appointment.id,
        invitation_id=invitation.id if invitation else None,
        words=words,
        details={"visit_type": appointment.visit_type.name},
        due_on=(invitation.deadline_on or invitation.window_to)
        if invitation
        else local_date(appointment.starts_at, zone),
        key=f"invitation:{invitation.id}" if invitation else f"cancelled:{appointment.id}",
    )


def _deadline_reason(
    zone: ZoneInfo, start: datetime, deadline: date | None, late_reason: LateReason | None
) -> str:
    """Why a time after the deadline was chosen; '' for one before it."""
    if deadline is None or local_date(start, zone) <= deadline:
        return ""
    if late_reason is None:
        raise PastDeadline
    return late_reason
