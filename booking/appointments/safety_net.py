"""What no one may lose sight of: invitations without a time, and times nobody marked.

Both stand on the worklist as they arise; this puts back what fell off it in some other way,
and finds what time alone has made due.
"""

from datetime import timedelta

from sqlalchemy import ColumnElement, String, cast, exists, literal, select
from sqlalchemy.orm import InstrumentedAttribute, joinedload

from booking.appointments.invitations.models import Invitation
from booking.appointments.models import ACTIVE, Appointment
from booking.appointments.worklist import service as worklist
from booking.appointments.worklist.models import WorklistItem
from booking.platform.database import Session
from booking.platform.localtime import local_date

AT_ONCE = 500
ENDS_SOON = timedelta(days=14)
LEFT_UNMARKED = timedelta(hours=12)
NEVER_MARKED = "never_marked"


def look(session: Session) -> int:
    """The job: all of the below; returns how many items were written or withdrawn."""
    return without_a_time(session) + marked_since(session) + never_marked(session)


def without_a_time(session: Session) -> int:
    """Put open invitations that have no live appointment and no open item on the worklist.

    At most 500 at a time, those whose window ends first; returns how many.
    """
    live = exists().where(
        Appointment.invitation_id == Invitation.id, Appointment.status.in_(ACTIVE)
    )
    lost = session.scalars(
        select(Invitation)
        .options(joinedload(Invitation.clinic), joinedload(Invitation.visit_type))
        .where(Invitation.status == "open", ~live, ~_listed("invitation:", Invitation.id))
        .order_by(Invitation.window_to, Invitation.id)
        .limit(AT_ONCE)
    ).all()
    for invitation in lost:
        today = local_date(session.now(), invitation.clinic.zone)
        ends_soon = invitation.window_to <= today + ENDS_SOON
        worklist.add(
            session,
            invitation.clinic_id,
            "window_ends" if ends_soon else "no_time_in_window",
            patient_id=invitation.patient_id,
            invitation_id=invitation.id,
            details={"visit_type": invitation.visit_type.name},
            due_on=invitation.deadline_on or invitation.window_to,
            key=f"invitation:{invitation.id}",
        )
    return len(lost)


def never_marked(session: Session) -> int:
    """Put times that ended over 12 hours ago and are neither done nor missed on the worklist.

    At most 500 at a time, the oldest first; returns how many.
    """
    left = session.scalars(
        select(Appointment)
        .options(joinedload(Appointment.clinic), joinedload(Appointment.visit_type))
        .where(
            Appointment.status.in_(ACTIVE),
            Appointment.ends_at < session.now() - LEFT_UNMARKED,
            ~_listed("unmarked:", Appointment.id),
        )
        .order_by(Appointment.ends_at, Appointment.id)
        .limit(AT_ONCE)
    ).all()
    for appointment in left:
        worklist.add(
            session,
            appointment.clinic_id,
            NEVER_MARKED,
            patient_id=appointment.patient_id,
            appointment_id=appointment.id,
            details={"visit_type": appointment.visit_type.name},
            due_on=local_date(session.now(), appointment.clinic.zone),
            key=unmarked_key(appointment.id),
        )
    return len(left)


def marked_since(session: Session) -> int:
    """Withdraw what `never_marked` wrote about times that are no longer so; returns how many."""
    settled = session.scalars(
        select(WorklistItem.appointment_id)
        .join(Appointment, Appointment.id == WorklistItem.appointment_id)
        .where(
            WorklistItem.kind == NEVER_MARKED,
            WorklistItem.status == "open",
            Appointment.status.not_in(ACTIVE) | (Appointment.ends_at > session.now()),
        )
        .limit(AT_ONCE)
    ).all()
    for appointment_id in settled:
        worklist.withdraw(session, unmarked_key(appointment_id or 0))
    return len(settled)


def unmarked_key(appointment_id: int) -> str:
    """The worklist key of a time nobody marked."""
    return f"unmarked:{appointment_id}"


def _listed(prefix: str, number: InstrumentedAttribute[int]) -> ColumnElement[bool]:
    """True where an open item has this row's key."""
    return exists().where(WorklistItem.open_key == literal(prefix).concat(cast(number, String)))
