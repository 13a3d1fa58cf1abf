"""What a decision leads to: the next questionnaire, a person's look, or a contact with its time.

Everything happens in the decision's own transaction. Nothing red is ever taken off the worklist
by a later, milder decision: it stays for a person, with the newer word beside it.
"""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from flask_babel import force_locale
from flask_babel import gettext as _

from booking.appointments.invitations.models import Invitation
from booking.appointments.worklist import service as worklist
from booking.appointments.worklist.models import WorklistItem
from booking.appointments.worklist.queries import with_key
from booking.appointments.worklist.service import Urgency
from booking.calendar.service import today
from booking.platform.database import Session
from booking.platform.i18n import short_day
from booking.platform.identity import SYSTEM
from booking.platform.localtime import day_start
from triage_rules.followup import contacts, tasks, windows
from triage_rules.followup.models import DecisionOutcome, FollowUpDecision, FollowUpPlan
from triage_rules.followup.wording import colour_name
from triage_rules.questionnaires import alarm
from triage_rules.questionnaires import service as asking
from triage_rules.questionnaires.models import QuestionnaireRequest
from triage_rules.tables.decide import Contact, Decision, Reason

RED, YELLOW = "follow_up_red", "follow_up_yellow"
NO_RULES, NOTHING_TO_ASK = "follow_up_no_rules", "follow_up_no_questionnaire"
LOOKS = (RED, YELLOW, alarm.ALARMING, asking.WANTS_CONTACT)


@dataclass(frozen=True)
class Led:
    """Where a decision led. item: what a person must look at, if anything."""

    kind: str
    ask_on: date | None = None
    item: WorklistItem | None = None
    invitation: Invitation | None = None


def act(
    session: Session, plan: FollowUpPlan, row: FollowUpDecision, made: Decision, net_weeks: int
) -> DecisionOutcome:
    """Set going what was decided, and write where it led."""
    if made.action == "contact" and made.contact is not None:
        led = _contact(session, plan, row, made, made.contact)
    elif made.action == "questionnaire" and plan.pathway.questionnaire is not None:
        led = _questionnaire(session, plan, row, made.contact, net_weeks)
    else:
        led = _look(session, plan, row, made, net_weeks)
    outcome = DecisionOutcome(
        decision_id=row.id,
        kind=led.kind,
        ask_on=led.ask_on,
        worklist_item=led.item,
        invitation=led.invitation,
    )
    session.add(outcome)
    session.flush()
    session.expire(row, ["outcome"])
    return outcome


def take_over(session: Session, plan: FollowUpPlan, request: QuestionnaireRequest) -> None:
    """What alarming answers put before a person becomes the plan's own task, so that one stands.

    It keeps its kind, by which the patient is told whom to call until somebody has closed it.
    """
    alarmed = with_key(session, alarm.key(request))
    if alarmed is None:
        return
    item = with_key(session, item_key(plan))
    if item is None:
        alarmed.open_key = item_key(plan)
        alarmed.details = {**alarmed.details, "plan": plan.id}
    else:
        item.kind, item.details = alarm.ALARMING, {**item.details, **alarmed.details}
        with force_locale("da"):
            worklist.close(session, SYSTEM, alarmed, _("Samlet med opgaven om opfølgningen."))
    session.flush()


def is_look(item: WorklistItem | None) -> bool:
    """True for a task in which a person sees within days how the patient is."""
    return item is not None and item.kind in LOOKS


def no_rules(session: Session, plan: FollowUpPlan) -> WorklistItem:
    """No version is in force: a person decides, today."""
    return tasks.put(session, plan, NO_RULES, f"{NO_RULES}:{plan.id}", today(session, plan.clinic))


def item_key(plan: FollowUpPlan) -> str:
    """The worklist's key of what a plan's decisions put before a person."""
    return f"follow_up:{plan.id}"


def settle(session: Session, plan: FollowUpPlan) -> None:
    """Take off what the plan put before a person, unless it is red."""
    item = with_key(session, item_key(plan))
    if item is not None and item.urgency != "red":
        worklist.withdraw(session, item_key(plan))


def _contact(
    session: Session, plan: FollowUpPlan, row: FollowUpDecision, made: Decision, contact: Contact
) -> Led:
    day = today(session, plan.clinic)
    days = windows.window(contact, day)
    plan.latest_on = days.latest_on
    item = None
    if made.colour == "red":
        item = _put_red(session, plan, row)
    else:
        _milder(session, plan, row)
    found = contacts.arrange(session, plan, contact, days)
    item = item or found.item
    return Led(
        "invitation" if found.invitation is not None else "worklist",
        item=item,
        invitation=found.invitation,
    )


def _questionnaire(
    session: Session,
    plan: FollowUpPlan,
    row: FollowUpDecision,
    contact: Contact | None,
    net_weeks: int,
) -> Led:
    _milder(session, plan, row)
    step = schedule(session, plan, contact, net_weeks)
    return Led("questionnaire", step.ask_on, not_asked_for(session, plan))


def schedule(
    session: Session, plan: FollowUpPlan, contact: Contact | None, net_weeks: int
) -> windows.NextStep:
    """Set when the plan's next questionnaire goes out, and its latest day."""
    step = windows.next_step(
        contact,
        plan.interval_weeks,
        net_weeks,
        plan.pathway.answer_days,
        today(session, plan.clinic),
    )
    plan.ask_on = step.ask_on if plan.pathway.questionnaire is not None else None
    plan.latest_on = step.latest_on
    session.flush()
    return step


def _look(
    session: Session, plan: FollowUpPlan, row: FollowUpDecision, made: Decision, net_weeks: int
) -> Led:
    day = today(session, plan.clinic)
    plan.latest_on = min(
        plan.latest_on if plan.latest_on > day else date.max,
        windows.next_step(
            made.contact, plan.interval_weeks, net_weeks, plan.pathway.answer_days, day
        ).latest_on,
    )
    if made.action == "questionnaire":
        return Led("worklist", item=nothing_to_ask(session, plan))
    wish = with_key(session, asking.wish_key(plan.clinic_id, plan.patient_id))
    alone = row.cause == "wish" or made.reasons == (Reason("asked"),)
    if wish is not None and alone and made.colour != "red":
        return Led("worklist", item=_own_wish(session, plan, wish))
    return Led("worklist", item=put_look(session, plan, row))


def put_look(session: Session, plan: FollowUpPlan, row: FollowUpDecision) -> WorklistItem:
    """Put a decision before a person, as urgently as its colour is."""
    if row.colour == "red":
        return _put_red(session, plan, row)
    return _put_yellow(session, plan, row, tasks.yellow_due(session, plan))


def _put_red(session: Session, plan: FollowUpPlan, row: FollowUpDecision) -> WorklistItem:
    """Today, unread until somebody opens it, whatever was seen of earlier answers."""
    day, escalate_at = today(session, plan.clinic), tasks.unread_at(session, plan)
    item = with_key(session, item_key(plan))
    if item is None:
        return _put(session, plan, row, RED, "red", day, escalate_at)
    item.urgency = "red"
    if item.kind != alarm.ALARMING:
        item.kind = RED
    item.due_on = min(item.due_on or day, day)
    item.owner_id = tasks.owner_of(plan)
    item.details = {**item.details, "decision": row.id}
    worklist.unread(session, item, escalate_at)
    return item


def _put_yellow(
    session: Session, plan: FollowUpPlan, row: FollowUpDecision, due: date
) -> WorklistItem:
    """Within some working days; what stands already is brought up to date, and red stays red."""
    escalate_at = day_start(due + timedelta(days=1), plan.clinic.zone)
    item = with_key(session, item_key(plan))
    if item is None:
        return _put(session, plan, row, YELLOW, "yellow", due, escalate_at)
    if item.urgency == "red":
        _newer_word(session, item, row, plan)
        return item
    item.due_on = min(item.due_on or due, due)
    item.owner_id = tasks.owner_of(plan)
    item.details = {**item.details, "decision": row.id}
    worklist.unread(session, item, escalate_at)
    return item


def _put(
    session: Session,
    plan: FollowUpPlan,
    row: FollowUpDecision,
    kind: str,
    urgency: Urgency,
    due: date,
    escalate_at: datetime,
) -> WorklistItem:
    return tasks.put(
        session,
        plan,
        kind,
        item_key(plan),
        due,
        urgency=urgency,
        escalate_at=escalate_at,
        decision_id=row.id,
    )


def _milder(session: Session, plan: FollowUpPlan, row: FollowUpDecision) -> None:
    """What an earlier decision put before a person is settled by this one, unless it was red."""
    item = with_key(session, item_key(plan))
    if item is not None and item.urgency == "red":
        _newer_word(session, item, row, plan)
    settle(session, plan)


def _newer_word(
    session: Session, item: WorklistItem, row: FollowUpDecision, plan: FollowUpPlan
) -> None:
    """Nobody has looked at what was red: that a later decision is milder is put beside it."""
    with force_locale("da"):
        words = _(
            "Nyere svar %(day)s: %(colour)s.",
            day=short_day(today(session, plan.clinic)),
            colour=colour_name(row.colour).lower(),
        )
    worklist.add_words(session, item, words, ())


def _own_wish(session: Session, plan: FollowUpPlan, item: WorklistItem) -> WorklistItem:
    """The patient's wish stands on the worklist already: it gets an owner, and is read in time."""
    item.urgency = item.urgency or "yellow"
    item.owner_id = item.owner_id or tasks.owner_of(plan)
    if item.read_at is None and item.escalate_at is None:
        item.escalate_at = tasks.unread_at(session, plan)
    session.flush()
    return item


def nothing_to_ask(session: Session, plan: FollowUpPlan) -> WorklistItem:
    """The rules want a questionnaire, and the pathway has none to ask: a person decides."""
    key, due = f"{NOTHING_TO_ASK}:{plan.id}", tasks.yellow_due(session, plan)
    return tasks.put(session, plan, NOTHING_TO_ASK, key, due)


def not_asked_for(session: Session, plan: FollowUpPlan) -> WorklistItem | None:
    """The patient is invited by an earlier decision, and this one wants no contact: nothing is
    taken from a patient by itself, so a person decides."""
    invitation = contacts.standing(session, plan)
    if invitation is None:
        return None
    return worklist.add(
        session,
        plan.clinic_id,
        contacts.NOT_ASKED_FOR,
        patient_id=plan.patient_id,
        invitation_id=invitation.id,
        details={"visit_type": invitation.visit_type.name},
        due_on=tasks.yellow_due(session, plan),
        key=contacts.not_asked_for_key(invitation.id),
        owner_id=tasks.owner_of(plan),
    )
