"""Looking again at sessions with extras when something in them changes, and telling the secretary.

What changes a session only marks its grants, in the transaction in which it happens; a job, every
minute, judges those that were marked, and each day all that are to come.
"""

from collections.abc import Collection, Iterable
from datetime import datetime, timedelta
from itertools import groupby
from typing import Any, cast

from sqlalchemy import or_, select, update

from booking.appointments.errors import DoesNotFit
from booking.appointments.events import (
    AppointmentBooked,
    AppointmentCancelled,
    AppointmentLengthened,
    AppointmentMoved,
)
from booking.appointments.models import Allocation, Appointment, OverbookingGrant
from booking.appointments.worklist import service as worklist
from booking.appointments.worklist.queries import with_key
from booking.calendar.models import Clinic
from booking.overbooking import queries, settings
from booking.overbooking.granting import about, session_of, set_aside
from booking.overbooking.judgement import figures, judge, told
from booking.platform.database import Session
from booking.platform.localtime import local_date

DAY = timedelta(days=1)
AT_A_TIME = 20


def on_changed(
    session: Session, event: AppointmentBooked | AppointmentCancelled | AppointmentLengthened
) -> None:
    """Somebody is booked in it, or no longer, or for longer."""
    appointment = session.get_one(Appointment, event.appointment_id)
    _mark(session, _clinicians(session, appointment), appointment.starts_at)


def on_moved(session: Session, event: AppointmentMoved) -> None:
    """One session has lost somebody, and another has got them."""
    appointment = session.get_one(Appointment, event.appointment_id)
    places = [(one, appointment.starts_at) for one in _clinicians(session, appointment)]
    if event.old_clinician_id is not None:
        places.append((event.old_clinician_id, event.old_start))
    for clinician, at in sorted(places):  # in one order, however many move past each other
        _mark(session, [clinician], at)


def run(session: Session) -> int:
    """The job: judge what was marked, or has not been looked at for a day. How many grants."""
    now = session.now()
    due = session.scalars(
        select(OverbookingGrant)
        .where(
            OverbookingGrant.revoked_at.is_(None),
            OverbookingGrant.session_start > now,
            or_(OverbookingGrant.judged_at.is_(None), OverbookingGrant.judged_at < now - DAY),
        )
        .order_by(
            OverbookingGrant.clinic_id,
            OverbookingGrant.resource_id,
            OverbookingGrant.session_start,
            OverbookingGrant.id,
        )
        .limit(AT_A_TIME)
        .with_for_update(skip_locked=True)
    ).all()
    for _, theirs in groupby(
        due, key=lambda one: (one.clinic_id, one.resource_id, one.session_start)
    ):
        _judge(session, list(theirs))
    _forget_begun(session)
    return len(due)


def _judge(session: Session, grants: list[OverbookingGrant]) -> None:
    """Judge one session, and write it down on each of its grants."""
    first = grants[0]
    clinic = first.clinic
    try:
        one = session_of(session, first)
    except DoesNotFit:  # the session is no more
        found: dict[str, Any] = {"broken": [{"limit": "session"}]}
    else:
        risk, broken = judge(one.asked(()), settings.policy_of(session, clinic).limits)
        found = {
            "booked": len(one.booked),
            "expected": one.expected,
            "missing": one.missing,
            "after": figures(risk),
            "broken": told(broken),
        }
    broken_now = {one["limit"] for one in found["broken"]}
    aside = set().union(*(set_aside(one) for one in queries.grants_of(session, first)))
    for grant in grants:
        known = set() if grant.holds else _broken(grant)
        grant.judged_at, grant.judgement = session.now(), found
        grant.holds = broken_now <= aside
        session.flush()
        _tell(session, clinic, grant, newly=not broken_now - aside <= known)


def _broken(grant: OverbookingGrant) -> set[str]:
    """The limits that did not hold when it was judged last."""
    broken = cast(Iterable[dict[str, str]], grant.judgement.get("broken", ()))
    return {one["limit"] for one in broken}


def _tell(session: Session, clinic: Clinic, grant: OverbookingGrant, *, newly: bool) -> None:
    """On the worklist from when it no longer holds until it does, or somebody has seen to it."""
    if grant.holds:
        worklist.withdraw(session, about(grant))
        return
    item = with_key(session, about(grant))
    if item is None and not newly:
        return
    standing = queries.standing_on(session, grant)
    item = item or worklist.add(
        session,
        clinic.id,
        "overbooking_breaks",
        patient_id=standing.patient_id if standing else None,
        appointment_id=standing.id if standing else None,
        due_on=local_date(session.now(), clinic.zone),
        key=about(grant),
    )
    item.details = {
        "broken": grant.judgement["broken"],
        "session_start": grant.session_start.isoformat(),
        "grant": grant.id,
    }
    session.flush()


def _forget_begun(session: Session) -> None:
    """Nothing can be done any more about a session that has begun."""
    begun = session.scalars(
        select(OverbookingGrant).where(
            OverbookingGrant.holds.is_(False),
            OverbookingGrant.session_start <= session.now(),
            OverbookingGrant.session_start > session.now() - DAY,
        )
    )
    for grant in begun.all():
        worklist.withdraw(session, about(grant))


def _clinicians(session: Session, appointment: Appointment) -> set[int]:
    """Whose time it takes."""
    taken = select(Allocation.resource_id).where(Allocation.appointment_id == appointment.id)
    return {appointment.clinician_id, *session.scalars(taken)}


def _mark(session: Session, clinicians: Collection[int], at: datetime) -> None:
    """The grants of the session in which an instant lies are to be judged again."""
    session.execute(
        update(OverbookingGrant)
        .where(
            OverbookingGrant.resource_id.in_(clinicians),
            OverbookingGrant.session_start <= at,
            OverbookingGrant.session_start > at - DAY,
            OverbookingGrant.revoked_at.is_(None),
        )
        .values(judged_at=None)
    )
