"""Reading who has a time in about a week, and what is known of their visits at this clinic.

Nothing here reads who somebody is: `ranking.REFUSED` says what, and why.
"""

from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import joinedload

from booking.appointments.models import Appointment, AppointmentChange, PastVisit
from booking.calendar.models import Clinic
from booking.platform.database import Session
from booking.platform.localtime import day_bounds, day_start
from reminders.help_list.models import HelpCall
from reminders.messages.models import Message
from reminders.preferences.models import ContactPreference

# A time that was moved months ahead is called about anew.
LATELY = timedelta(days=30)
_SHOWN = (joinedload(Appointment.patient), joinedload(Appointment.visit_type))


@dataclass(frozen=True)
class Said:
    """What was last done about a time by telephone or otherwise. yes: said on the telephone."""

    yes: bool
    moved_at: datetime | None


def booked(session: Session, clinic: Clinic, first: date, last: date) -> Sequence[Appointment]:
    """A clinic's booked times ahead on these local days, both included, in order of time."""
    return session.scalars(
        select(Appointment)
        .where(
            Appointment.clinic_id == clinic.id,
            Appointment.status == "booked",
            Appointment.starts_at >= day_start(first, clinic.zone),
            Appointment.starts_at < day_bounds(last, clinic.zone)[1],
            Appointment.starts_at > session.now(),
        )
        .options(*_SHOWN)
        .order_by(Appointment.starts_at, Appointment.id)
    ).all()


def calls_about(
    session: Session, appointments: Collection[Appointment]
) -> dict[int, list[HelpCall]]:
    """The calls about each of these times as they stand now, by appointment, the latest last."""
    starts = {one.id: one.starts_at for one in appointments}
    wanted = select(HelpCall).where(HelpCall.appointment_id.in_(starts)).order_by(HelpCall.id)
    found: dict[int, list[HelpCall]] = {}
    for call in session.scalars(wanted):
        if call.called_at >= starts[call.appointment_id] - LATELY:
            found.setdefault(call.appointment_id, []).append(call)
    return found


def calls_on(session: Session, clinic: Clinic, day: date) -> Sequence[HelpCall]:
    """The calls from a clinic on a local day, the latest first."""
    start, end = day_bounds(day, clinic.zone)
    return session.scalars(
        select(HelpCall)
        .where(
            HelpCall.clinic_id == clinic.id, HelpCall.called_at >= start, HelpCall.called_at < end
        )
        .order_by(HelpCall.called_at.desc(), HelpCall.id.desc())
    ).all()


def appointments_of(session: Session, calls: Collection[HelpCall]) -> dict[int, Appointment]:
    """What these calls were about, by id."""
    ids = {one.appointment_id for one in calls}
    wanted = select(Appointment).where(Appointment.id.in_(ids)).options(*_SHOWN)
    return {one.id: one for one in session.scalars(wanted)}


def said_of(session: Session, appointment_ids: Collection[int]) -> dict[int, Said]:
    """Whether the patient has said yes by telephone to the time as it is, and when it was moved."""
    found: dict[int, Said] = {}
    for change in session.scalars(
        select(AppointmentChange)
        .where(
            AppointmentChange.appointment_id.in_(appointment_ids),
            AppointmentChange.what.in_(("kept", "moved")),
        )
        .order_by(AppointmentChange.id)
    ):
        before = found.get(change.appointment_id, Said(yes=False, moved_at=None))
        if change.what == "moved":
            found[change.appointment_id] = Said(yes=False, moved_at=change.at)
        elif change.channel == "phone":
            found[change.appointment_id] = Said(yes=True, moved_at=before.moved_at)
    return found


def visits_of(
    session: Session, clinic_id: int, patient_ids: Collection[int]
) -> Counter[tuple[int, str]]:
    """How often each patient came to or missed a time at this clinic: (patient id, 'fulfilled' or
    'noshow') -> visits, those from before Rettid included.
    """
    counted: Counter[tuple[int, str]] = Counter()
    for table, outcome in ((Appointment, Appointment.status), (PastVisit, PastVisit.outcome)):
        for patient_id, what, visits in session.execute(
            select(table.patient_id, outcome, func.count())
            .where(
                table.clinic_id == clinic_id,
                table.patient_id.in_(patient_ids),
                outcome.in_(("fulfilled", "noshow")),
            )
            .group_by(table.patient_id, outcome)
        ):
            counted[patient_id, what] += visits
    return counted


def unreached(session: Session, appointment_ids: Collection[int]) -> set[int]:
    """Those of these times about which a message has failed, and none has arrived."""
    states: dict[int, set[str]] = {}
    for appointment_id, state in session.execute(
        select(Appointment.id, Message.state)
        .join(Message.appointment)
        .where(
            Message.appointment_id.in_(appointment_ids),
            Message.subject_version == Appointment.sequence,
            Message.state.in_(("failed", "sent", "delivered")),
        )
    ):
        states.setdefault(appointment_id, set()).add(state)
    return {appointment_id for appointment_id, ended in states.items() if ended == {"failed"}}


def extra_help(session: Session, patient_ids: Collection[int]) -> set[int]:
    """Those of these patients of whom someone has said that they need more help to come."""
    return set(
        session.scalars(
            select(ContactPreference.patient_id).where(
                ContactPreference.patient_id.in_(patient_ids), ContactPreference.extra_help
            )
        )
    )
