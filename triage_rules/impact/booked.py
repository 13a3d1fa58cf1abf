"""Reading what the calendar has for patients today: their next time, or the invitation to one."""

from collections.abc import Collection, Iterator, Sequence
from datetime import date, timedelta

from sqlalchemy import or_, select, true
from sqlalchemy.orm import contains_eager, joinedload

from booking.appointments.invitations.models import Course, Invitation
from booking.appointments.models import ACTIVE, Appointment
from booking.appointments.visit_types.models import VisitType
from booking.calendar.models import Clinic
from booking.platform.database import Session
from booking.platform.localtime import local_date
from triage_rules.followup.models import Pathway, PathwayContact
from triage_rules.impact.compare import NOTHING, Step
from triage_rules.impact.models import ImpactRun


def kinds(session: Session, run: ImpactRun) -> Sequence[VisitType]:
    """The visit types that the tried rules stand for: those of the pathway whose patients are
    tried, else of the rule set's own pathways; none where it has no pathway yet."""
    of_rules = (
        Pathway.id == run.pathway_id
        if run.pathway_id is not None
        else Pathway.rule_set_id == run.rule_set_id
    )
    types = select(PathwayContact.visit_type_id).join(Pathway).where(of_rules)
    return session.scalars(
        select(VisitType).where(VisitType.id.in_(types)).order_by(VisitType.name, VisitType.id)
    ).all()


def next_contacts(
    session: Session,
    clinic: Clinic,
    courses: Sequence[Course],
    day: date,
    visit_types: Sequence[VisitType],
) -> dict[int, Step]:
    """Each course's next contact of these kinds in the clinic's calendar, from a local day on, by
    its number; of any kind but a group's where none is given.

    A scan or a school is no contact that rules replace. A time that belongs to no course counts
    for all of the patient's. An invitation without a time counts on the first day of its window,
    or today where that is gone.
    """
    steps = dict.fromkeys((course.id for course in courses), NOTHING)
    found: dict[int, Step] = {}
    wanted = [one.id for one in visit_types]
    for course_id, step in [
        *_appointments(session, clinic, courses, day, wanted),
        *_invitations(session, courses, day, wanted),
    ]:
        held = found.get(course_id)
        if held is None or _earlier(step, held):
            found[course_id] = step
    return steps | found


def _earlier(one: Step, other: Step) -> bool:
    return one.on is not None and other.on is not None and one.on < other.on


def _appointments(
    session: Session,
    clinic: Clinic,
    courses: Sequence[Course],
    day: date,
    wanted: Collection[int],
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
            Appointment.group_session_id.is_(None),
            Appointment.visit_type_id.in_(wanted) if wanted else true(),
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
    session: Session, courses: Sequence[Course], day: date, wanted: Collection[int]
) -> Iterator[tuple[int, Step]]:
    has_time = select(Appointment.id).where(
        Appointment.invitation_id == Invitation.id, Appointment.status.in_(ACTIVE)
    )
    invited = session.scalars(
        select(Invitation)
        .join(Invitation.visit_type)
        .where(
            Invitation.course_id.in_([course.id for course in courses]),
            Invitation.status.in_(("planned", "open")),
            VisitType.group_capacity == 1,
            Invitation.visit_type_id.in_(wanted) if wanted else true(),
            ~has_time.exists(),
        )
        .options(contains_eager(Invitation.visit_type))
    )
    for one in invited:
        kind = one.visit_type
        on = max(one.window_from, day)
        last = max(one.window_to, day)
        yield (
            one.course_id,
            Step("contact", "", on, last, one.form, kind.profession, kind.base_minutes),
        )
