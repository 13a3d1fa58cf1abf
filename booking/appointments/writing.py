"""Writing a booked or a moved time: rows, trace and event. `service` decides whether."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal, cast

from sqlalchemy import Table, insert

from booking.appointments.events import AppointmentBooked, AppointmentMoved
from booking.appointments.invitations.models import Invitation
from booking.appointments.models import Appointment, AppointmentChange
from booking.appointments.placing import Take, allocate
from booking.appointments.search import Slot
from booking.appointments.visit_types.models import VisitType
from booking.appointments.worklist import service as worklist
from booking.platform import audit
from booking.platform.database import Session
from booking.platform.identity import Actor

Channel = Literal["web", "phone", "desk", "system", "sms", "import", "kiosk"]


@dataclass(frozen=True)
class Contact:
    """What is booked: for whom, what kind, in which form, how long and why so long."""

    patient_id: int
    visit_type: VisitType
    form: str
    minutes_reason: list[list[object]]
    invitation: Invitation | None = None
    course_id: int | None = None


@dataclass(frozen=True)
class Place:
    """Where it goes: the slot, and the resources it takes there (none for a place in a group)."""

    slot: Slot
    takes: list[Take]


def trace(
    session: Session,
    by: Actor,
    appointment: Appointment,
    what: str,
    channel: Channel,
    *,
    reason: str = "",
    words: str = "",
    from_start: datetime | None = None,
    before: dict[str, object] | None = None,
) -> None:
    """Write one change to the appointment's history and to the audit log, flushing before.

    before: what it was before a move or a cancellation, and which act this takes back.
    """
    action = "move_undone" if what == "moved" and before and "undoes" in before else what
    session.flush()
    session.execute(
        _CHANGE,
        {
            "appointment_id": appointment.id,
            "at": session.now(),
            "what": what,
            "actor_kind": by.kind,
            "actor_id": by.id,
            "actor_name": by.name,
            "channel": channel,
            "reason": reason,
            "words": words,
            "from_start": from_start,
            "to_start": appointment.starts_at,
            "before": before,
        },
    )
    audit.record(
        session,
        by,
        f"appointment.{action}",
        [appointment.patient_id],
        reason=reason,
        clinic_id=appointment.clinic_id,
    )


# On the table, built once: the history is written with every change and never held as objects.
_CHANGE = insert(cast(Table, AppointmentChange.__table__))


def write_booking(
    session: Session,
    by: Actor,
    contact: Contact,
    place: Place,
    channel: Channel,
    participant: str,
    reason: str,
    undoes: AppointmentChange | None = None,
) -> Appointment:
    """Insert an appointment with its allocations; the constraints have the last word.

    undoes: the cancellation of another that this takes back.
    """
    invitation, slot = contact.invitation, place.slot
    appointment = Appointment(
        clinic_id=contact.visit_type.clinic_id,
        site_id=slot.site_id,
        patient_id=contact.patient_id,
        course_id=contact.course_id,
        invitation_id=invitation.id if invitation else None,
        visit_type_id=contact.visit_type.id,
        clinician_id=slot.clinician_id,
        group_session_id=slot.group_session_id,
        form=contact.form,
        starts_at=slot.start,
        ends_at=slot.end,
        minutes_reason=contact.minutes_reason,
        participant=participant,
        booked_at=session.now(),
    )
    session.add(appointment)
    session.flush()
    allocate(session, place.takes, appointment_id=appointment.id)
    before: dict[str, object] | None = {"undoes": undoes.id} if undoes else None
    trace(session, by, appointment, "booked", channel, reason=reason, before=before)
    if invitation is not None:
        invitation.status = "open"
        found_a_time(session, invitation.id)
    session.publish(
        AppointmentBooked(
            appointment.id,
            appointment.patient_id,
            appointment.clinic_id,
            appointment.starts_at,
            participant == "needs-action",
            undoes.appointment_id if undoes else None,
        )
    )
    return appointment


def write_move(
    session: Session,
    by: Actor,
    appointment: Appointment,
    contact: Contact,
    place: Place,
    channel: Channel,
    reason: str,
    undoes: AppointmentChange | None = None,
    participant: str | None = None,
) -> Appointment:
    """Move an appointment and its same allocation rows; the constraints have the last word.

    undoes: the move that this takes back. participant: 'needs-action' where the patient was not
    asked, and has to answer again, or what they had answered before a move that is taken back;
    None for what it is.
    """
    slot, before = place.slot, stood(appointment)
    if undoes is not None:
        before["undoes"] = undoes.id
    old_start, old_end = appointment.starts_at, appointment.ends_at
    old_clinician = None if appointment.group_session_id else appointment.clinician_id
    old_site = appointment.site_id
    put(session, appointment, place.takes)
    appointment.site_id, appointment.clinician_id = slot.site_id, slot.clinician_id
    appointment.group_session_id = slot.group_session_id
    appointment.starts_at, appointment.ends_at = slot.start, slot.end
    appointment.form, appointment.minutes_reason = contact.form, contact.minutes_reason
    appointment.sequence += 1
    if by.kind == "patient":
        appointment.moves += 1
        appointment.participant = "accepted"
    elif participant is not None:
        appointment.participant = participant
    trace(
        session,
        by,
        appointment,
        "moved",
        channel,
        reason=reason,
        from_start=old_start,
        before=before,
    )
    withdraw_about(session, appointment)
    session.publish(
        AppointmentMoved(
            appointment.id,
            appointment.patient_id,
            appointment.clinic_id,
            old_start,
            old_end,
            slot.start,
            old_clinician,
            old_site,
            undoes is not None,
        )
    )
    return appointment


def stood(appointment: Appointment) -> dict[str, object]:
    """Where an appointment stands and what the patient has answered, to be kept in its history."""
    return {
        "grant_id": next((row.grant_id for row in appointment.allocations if row.grant_id), None),
        "clinician_id": appointment.clinician_id,
        "site_id": appointment.site_id,
        "group_session_id": appointment.group_session_id,
        "ends_at": appointment.ends_at.isoformat(),
        "form": appointment.form,
        "participant": appointment.participant,
    }


def put(session: Session, appointment: Appointment, takes: list[Take]) -> None:
    """Move the same allocation rows to their new places; add or remove where the number differs.

    All are let go before any takes its new place: two of them may swap. Whoever stood beside the
    plan, by a grant for that one session, stands in it from then on, if not by another grant.
    """
    rows = list(appointment.allocations)
    for row in rows:
        row.active = False
    session.flush()
    for row, take in zip(rows, takes, strict=False):
        row.resource_id, row.role, row.active = take.resource_id, take.role, True
        row.lane, row.grant_id = take.lane, take.grant_id
        row.starts_at, row.ends_at = take.starts_at, take.ends_at
        session.expire(row, ["resource"])
    for row in rows[len(takes) :]:
        session.delete(row)
    session.flush()
    allocate(session, takes[len(rows) :], appointment_id=appointment.id)
    session.expire(appointment, ["allocations"])


def found_a_time(session: Session, invitation_id: int) -> None:
    """Take off the worklist that an invitation lacks a time."""
    for key in (f"invitation:{invitation_id}", f"no_time_fits:invitation:{invitation_id}"):
        worklist.withdraw(session, key)


def withdraw_about(session: Session, appointment: Appointment) -> None:
    """Take off the worklist what a new time, or no time, has settled."""
    for about in ("no_time_fits:move", "opening", "length"):
        worklist.withdraw(session, f"{about}:{appointment.id}")
