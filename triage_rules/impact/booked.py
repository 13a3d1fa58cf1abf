"""Reading what the calendar has for patients today: their next time, or the invitation to one."""

from collections.abc import Iterator, Sequence
from datetime import date, timedelta

from sqlalchemy import or_, select
from sqlalchemy.orm import joinedload

from booking.appointments.invitations.models import Course, Invitation
from booking.appointments.models import ACTIVE, Appointment
from booking.calendar.models import Clinic
from booking.platform.database import Session
from booking.platform.localtime import local_date
from triage_rules.impact.compare import NOTHING, Step


def next_contacts(
    session: Session, clinic: Clinic, courses: Sequence[Course], day: date
) -> dict[int, Step]:
    """Each course's next contact in the clinic's calendar, from a local day on, by its number.

    A time that belongs to no course counts for all of the patient's. An invitation without a
    time counts on the first day of its window, or today where that is gone.
    """
    steps = dict.fromkeys((course.id for course in courses), NOTHING)
    found: dict[int, Step] = {}
    for course_id, step in [
        *_appointments(session, clinic, courses, day),
        *_invitations(session, courses, day),
    ]:
        held = found.get(course_id)
        if held is None or _earlier(step, held):
            found[course_id] = step
    return steps | found


def _earlier(one: Step, other: Step) -> bool:
    return one.on is not None and other.on is not None and one.on < other.on


def _appointments(
    session: Session, clinic: Clinic, courses: Sequence[Course], day: date
) -> Iterator[tuple[int, Step]]:
    by_patient: dict[int, list[int]] = {}
    for course in courses:
        by_patient.setdefault(course.patient_id, []).append(course.id)
    booked = session.scalars(
        select(Appointment)
        .where(
            Appointment.clinic_id == clinic.id,
            Appointment.patient_id.in_(by_patient),
            Appointment.status.in_(ACTIVE),
            Appointment.ends_at > session.now() - timedelta(days=1),
            or_(
                Appointment.course_id.is_(None),
                Appointment.course_id.in_([course.id for course in courses]),
            ),
        )
        .options(joinedload(Appointment.clinician))
    )
    for one in booked:
        on = local_date(one.starts_at, clinic.zone)
        if on < day:
            continue
        step = Step("contact", "", on, on, one.form, one.clinician.profession, one.minutes)
        concerned = by_patient[one.patient_id] if one.course_id is None else [one.course_id]
        for course_id in concerned:
            yield course_id, step


def _invitations(
    session: Session, courses: Sequence[Course], day: date
) -> Iterator[tuple[int, Step]]:
    has_time = select(Appointment.id).where(
        Appointment.invitation_id == Invitation.id, Appointment.status.in_(ACTIVE)
    )
    invited = session.scalars(
        select(Invitation)
        .where(
            Invitation.course_id.in_([course.id for course in courses]),
            Invitation.status.in_(("planned", "open")),
            ~has_time.exists(),
        )
        .options(joinedload(Invitation.visit_type))
    )
    for one in invited:
        kind = one.visit_type
        on = max(one.window_from, day)
        last = max(one.window_to, day)
        yield (
            one.course_id,
            Step("contact", "", on, last, one.form, kind.profession, kind.base_minutes),
        )
