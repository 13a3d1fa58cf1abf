"""From what the rules ask for to an invitation with its reserved time, through booking's own
services. An invitation that stands from an earlier decision is never doubled.
"""

from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import Select, or_, select

from booking.appointments.events import AppointmentBooked, AppointmentCancelled, AppointmentMoved
from booking.appointments.invitations import service as invitations
from booking.appointments.invitations.models import Invitation
from booking.appointments.invitations.service import Order
from booking.appointments.models import ACTIVE, Appointment
from booking.appointments.refit import refit
from booking.appointments.visit_types.models import VisitType
from booking.appointments.worklist import service as worklist
from booking.appointments.worklist.models import WorklistItem
from booking.appointments.worklist.queries import with_key
from booking.calendar.models import Resource
from booking.calendar.service import today
from booking.platform.database import Session
from booking.platform.identity import SYSTEM, Actor
from booking.platform.localtime import local_date
from triage_rules.followup import queries, tasks
from triage_rules.followup.models import (
    DecisionOutcome,
    DecisionReview,
    FollowUpDecision,
    FollowUpPlan,
)
from triage_rules.followup.windows import Window
from triage_rules.tables.decide import Contact

NOT_ASKED_FOR = "follow_up_not_asked_for"
NO_VISIT_TYPE, TIME_DIFFERS = "follow_up_no_visit_type", "follow_up_time_differs"
DEADLINE_KIND = "clinical"
WAITING = ("planned", "open")


@dataclass(frozen=True)
class Arranged:
    """What came of it: the invitation that stands, and what a person must look at, if anything."""

    invitation: Invitation | None
    item: WorklistItem | None = None


def arrange(session: Session, plan: FollowUpPlan, contact: Contact, days: Window) -> Arranged:
    """See that the patient has an invitation as the rules ask, reserved if within the horizon."""
    visit_type = fitting(plan, contact)
    if visit_type is None:
        return Arranged(None, _no_visit_type(session, plan, days))
    existing = standing(session, plan) or _ordered_alike(session, plan, visit_type, contact.form)
    if existing is None:
        placed = place(session, SYSTEM, plan, visit_type, contact.form, days)
        return Arranged(placed, _compared(session, plan, placed))
    worklist.withdraw(session, not_asked_for_key(existing.id))
    time = invitations.live_appointment(session, existing)
    same = (existing.visit_type_id, existing.form) == (visit_type.id, contact.form)
    if time is None:
        if same:
            return Arranged(_sooner(session, existing, days))
        invitations.revoke(session, SYSTEM, existing, "replaced")
        return Arranged(place(session, SYSTEM, plan, visit_type, contact.form, days))
    return _with_time(session, plan, existing, time, days, same=same)


def place(
    session: Session,
    by: Actor,
    plan: FollowUpPlan,
    visit_type: VisitType,
    form: str,
    days: Window,
) -> Invitation:
    """Order a contact. Its time is looked for from the day aimed at; where there is none then,
    from the first day; and the patient may choose any day of the window."""
    invitation = invitations.order(
        session,
        by,
        plan.course,
        Order(
            visit_type=visit_type,
            form=form,
            window_from=days.aim_on,
            window_to=days.latest_on,
            clinician=_preferred(plan, visit_type),
            deadline_on=days.latest_on,
            deadline_kind=DEADLINE_KIND,
            purpose=plan.pathway.name,
        ),
    )
    _widen(session, invitation, days)
    return invitation


def _widen(session: Session, invitation: Invitation, days: Window) -> None:
    """Once a time is looked for about the day aimed at, any day of the window will do."""
    if invitation.status == "open" and days.opens_on < days.aim_on:
        invitations.change_window(session, SYSTEM, invitation, days.opens_on, days.latest_on)


def standing(session: Session, plan: FollowUpPlan) -> Invitation | None:
    """The plan's latest invitation that still waits for its contact."""
    return session.scalars(_led_to(plan).where(Invitation.status.in_(WAITING)).limit(1)).first()


def taken_back(session: Session, plan: FollowUpPlan) -> Invitation | None:
    """The plan's latest invitation where somebody has taken it back, and no contact is on its way
    in the course instead."""
    latest = session.scalars(_led_to(plan).limit(1)).first()
    if latest is None or latest.status != "revoked" or on_its_way(session, plan):
        return None
    return latest


def on_its_way(session: Session, plan: FollowUpPlan) -> bool:
    """True while the patient is invited, or has a time, in the course."""
    invited = select(Invitation.id).where(
        Invitation.course_id == plan.course_id, Invitation.status.in_(WAITING)
    )
    booked = select(Appointment.id).where(
        Appointment.course_id == plan.course_id, Appointment.status.in_(ACTIVE)
    )
    found = session.scalar(invited.limit(1)) or session.scalar(booked.limit(1))
    return found is not None


def _led_to(plan: FollowUpPlan) -> Select[Invitation]:
    """What the plan's decisions, and clinicians' words on them, ordered; the latest first."""
    decided = select(FollowUpDecision.id).where(FollowUpDecision.plan_id == plan.id)
    by_rules = select(DecisionOutcome.invitation_id).where(DecisionOutcome.decision_id.in_(decided))
    by_people = select(DecisionReview.invitation_id).where(DecisionReview.decision_id.in_(decided))
    return (
        select(Invitation)
        .where(or_(Invitation.id.in_(by_rules), Invitation.id.in_(by_people)))
        .order_by(Invitation.id.desc())
    )


def _ordered_alike(
    session: Session, plan: FollowUpPlan, visit_type: VisitType, form: str
) -> Invitation | None:
    """What somebody ordered by hand in the course, where it is just such a contact: one is
    enough, and it is brought sooner if need be."""
    return session.scalars(
        select(Invitation)
        .where(
            Invitation.course_id == plan.course_id,
            Invitation.visit_type_id == visit_type.id,
            Invitation.form == form,
            Invitation.status.in_(WAITING),
        )
        .order_by(Invitation.window_to, Invitation.id)
        .limit(1)
    ).one_or_none()


def fitting(plan: FollowUpPlan, contact: Contact) -> VisitType | None:
    """The visit type a contact becomes: one named for its profession before one for any."""
    named = sorted(
        plan.pathway.contacts, key=lambda one: (one.profession != contact.profession, one.id)
    )
    for one in named:
        visit_type = one.visit_type
        profession = one.profession or visit_type.profession
        right = not contact.profession or profession in ("", contact.profession)
        if right and visit_type.active and contact.form in visit_type.form_list:
            return visit_type
    return None


def unanswered(session: Session, invitation: Invitation) -> bool:
    """True while the patient has not said yes to a time of the invitation's, or has none."""
    time = invitations.live_appointment(session, invitation)
    return time is None or (time.status == "booked" and time.participant == "needs-action")


def refit_live(session: Session, by: Actor, invitation: Invitation) -> None:
    """Give the invitation's time, if it has one, the length that is asked for now."""
    time = invitations.live_appointment(session, invitation)
    if time is not None and time.status == "booked":
        refit(session, by, time)


def on_booked(session: Session, booked: AppointmentBooked) -> None:
    """A time of an invitation's own opens its window; one booked beside it is compared."""
    _open_window(session, booked)
    time = session.get_one(Appointment, booked.appointment_id)
    if time.invitation_id is not None or time.course_id is None:
        return
    plan = queries.running(session, time.course_id)
    own = standing(session, plan) if plan is not None else None
    if plan is not None and own is not None:
        _compared(session, plan, own)


def _open_window(session: Session, booked: AppointmentBooked) -> None:
    """A time reserved when the horizon reached it was looked for around the day aimed at; from
    now on the patient may choose any day the rules allow."""
    if not booked.provisional:
        return
    row = session.execute(
        select(Invitation, FollowUpDecision)
        .join(Appointment, Appointment.invitation_id == Invitation.id)
        .join(DecisionOutcome, DecisionOutcome.invitation_id == Invitation.id)
        .join(FollowUpDecision, FollowUpDecision.id == DecisionOutcome.decision_id)
        .where(Appointment.id == booked.appointment_id)
        .order_by(FollowUpDecision.id.desc())
        .limit(1)
    ).one_or_none()
    if row is None:
        return
    invitation, decision = row
    contact = contact_of(decision)
    if contact is None:
        return
    decided = local_date(decision.decided_at, invitation.clinic.zone)
    opens = max(decided + timedelta(weeks=contact.from_weeks), today(session, invitation.clinic))
    if opens < invitation.window_from:
        invitations.change_window(session, SYSTEM, invitation, opens, invitation.window_to)


def on_moved(session: Session, moved: AppointmentMoved) -> None:
    """A time that was not what the rules asked for is settled once it lies soon enough."""
    item = with_key(session, _differs_key(moved.appointment_id))
    time = session.get_one(Appointment, moved.appointment_id)
    day = local_date(moved.new_start, time.clinic.zone)
    if item is not None and (item.due_on is None or day <= item.due_on):
        worklist.withdraw(session, _differs_key(moved.appointment_id))


def on_cancelled(session: Session, cancelled: AppointmentCancelled) -> None:
    """A time that is gone needs no comparing; what comes instead booking has put before a
    person."""
    worklist.withdraw(session, _differs_key(cancelled.appointment_id))
    time = session.get_one(Appointment, cancelled.appointment_id)
    if time.invitation_id is not None:
        worklist.withdraw(session, not_asked_for_key(time.invitation_id))


def not_asked_for_key(invitation_id: int) -> str:
    """The worklist's key of an invitation that the rules no longer ask for."""
    return f"{NOT_ASKED_FOR}:{invitation_id}"


def _differs_key(appointment_id: int) -> str:
    return f"{TIME_DIFFERS}:{appointment_id}"


def contact_of(decision: FollowUpDecision) -> Contact | None:
    """What the rules asked for; None where they were unsure."""
    kept = decision.contact
    return Contact(**kept) if kept is not None else None  # type: ignore[arg-type]


def _sooner(session: Session, existing: Invitation, days: Window) -> Invitation:
    """An invitation without a time is brought into the new window, unless it ends sooner; so is
    one whose own window is over."""
    if not today(session, existing.clinic) <= existing.window_to <= days.latest_on:
        invitations.change_window(
            session, SYSTEM, existing, days.aim_on, days.latest_on, deadline_on=days.latest_on
        )
        _widen(session, existing, days)
    return existing


def _with_time(
    session: Session,
    plan: FollowUpPlan,
    existing: Invitation,
    time: Appointment,
    days: Window,
    *,
    same: bool,
) -> Arranged:
    """The patient has a time already: one soon enough stands; a later one that nobody has said
    yes to is moved; and of what the patient has agreed to, or of a day that is past and nobody
    has marked, a person decides."""
    day = local_date(time.starts_at, plan.clinic.zone)
    to_come = day >= today(session, plan.clinic)
    in_time = to_come and day <= days.latest_on
    if same and to_come and not in_time and unanswered(session, existing):
        invitations.change_window(
            session, SYSTEM, existing, days.opens_on, days.latest_on, deadline_on=days.latest_on
        )
        in_time = invitations.bring_inside(session, SYSTEM, existing) is not None
        session.refresh(time)
    if same and in_time:
        refit_live(session, SYSTEM, existing)
        return Arranged(existing)
    return Arranged(existing, time_differs(session, plan, existing, time, days))


def _compared(session: Session, plan: FollowUpPlan, own: Invitation) -> WorklistItem | None:
    """A time somebody has booked in the course without an invitation, for such a contact as the
    pathway's: one of the two may be enough, and a person decides."""
    kinds = [one.visit_type_id for one in plan.pathway.contacts]
    beside = session.scalars(
        select(Appointment)
        .where(
            Appointment.course_id == plan.course_id,
            Appointment.invitation_id.is_(None),
            Appointment.visit_type_id.in_(kinds),
            Appointment.status == "booked",
            Appointment.starts_at > session.now(),
        )
        .order_by(Appointment.starts_at)
        .limit(1)
    ).first()
    if beside is None:
        return None
    item = _put(session, plan, TIME_DIFFERS, _differs_key(beside.id), own.window_to)
    item.appointment_id = beside.id
    item.details = {**item.details, "visit_type": beside.visit_type.name}
    session.flush()
    return item


def _preferred(plan: FollowUpPlan, visit_type: VisitType) -> Resource | None:
    """The responsible clinician, where their profession is the one asked for."""
    responsible = plan.course.responsible
    if responsible is None or not responsible.active:
        return None
    right = visit_type.profession in ("", responsible.profession)
    return responsible if right else None


def _no_visit_type(session: Session, plan: FollowUpPlan, days: Window) -> WorklistItem:
    return _put(session, plan, NO_VISIT_TYPE, f"{NO_VISIT_TYPE}:{plan.id}", days.latest_on)


def time_differs(
    session: Session, plan: FollowUpPlan, existing: Invitation, time: Appointment, days: Window
) -> WorklistItem:
    """The patient's time is not what is asked for now: a person decides."""
    item = _put(session, plan, TIME_DIFFERS, _differs_key(time.id), days.latest_on)
    item.appointment_id, item.invitation_id = time.id, existing.id
    item.details = {**item.details, "visit_type": existing.visit_type.name}
    session.flush()
    return item


def _put(session: Session, plan: FollowUpPlan, kind: str, key: str, due_on: date) -> WorklistItem:
    """Before a person, by the nearer of the days; asked for anew, it must be read anew."""
    item = tasks.put(session, plan, kind, key, due_on)
    item.due_on = min(item.due_on or due_on, due_on)
    if item.read_at is not None:
        worklist.unread(session, item, tasks.unread_at(session, plan))
    return item
