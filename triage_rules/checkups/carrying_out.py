"""An accepted proposal carried out through booking's own services, in the caller's transaction.

Whoever loses a visit is followed on: the plan's next questionnaire is set, and its latest day;
a patient without a plan gets one. A time stands until the new one is had, in one savepoint. The
worklist says that the patient must be told.
"""

from datetime import date

from booking.appointments import occasions
from booking.appointments.errors import DoesNotFit, GroupFull, PatientBusy, TimeTaken
from booking.appointments.guard import attempt
from booking.appointments.invitations import service as invitations
from booking.appointments.invitations.models import Invitation
from booking.appointments.invitations.service import Order
from booking.appointments.models import Appointment
from booking.appointments.search import Slot, find
from booking.appointments.service import book, cancel
from booking.appointments.visit_types.models import VisitType
from booking.appointments.worklist import service as worklist
from booking.calendar.service import today
from booking.platform.database import Session
from booking.platform.identity import Actor
from booking.platform.localtime import local_date
from triage_rules.checkups.errors import NoCourse, NoSuchContact
from triage_rules.checkups.looking import course_of, pathway_of
from triage_rules.checkups.models import REPLACED, CheckupLine
from triage_rules.followup import acting, contacts, service, windows
from triage_rules.followup.models import FollowUpPlan
from triage_rules.followup.windows import Window
from triage_rules.questionnaires.queries import waiting
from triage_rules.tables.decide import Contact

GONE, TELL, FIND = "checkup_gone", "checkup_tell", "checkup_find_time"
TRIES = 12
NOT_FREE = (TimeTaken, DoesNotFit, PatientBusy, GroupFull)


class NothingFree(Exception):
    """No time is free in the days the rules ask for."""


def carry_out(session: Session, by: Actor, line: CheckupLine) -> str:
    """Do what an open line proposes; what came of it, as a code: cancelled, changed, no_time.

    line.freed becomes the minutes that were really freed.
    """
    if line.proposal == "unneeded":
        _follow_on(session, by, line)
        _take_back(session, by, line, "not_needed")
        line.freed = line.minutes
        _tell(session, line, GONE, line.on)
        return "cancelled"
    contact, days = _wanted(session, line)
    before = line.minutes
    try:
        with attempt(session):
            minutes, on = _change(session, by, line, contact, days)
    except NothingFree:
        line.freed = 0
        _find(session, line, days.latest_on)
        return "no_time"
    line.freed = max(0, before - minutes)
    _tell(session, line, TELL, min(on, line.on))
    return "changed"


def _follow_on(session: Session, by: Actor, line: CheckupLine) -> None:
    """Set the plan's next step as a decision for a questionnaire would; begin one if need be."""
    plan, version = line.plan, line.rule_version
    assert version is not None
    contact = _contact(line)
    if plan is None:
        course, pathway = course_of(session, line), pathway_of(line)
        if course is None or pathway is None:
            raise NoCourse
        day = today(session, line.review.clinic)
        net = version.rules.latest_weeks
        step = windows.next_step(contact, None, net, pathway.answer_days, day)
        line.plan = service.start_plan(session, by, course, pathway, step.ask_on)
        return
    service.lock(session, plan)
    asked = any(one.course_id == plan.course_id for one in waiting(session, plan.patient_id))
    if not asked:
        acting.schedule(session, plan, contact, version.rules.latest_weeks)


def _change(
    session: Session, by: Actor, line: CheckupLine, contact: Contact, days: Window
) -> tuple[int, date]:
    """Give the check-up the form and the days the rules ask for; its minutes and its day then.

    Raises NothingFree: the caller undoes it all, so that what there was stands.
    """
    appointment, invitation = line.appointment, line.invitation
    if appointment is None:
        assert invitation is not None
        return _change_invitation(session, by, line, invitation, contact, days)
    if contact.form not in appointment.visit_type.form_list:
        return _replace(session, by, line, contact, days)
    in_time = days.opens_on <= line.on <= days.latest_on
    stays = line.proposal == "other_form" and in_time
    if stays and _same_time(session, by, appointment, contact.form):
        _ask(session, appointment)
        return _as_it_is(appointment)
    if appointment.invitation is not None:
        invitations.change_window(
            session, by, appointment.invitation, days.opens_on, days.latest_on
        )
    _move(session, by, appointment, contact.form, days)
    _ask(session, appointment)
    return _as_it_is(appointment)


def _as_it_is(appointment: Appointment) -> tuple[int, date]:
    return appointment.minutes, local_date(appointment.starts_at, appointment.clinic.zone)


def _change_invitation(
    session: Session,
    by: Actor,
    line: CheckupLine,
    invitation: Invitation,
    contact: Contact,
    days: Window,
) -> tuple[int, date]:
    """An invitation without a time gets other days, or gives way to one in another form."""
    if invitation.form != contact.form:
        return _replace(session, by, line, contact, days)
    invitations.change_window(session, by, invitation, days.opens_on, days.latest_on)
    return line.minutes, days.opens_on


def _replace(
    session: Session, by: Actor, line: CheckupLine, contact: Contact, days: Window
) -> tuple[int, date]:
    """Another contact in place of the check-up, whose own time may be the one that is given.

    A booked time is given up for another, or for one that is planned; raises NothingFree.
    """
    course = course_of(session, line)
    if course is None:
        raise NoCourse
    booked = line.appointment or line.invitation
    assert booked is not None
    visit_type = _visit_type(line, booked.visit_type, contact)
    _take_back(session, by, line, "replaced")
    order = Order(
        visit_type,
        contact.form,
        days.opens_on,
        days.latest_on,
        course.responsible,
        days.latest_on,
        "clinical",
    )
    made = invitations.order(session, by, course, order)
    line.reasons = [*line.reasons, {"why": REPLACED, "input": str(made.id)}]
    time = invitations.live_appointment(session, made)
    if time is not None:
        return _as_it_is(time)
    if line.appointment is not None and made.status == "open":
        raise NothingFree
    length = occasions.length_for(session, visit_type, line.patient_id, made.id)
    return length.minutes, days.opens_on


def _visit_type(line: CheckupLine, own: VisitType, contact: Contact) -> VisitType:
    if contact.form in own.form_list:
        return own
    pathway = pathway_of(line)
    found = contacts.fitting(FollowUpPlan(pathway=pathway), contact) if pathway else None
    if found is None:
        raise NoSuchContact
    return found


def _same_time(session: Session, by: Actor, appointment: Appointment, form: str) -> bool:
    """The same time in another form, if it can be had so."""
    occasion = occasions.for_move(session, by, appointment, form)
    slot = Slot(
        appointment.starts_at, appointment.ends_at, appointment.clinician_id, appointment.site_id
    )
    try:
        with attempt(session):
            book(session, by, occasion, slot, "desk", late_reason="capacity")
    except NOT_FREE:
        session.refresh(appointment)
        return False
    return True


def _move(session: Session, by: Actor, appointment: Appointment, form: str, days: Window) -> None:
    """Move into the rules' days: the same clinician first, the earliest time from the day aimed
    at; raises NothingFree."""
    occasion = occasions.for_move(session, by, appointment, form)
    own = find(
        session,
        occasion.wish(days.aim_on, days.latest_on, clinician_id=appointment.clinician_id),
    )
    slots = sorted(own.slots())[:TRIES]
    if not slots:
        slots = sorted(find(session, occasion.wish(days.opens_on, days.latest_on)).slots())[:TRIES]
    for slot in slots:
        try:
            with attempt(session):
                book(session, by, occasion, slot, "desk", late_reason="capacity")
        except NOT_FREE:
            session.refresh(appointment)
            continue
        return
    raise NothingFree


def _ask(session: Session, appointment: Appointment) -> None:
    """What the patient said yes to was another time, or another form: they are asked again."""
    appointment.participant = "needs-action"
    session.flush()


def _take_back(session: Session, by: Actor, line: CheckupLine, reason: str) -> None:
    """Cancel the time, or revoke the invitation. That the patient gave it up is not what the
    worklist should say."""
    appointment = line.appointment
    invitation = line.invitation or (appointment.invitation if appointment else None)
    if invitation is not None:
        invitations.revoke(session, by, invitation, reason)
        return
    assert appointment is not None
    cancel(session, by, appointment, reason, "desk", wants_new=False)
    worklist.withdraw(session, f"cancelled:{appointment.id}")


def _contact(line: CheckupLine) -> Contact | None:
    return Contact(**line.contact) if line.contact is not None else None  # type: ignore[arg-type]


def _wanted(session: Session, line: CheckupLine) -> tuple[Contact, Window]:
    contact = _contact(line)
    assert contact is not None
    return contact, windows.window(contact, today(session, line.review.clinic))


def _tell(session: Session, line: CheckupLine, kind: str, on: date) -> None:
    """In good time before the visit that was, or the one that is, whichever comes first."""
    _put(session, line, kind, worklist.in_time_to_tell(session, on, line.review.clinic.zone))


def _find(session: Session, line: CheckupLine, latest_on: date) -> None:
    _put(session, line, FIND, latest_on)


def _put(session: Session, line: CheckupLine, kind: str, due_on: date) -> None:
    clinic = line.review.clinic
    booked = line.appointment or line.invitation
    assert booked is not None
    worklist.add(
        session,
        clinic.id,
        kind,
        patient_id=line.patient_id,
        appointment_id=line.appointment_id,
        details={"visit_type": booked.visit_type.name},
        due_on=due_on,
        key=f"checkup:{line.id}",
    )
