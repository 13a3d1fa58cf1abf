"""A clinician's word on a decision: accepted, or something else done instead, with a reason.

The decision itself stands as it was made; what a person said is written beside it.
"""

from dataclasses import asdict, dataclass
from datetime import timedelta

from flask_babel import gettext as _
from flask_babel import ngettext

from booking.appointments.invitations import service as invitations
from booking.appointments.invitations.models import Invitation
from booking.appointments.visit_types.models import VisitType
from booking.appointments.worklist import service as worklist
from booking.appointments.worklist.queries import with_key
from booking.calendar.service import today
from booking.platform import audit
from booking.platform.database import Session
from booking.platform.errors import InvalidInput
from booking.platform.identity import Actor, Role
from triage_rules.followup import acting, contacts, going_on, queries, service, windows
from triage_rules.followup.contacts import contact_of
from triage_rules.followup.errors import DecisionReplaced
from triage_rules.followup.events import DecisionReviewed
from triage_rules.followup.models import DecisionReview, FollowUpDecision, FollowUpPlan
from triage_rules.followup.wording import REASONS, allowed
from triage_rules.questionnaires import alarm
from triage_rules.questionnaires.service import wish_key
from triage_rules.tables.decide import Action, Contact


@dataclass(frozen=True)
class Instead:
    """What a clinician does instead of what the rules said.

    For a contact: the visit type, its form, the first and latest week from now, and how many
    minutes (0: the visit type's own). For a questionnaire: in how many weeks; None is as the
    rules have it.
    """

    action: Action
    visit_type: VisitType | None = None
    form: str = "none"
    from_weeks: int = 0
    latest_weeks: int = 0
    minutes: int = 0
    interval_weeks: int | None = None


def accept(
    session: Session, by: Actor, decision: FollowUpDecision, words: str = ""
) -> DecisionReview:
    """Agree with a decision: what it put before a person is seen to.

    After a look that led to nothing else, the next questionnaire is set, so that the follow-up
    goes on. Raises DecisionReplaced where a later one stands.
    """
    plan = _lock(session, by, decision)
    already = queries.latest_review(session, decision.id)
    if already is not None and (already.kind, already.words) == ("accepted", words.strip()):
        return already
    review = _write(session, by, decision, "accepted", decision.action, words=words)
    _close(session, by, decision, words, _("Beslutningen er godkendt."))
    if decision.action == "look":
        going_on.unless_something_waits(session, plan)
    _tell(session, by, decision, review)
    return review


def override(
    session: Session,
    by: Actor,
    decision: FollowUpDecision,
    instead: Instead,
    reason: str,
    words: str = "",
) -> DecisionReview:
    """Do something else than the rules said. reason: a code of REASONS.

    Raises InvalidInput naming the fields: words are required for 'other', and wherever a red
    decision is to have less than a contact; DecisionReplaced where a later one stands.
    """
    plan = _lock(session, by, decision)
    net = service.net_weeks(session, plan, decision)
    _check(decision, instead, reason, words, net)
    already = queries.latest_review(session, decision.id)
    if already is not None and _ordered_just_so(already, instead, reason, words):
        return already
    invitation = None
    if instead.action == "contact":
        invitation = _invite(session, by, plan, instead)
    elif instead.action == "questionnaire":
        _ask_later(session, by, plan, decision, instead, net)
    else:
        _keep_looking(session, plan, decision)
    review = _write(
        session,
        by,
        decision,
        "overridden",
        instead.action,
        words=words,
        reason=reason,
        contact=_contact(instead) if instead.action == "contact" else None,
        invitation=invitation,
    )
    if instead.action != "look":
        _close(session, by, decision, words, str(REASONS[reason]))
    if invitation is not None:
        contacts.refit_live(session, by, invitation)  # by the minutes that are written only now
    _tell(session, by, decision, review)
    return review


def _lock(session: Session, by: Actor, decision: FollowUpDecision) -> FollowUpPlan:
    by.at(decision.clinic_id, Role.CLINICIAN)
    plan = decision.plan
    service.lock(session, plan)
    latest = queries.latest_decision(session, plan.id)
    if latest is None or latest.id != decision.id:
        raise DecisionReplaced
    return plan


def _check(decision: FollowUpDecision, instead: Instead, reason: str, words: str, net: int) -> None:
    wrong: dict[str, str] = {}
    if reason not in REASONS:
        wrong["reason"] = _("Vælg en grund.")
    if reason == "other" and not words.strip():
        wrong["words"] = _("Skriv grunden.")
    if decision.colour == "red" and instead.action != "contact" and not words.strip():
        wrong["words"] = _("Beslutningen er rød. Skriv, hvorfor der skal ske noget andet.")
    if instead.action == "contact":
        wrong |= _wrong_contact(decision, instead, net)
    if instead.action == "questionnaire":
        low, high = windows.bounds(contact_of(decision), net)
        weeks = instead.interval_weeks
        if decision.plan.pathway.questionnaire_id is None:
            wrong["action"] = _("Opfølgningstypen har intet spørgeskema.")
        if weeks is not None and not low <= weeks <= high:
            wrong["interval_weeks"] = allowed(low, high)
    if wrong:
        raise InvalidInput(wrong)


def _wrong_contact(decision: FollowUpDecision, instead: Instead, net: int) -> dict[str, str]:
    visit_type = instead.visit_type
    if visit_type is None or visit_type.clinic_id != decision.clinic_id or not visit_type.active:
        return {"visit_type": _("Vælg en kontakttype.")}
    if instead.form not in visit_type.form_list:
        return {"form": _("Kontakttypen findes ikke i den form.")}
    if not 0 <= instead.from_weeks <= instead.latest_weeks <= net:
        return {
            "latest_weeks": ngettext(
                "Senest skal ligge efter tidligst og højst %(num)d uge frem.",
                "Senest skal ligge efter tidligst og højst %(num)d uger frem.",
                net,
            )
        }
    return {}


def _invite(session: Session, by: Actor, plan: FollowUpPlan, instead: Instead) -> Invitation:
    """The clinician's own order. What an earlier decision ordered and nobody has said yes to is
    taken back; a time the patient has agreed to stays, and a person sees both."""
    assert instead.visit_type is not None
    day = today(session, plan.clinic)
    first = day + timedelta(weeks=instead.from_weeks)
    days = windows.Window(first, first, day + timedelta(weeks=instead.latest_weeks))
    earlier = contacts.standing(session, plan)
    if earlier is not None:
        time = invitations.live_appointment(session, earlier)
        if time is None or contacts.unanswered(session, earlier):
            invitations.revoke(session, by, earlier, "replaced")
        else:
            contacts.time_differs(session, plan, earlier, time, days)
    plan.latest_on = days.latest_on
    return contacts.place(session, by, plan, instead.visit_type, instead.form, days)


def _ask_later(
    session: Session,
    by: Actor,
    plan: FollowUpPlan,
    decision: FollowUpDecision,
    instead: Instead,
    net: int,
) -> None:
    """The next questionnaire instead. A time nobody has said yes to is taken back; one the
    patient has agreed to is a person's to settle with the patient."""
    step = windows.next_step(
        contact_of(decision),
        instead.interval_weeks if instead.interval_weeks is not None else plan.interval_weeks,
        net,
        plan.pathway.answer_days,
        today(session, plan.clinic),
    )
    plan.ask_on, plan.latest_on = step.ask_on, step.latest_on
    session.flush()
    earlier = contacts.standing(session, plan)
    if earlier is not None and contacts.unanswered(session, earlier):
        invitations.revoke(session, by, earlier, "not_needed")
    acting.not_asked_for(session, plan)


def _keep_looking(session: Session, plan: FollowUpPlan, decision: FollowUpDecision) -> None:
    """Someone is to look further: it stands on the worklist, or is put there."""
    if with_key(session, acting.item_key(plan)) is None:
        acting.put_look(session, plan, decision)


def _close(
    session: Session, by: Actor, decision: FollowUpDecision, words: str, otherwise: str
) -> None:
    """What the plan's decisions, the answers themselves and the patient's wish put before a
    person is seen to, with these words. What an earlier decision made red is not seen to by a
    milder one, unless something is said."""
    plan = decision.plan
    keys = [acting.item_key(plan), wish_key(plan.clinic_id, plan.patient_id)]
    if decision.response is not None:
        keys.append(alarm.key(decision.response.request))
    for key in keys:
        item = with_key(session, key)
        if item is None:
            continue
        if item.urgency == "red" and decision.colour != "red" and not words.strip():
            continue
        worklist.mark_read(session, by, item)
        worklist.close(session, by, item, words or otherwise)


def _ordered_just_so(review: DecisionReview, instead: Instead, reason: str, words: str) -> bool:
    """True where this very contact was ordered with the same word: a form that was sent twice."""
    ordered = review.invitation
    if instead.action != "contact" or ordered is None or instead.visit_type is None:
        return False
    return (
        ordered.status in ("planned", "open")
        and ordered.visit_type_id == instead.visit_type.id
        and review.contact == asdict(_contact(instead))
        and (review.reason, review.words) == (reason, words.strip())
    )


def _contact(instead: Instead) -> Contact:
    return Contact(
        instead.form,
        instead.from_weeks,
        instead.from_weeks,
        instead.latest_weeks,
        instead.minutes or (instead.visit_type.base_minutes if instead.visit_type else 0),
        instead.visit_type.profession if instead.visit_type else "",
        "routine",
    )


def _write(
    session: Session,
    by: Actor,
    decision: FollowUpDecision,
    kind: str,
    action: str,
    *,
    words: str = "",
    reason: str = "",
    contact: Contact | None = None,
    invitation: Invitation | None = None,
) -> DecisionReview:
    review = DecisionReview(
        decision_id=decision.id,
        kind=kind,
        action=action,
        contact=asdict(contact) if contact is not None else None,
        reason=reason,
        words=words.strip(),
        invitation=invitation,
        at=session.now(),
        by_id=by.id,
        by_name=by.name,
    )
    session.add(review)
    session.flush()
    session.expire(decision, ["reviews"])
    return review


def _tell(session: Session, by: Actor, decision: FollowUpDecision, review: DecisionReview) -> None:
    act = "follow_up.accepted" if review.kind == "accepted" else "follow_up.overridden"
    audit.record(session, by, act, [decision.patient_id], clinic_id=decision.clinic_id)
    session.publish(
        DecisionReviewed(review.id, decision.id, decision.patient_id, decision.clinic_id)
    )
