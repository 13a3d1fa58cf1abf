"""Taking back what staff did last to an appointment: a new act, that deletes nothing.

A move is taken back by moving the appointment to where it stood. A cancellation is taken back by
booking anew at the same place: the cancelled appointment stays cancelled, as the patient's
calendar and others have heard, and its history names what was booked in its stead. Both go by the
same rules and the same guard as any booking, except that the old place need not be on the grid.
"""

from dataclasses import replace
from datetime import datetime

from sqlalchemy import select

from booking.appointments import service
from booking.appointments.conflicts import conflicts
from booking.appointments.errors import CannotUndo, OldPlaceTaken
from booking.appointments.extras import is_taken
from booking.appointments.guard import lock
from booking.appointments.models import Appointment, AppointmentChange, OverbookingGrant
from booking.appointments.occasions import Occasion, for_move, length_for
from booking.appointments.placing import lock_all
from booking.appointments.search import Slot
from booking.appointments.service import LateReason
from booking.appointments.worklist import service as worklist
from booking.appointments.writing import trace
from booking.platform.database import Session
from booking.platform.identity import Actor
from booking.platform.localtime import local_date

UNDONE = ("moved", "cancelled")


def last_act(session: Session, by: Actor, appointment: Appointment) -> AppointmentChange | None:
    """What can be taken back on this appointment now; None if nothing can.

    Only the latest act on it, a move or a cancellation, by staff, today. Whether the old place is
    free still is not looked at.
    """
    by.at(appointment.clinic_id)
    change = _latest(session, appointment)
    if change is None or change.what not in UNDONE or change.before is None:
        return None
    zone = appointment.clinic.zone
    today = local_date(change.at, zone) == local_date(session.now(), zone)
    return change if change.actor_kind == "staff" and today else None


def undo(
    session: Session,
    by: Actor,
    change: AppointmentChange,
    *,
    late_reason: LateReason | None = None,
) -> Appointment:
    """Put an appointment back where it stood before a change; returns it, or the one booked anew.

    late_reason: why the old place lies after a deadline, where none was given when it was taken.
    Raises CannotUndo, also where somebody else was first, OldPlaceTaken with all that stands in
    the way, or PastDeadline. Nothing is written before everything concerned is locked.
    """
    appointment = session.get_one(Appointment, change.appointment_id)
    _check_latest(session, by, appointment, change)
    occasion = _to_do(session, by, appointment, change)
    place = _place(change)
    if place.group_session_id is None:
        lock_all(session, occasion.wish(), place)
    else:
        lock(session, [], [appointment.patient_id])
    # Whoever took it back at the same moment has been, or comes after us.
    session.refresh(appointment)
    _check_latest(session, by, appointment, change)
    reason = late_reason or _reason_then(session, change)
    if change.what == "moved":
        return _move_back(session, by, occasion, change, reason)
    return _book_again(session, by, appointment, occasion, change, reason)


def wants_reason(session: Session, change: AppointmentChange) -> bool:
    """True if the old place lies after a deadline and nobody said why when it was taken."""
    appointment = session.get_one(Appointment, change.appointment_id)
    deadline = appointment.invitation.deadline_on if appointment.invitation else None
    if deadline is None or _reason_then(session, change) is not None:
        return False
    return local_date(_place(change).start, appointment.clinic.zone) > deadline


def _check_latest(
    session: Session, by: Actor, appointment: Appointment, change: AppointmentChange
) -> None:
    current = last_act(session, by, appointment)
    if current is None or current.id != change.id:
        raise CannotUndo


def _to_do(
    session: Session, by: Actor, appointment: Appointment, change: AppointmentChange
) -> Occasion:
    """The move, or the booking, that puts it back where it stood."""
    if change.what == "moved":
        form = str((change.before or {})["form"])
        return replace(for_move(session, by, appointment, form), on_grid=False)
    return _again(session, appointment, _place(change))


def _move_back(
    session: Session,
    by: Actor,
    occasion: Occasion,
    change: AppointmentChange,
    reason: LateReason | None,
) -> Appointment:
    place, grant = _place(change), _grant(session, change)
    _check(session, by, occasion, place, str((change.before or {})["form"]), grant)
    return service.book(
        session, by, occasion, place, "desk", late_reason=reason, undoes=change, grant=grant
    )


def _book_again(
    session: Session,
    by: Actor,
    appointment: Appointment,
    occasion: Occasion,
    change: AppointmentChange,
    reason: LateReason | None,
) -> Appointment:
    place, before, grant = _place(change), change.before or {}, _grant(session, change)
    if appointment.course is not None and appointment.course.ended_on is not None:
        raise CannotUndo
    invitation = appointment.invitation
    if invitation is not None:
        session.refresh(invitation, ["status", "version"])
    ended = invitation is not None and invitation.status == "revoked"
    if ended and before.get("wants_new"):
        raise CannotUndo  # somebody has said since that no time is needed
    aside = "invitation_ended" if ended else ""
    _check(session, by, occasion, place, str(before["form"]), grant, aside)
    if invitation is not None and ended:
        invitation.status = "open"  # the cancellation ended it
    made = service.book(
        session,
        by,
        occasion,
        place,
        "desk",
        provisional=before["participant"] == "needs-action",
        late_reason=reason,
        undoes=change,
        grant=grant,
    )
    made.moves = appointment.moves
    trace(session, by, appointment, "restored", "desk")
    worklist.withdraw(session, f"cancelled:{appointment.id}")
    return made


def _again(session: Session, appointment: Appointment, place: Slot) -> Occasion:
    """Booking what was cancelled once more, on the day it stood."""
    invitation, visit_type = appointment.invitation, appointment.visit_type
    day = local_date(place.start, appointment.clinic.zone)
    return Occasion(
        patient=appointment.patient,
        visit_type=visit_type,
        form=appointment.form,
        length=length_for(session, visit_type, appointment.patient_id, appointment.invitation_id),
        first=day,
        last=day,
        not_before=session.now(),
        owner=f"restore:{appointment.id}",
        deadline_on=invitation.deadline_on if invitation else None,
        invitation=invitation,
        course=appointment.course,
        on_grid=False,
    )


def _check(
    session: Session,
    by: Actor,
    occasion: Occasion,
    place: Slot,
    form: str,
    grant: OverbookingGrant | None,
    aside: str = "",
) -> None:
    """Raise OldPlaceTaken for all that stops, but for what is put aside."""
    found = conflicts(session, by, occasion, place, form, beside=grant is not None)
    stops = [one for one in found if one.stops and one.code != aside]
    if stops:
        raise OldPlaceTaken(conflicts=stops)


def _place(change: AppointmentChange) -> Slot:
    before = change.before or {}
    start = change.from_start if change.what == "moved" else change.to_start
    if start is None:
        raise CannotUndo
    group = before["group_session_id"]
    return Slot(
        start,
        datetime.fromisoformat(str(before["ends_at"])),
        int(str(before["clinician_id"])),
        int(str(before["site_id"])),
        None if group is None else int(str(group)),
    )


def _grant(session: Session, change: AppointmentChange) -> OverbookingGrant | None:
    """The grant it stood on, beside the plan, where nobody has it by now."""
    number = (change.before or {}).get("grant_id")
    if number is None:
        return None
    grant = session.get_one(OverbookingGrant, int(str(number)), populate_existing=True)
    return grant if grant.revoked_at is None and not is_taken(session, grant) else None


def _latest(session: Session, appointment: Appointment) -> AppointmentChange | None:
    return session.scalars(
        select(AppointmentChange)
        .where(AppointmentChange.appointment_id == appointment.id)
        .order_by(AppointmentChange.id.desc())
        .limit(1)
    ).one_or_none()


def _reason_then(session: Session, change: AppointmentChange) -> LateReason | None:
    """Why the old place lay after a deadline, as was said when it was taken."""
    reason = session.scalar(
        select(AppointmentChange.reason)
        .where(
            AppointmentChange.appointment_id == change.appointment_id,
            AppointmentChange.id < change.id,
            AppointmentChange.what.in_(("booked", "moved")),
        )
        .order_by(AppointmentChange.id.desc())
        .limit(1)
    )
    reasons: dict[str, LateReason] = {"patient_wish": "patient_wish", "capacity": "capacity"}
    return reasons.get(reason or "")
