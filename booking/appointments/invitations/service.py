"""Courses and invitations: ordering the next contact, and reserving its time.

A window within the clinic's booking horizon gets a provisional time at once; one beyond it
stays planned until a job finds that the horizon has reached it. Where no time is free, a
person is told: an open invitation without a time always stands on the worklist.
"""

from dataclasses import dataclass
from datetime import date, timedelta

from flask_babel import gettext as _
from sqlalchemy import select

from booking.appointments import holds
from booking.appointments.errors import DoesNotFit, GroupFull, PatientBusy, TimeTaken, WrongState
from booking.appointments.events import CourseEnded, InvitationCreated
from booking.appointments.groups import with_room
from booking.appointments.guard import attempt, lock
from booking.appointments.invitations.models import Course, Invitation
from booking.appointments.models import ACTIVE, Appointment
from booking.appointments.occasions import Occasion, for_invitation, for_move
from booking.appointments.search import Slot, find
from booking.appointments.service import book, cancel
from booking.appointments.visit_types.models import VisitType
from booking.appointments.worklist import service as worklist
from booking.appointments.writing import found_a_time
from booking.calendar.models import Clinic, Resource
from booking.people.models import Patient
from booking.platform import audit
from booking.platform.database import Session
from booking.platform.errors import InvalidInput
from booking.platform.identity import SYSTEM, Actor
from booking.platform.localtime import local_date

TRIES = 12
AT_A_TIME = 50


@dataclass(frozen=True)
class Order:
    """The next contact as ordered: what, in which form, on which local days, with whom, by when."""

    visit_type: VisitType
    form: str
    window_from: date
    window_to: date
    clinician: Resource | None = None
    deadline_on: date | None = None
    deadline_kind: str = ""
    purpose: str = ""


def open_course(
    session: Session,
    by: Actor,
    clinic: Clinic,
    patient: Patient,
    title: str,
    responsible: Resource | None = None,
) -> Course:
    """Begin a patient's way through the clinic."""
    course = Course(
        patient=patient,
        clinic=clinic,
        responsible=responsible,
        title=title,
        started_on=local_date(session.now(), clinic.zone),
    )
    session.add(course)
    audit.record(session, by, "course.opened", [patient.id], clinic_id=clinic.id)
    session.flush()
    return course


def end_course(session: Session, by: Actor, course: Course) -> None:
    """End a course today; raises WrongState while a time or an invitation is still open in it."""
    standing = session.scalar(
        select(Invitation.id)
        .where(Invitation.course_id == course.id, Invitation.status.in_(("planned", "open")))
        .limit(1)
    ) or session.scalar(
        select(Appointment.id)
        .where(Appointment.course_id == course.id, Appointment.status.in_(ACTIVE))
        .limit(1)
    )
    if standing:
        raise WrongState
    course.ended_on = local_date(session.now(), course.clinic.zone)
    audit.record(session, by, "course.ended", [course.patient_id], clinic_id=course.clinic_id)
    session.flush()
    session.publish(CourseEnded(course.id, course.patient_id, course.clinic_id))


def order(session: Session, by: Actor, course: Course, wanted: Order) -> Invitation:
    """Order the next contact; it is reserved at once if its window is within the horizon."""
    _check(course, wanted)
    invitation = Invitation(
        patient=course.patient,
        clinic=course.clinic,
        course=course,
        visit_type=wanted.visit_type,
        form=wanted.form,
        window_from=wanted.window_from,
        window_to=wanted.window_to,
        deadline_on=wanted.deadline_on,
        deadline_kind=wanted.deadline_kind,
        clinician=wanted.clinician,
        purpose=wanted.purpose,
        status="planned",
        created_at=session.now(),
        created_by=by.name,
    )
    session.add(invitation)
    session.flush()
    audit.record(session, by, "invitation.created", [course.patient_id], clinic_id=course.clinic_id)
    if invitation.window_from <= _horizon(session, course.clinic):
        reserve(session, SYSTEM, invitation)
    session.publish(InvitationCreated(invitation.id, invitation.patient_id, invitation.clinic_id))
    return invitation


def reserve(session: Session, by: Actor, invitation: Invitation) -> Appointment | None:
    """Give an invitation a provisional time inside its window, the preferred clinician first.

    None if nothing is free: then it stands on the worklist with its last day.
    """
    invitation.status = "open"
    appointment = _first_free(session, by, for_invitation(session, by, invitation))
    if appointment is not None:
        return appointment
    session.flush()
    worklist.add(
        session,
        invitation.clinic_id,
        "no_time_in_window",
        patient_id=invitation.patient_id,
        invitation_id=invitation.id,
        details={"visit_type": invitation.visit_type.name},
        due_on=invitation.deadline_on or invitation.window_to,
        key=f"invitation:{invitation.id}",
    )
    return None


def revoke(session: Session, by: Actor, invitation: Invitation, reason: str) -> None:
    """Take an invitation back; a time booked on it is cancelled."""
    lock(session, [], [invitation.patient_id])
    if invitation.status not in ("planned", "open"):
        raise WrongState
    holds.release(session, f"invitation:{invitation.id}")
    appointment = live_appointment(session, invitation)
    if appointment is not None:
        cancel(session, by, appointment, reason, "desk", wants_new=False)
        worklist.withdraw(session, f"invitation:{invitation.id}")
    invitation.status = "revoked"
    found_a_time(session, invitation.id)
    audit.record(
        session,
        by,
        "invitation.revoked",
        [invitation.patient_id],
        reason=reason,
        clinic_id=invitation.clinic_id,
    )
    session.flush()


def live_appointment(session: Session, invitation: Invitation) -> Appointment | None:
    """The invitation's booked time, if it has one."""
    return session.scalars(
        select(Appointment).where(
            Appointment.invitation_id == invitation.id, Appointment.status.in_(ACTIVE)
        )
    ).one_or_none()


def reach_horizon(session: Session) -> int:
    """Reserve times for planned invitations whose window the booking horizon has reached.

    A job: at most fifty at a time, those whose window opens first; returns how many. One that
    cannot be reserved stands on the worklist and keeps none of the others from their time.
    """
    reached = 0
    for clinic in session.scalars(select(Clinic).order_by(Clinic.id)):
        planned = session.scalars(
            select(Invitation)
            .where(
                Invitation.clinic_id == clinic.id,
                Invitation.status == "planned",
                Invitation.window_from <= _horizon(session, clinic),
            )
            .order_by(Invitation.window_from, Invitation.id)
            .limit(AT_A_TIME - reached)
            .with_for_update(skip_locked=True)
        )
        for invitation in list(planned):
            reserve(session, SYSTEM, invitation)
            reached += 1
    return reached


def _first_free(session: Session, by: Actor, occasion: Occasion) -> Appointment | None:
    """The first of the candidates that nobody else takes, as a provisional time."""
    for slot in _candidates(session, occasion):
        try:
            with attempt(session):
                return book(session, by, occasion, slot, "system", provisional=True)
        except (TimeTaken, DoesNotFit, PatientBusy, GroupFull):
            continue
    return None


def _candidates(session: Session, occasion: Occasion) -> list[Slot]:
    """The earliest slots to try: the preferred clinician's in the window, else anyone's.

    None after a deadline: that takes a person's decision.
    """
    first, last = occasion.first, min(occasion.last, occasion.deadline_on or occasion.last)
    if occasion.visit_type.group_capacity > 1:
        return with_room(session, occasion, first, last)[:TRIES]
    preferred: list[Slot] = []
    if occasion.preferred_id is not None:
        preferred = sorted(
            find(session, occasion.wish(first, last, clinician_id=occasion.preferred_id)).slots()
        )[:TRIES]
    if preferred:
        return preferred
    day = first
    while day <= last:
        week = find(session, occasion.wish(day, min(day + timedelta(days=6), last)))
        slots = sorted(week.slots())
        if slots:
            return slots[:TRIES]
        day += timedelta(days=7)
    return []


def _horizon(session: Session, clinic: Clinic) -> date:
    return local_date(session.now(), clinic.zone) + timedelta(weeks=clinic.horizon_weeks)


def _check(course: Course, wanted: Order) -> None:
    fields = {}
    if wanted.window_from > wanted.window_to:
        fields["window_to"] = _("Slutdatoen ligger før startdatoen.")
    if wanted.visit_type.clinic_id != course.clinic_id:
        fields["visit_type"] = _("Vælg en af mulighederne.")
    if wanted.form not in wanted.visit_type.form_list:
        fields["form"] = _("Kontakttypen findes ikke i den form.")
    if fields:
        raise InvalidInput(fields)


def change_window(
    session: Session,
    by: Actor,
    invitation: Invitation,
    first: date,
    last: date,
    *,
    deadline_on: date | None = None,
) -> Appointment | None:
    """Let an invitation be booked on other local days; the time it has by now, if any.

    One without a time is reserved at once if the days are within the horizon, and is planned
    again if they are beyond it. A time it already has stays where it is. deadline_on: another
    last day; None leaves it as it is.
    Raises WrongState for one that is completed or revoked.
    """
    lock(session, [], [invitation.patient_id])
    if invitation.status not in ("planned", "open"):
        raise WrongState
    if first > last:
        raise InvalidInput({"window_to": _("Slutdatoen ligger før startdatoen.")})
    if last < local_date(session.now(), invitation.clinic.zone):
        raise InvalidInput({"window_to": _("Slutdatoen er passeret. Skriv en senere dato.")})
    invitation.window_from, invitation.window_to = first, last
    invitation.deadline_on = deadline_on or invitation.deadline_on
    audit.record(
        session,
        by,
        "invitation.window_changed",
        [invitation.patient_id],
        clinic_id=invitation.clinic_id,
    )
    session.flush()
    appointment = live_appointment(session, invitation)
    if appointment is not None:
        return appointment
    if first > _horizon(session, invitation.clinic):
        invitation.status = "planned"
        found_a_time(session, invitation.id)
        session.flush()
        return None
    # As the system: a person may book outside the window, which is not what was asked for.
    appointment = reserve(session, SYSTEM, invitation)
    if appointment is None:
        due = invitation.deadline_on or last
        worklist.due_by(session, f"invitation:{invitation.id}", due)
    return appointment


def bring_inside(session: Session, by: Actor, invitation: Invitation) -> Appointment | None:
    """Move a time that lies outside its invitation's window into it; the patient is not asked.

    For times that nobody has said yes to. The old time stays until the new one is had: None,
    and nothing changed, where nothing is free or the invitation has no time.
    """
    lock(session, [], [invitation.patient_id])
    appointment = live_appointment(session, invitation)
    if appointment is None or appointment.status != "booked":
        return None
    return _first_free(session, by, for_move(session, SYSTEM, appointment))
