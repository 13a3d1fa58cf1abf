"""Finishing what stands on the worklist: refused while it is all that keeps someone in sight."""

from booking.appointments import consequences
from booking.appointments.calling_off import participants
from booking.appointments.errors import InvitationStillOpen, TimeStandsOutside, WrongState
from booking.appointments.models import Appointment, GroupSession
from booking.appointments.worklist import queries
from booking.appointments.worklist import service as worklist
from booking.appointments.worklist.models import WorklistItem
from booking.appointments.writing import trace
from booking.platform.database import Session
from booking.platform.identity import Actor


def finish(
    session: Session, by: Actor, item: WorklistItem, outcome: str, *, held: bool = False
) -> WorklistItem:
    """Close an item: someone has looked, and this came of it.

    held: the time outside opening hours is kept all the same, and `outcome` says why; it is
    written in the time's history. Raises WrongState if the item is closed, InvitationStillOpen
    while an invitation needs a time, and TimeStandsOutside while the time the item is about
    still lies outside opening hours and nobody has said that it is held.
    """
    # `of`: the patient is read by an outer join, and that side of it cannot be locked.
    session.refresh(item, with_for_update={"of": WorklistItem})
    if item.status != "open":
        raise WrongState
    if item.invitation_id is not None and queries.needs_a_time(session, item.invitation_id):
        raise InvitationStillOpen
    if consequences.still_outside(session, [item]):
        if not held:
            raise TimeStandsOutside
        return _hold(session, by, item, outcome)
    return worklist.close(session, by, item, outcome)


def _hold(session: Session, by: Actor, item: WorklistItem, outcome: str) -> WorklistItem:
    item.details = {**item.details, consequences.HELD: True}
    worklist.close(session, by, item, outcome)
    if item.appointment_id is not None:
        appointment = session.get_one(Appointment, item.appointment_id)
        trace(session, by, appointment, "held", "desk", words=outcome)
        return item
    group = session.get_one(GroupSession, item.details["group_session"])
    for appointment in participants(session, group):
        own = queries.with_key(session, consequences.opening_key(appointment.id))
        if own is not None:
            _hold(session, by, own, outcome)
    return item
