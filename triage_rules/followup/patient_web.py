"""What a patient sees of their follow-up: what happens next and why, and how to be contacted."""

from dataclasses import dataclass
from datetime import date, datetime

from flask import render_template
from flask.typing import ResponseReturnValue
from markupsafe import Markup
from sqlalchemy import select

from booking.appointments.invitations.models import Invitation
from booking.appointments.invitations.service import live_appointment
from booking.appointments.models import Appointment
from booking.appointments.worklist.queries import with_key
from booking.calendar.models import Clinic
from booking.patient_web.frame import for_whom, my_people
from booking.people.models import Patient
from booking.platform.database import Session
from booking.platform.i18n import language_code, said_in
from booking.platform.identity import Actor
from booking.platform.pages import Access, Pages, db, me
from triage_rules.followup import acting, contacts, queries, wording
from triage_rules.followup.models import FollowUpDecision, FollowUpPlan
from triage_rules.questionnaires import alarm
from triage_rules.questionnaires.models import QuestionnaireRequest, QuestionnaireResponse
from triage_rules.questionnaires.service import wish_key

pages = Pages("patient_follow_up", __name__, template_folder="templates")


@dataclass(frozen=True)
class Next:
    """What happens next in a plan, as things stand: what comes first of these is told.

    time: the reserved time. invitation: one that has no time yet. asked: a questionnaire that
    waits. looked_at: a person at the clinic has it. wished: the patient asked to be contacted,
    and has not been yet. ask_on: the day of the next questionnaire.
    """

    time: Appointment | None
    invitation: Invitation | None
    asked: QuestionnaireRequest | None
    looked_at: bool
    wished: bool
    ask_on: date | None


@dataclass(frozen=True)
class Told:
    """What was said of a decision. calls: whom to call at once, by their codes. alarmed: for an
    answer that tells so itself, on every page until somebody has seen to it."""

    calls: list[str]
    lines: list[str]
    at: datetime
    alarmed: bool


@dataclass(frozen=True)
class Followed:
    """One plan as its patient sees it. seen_at: the instant a clinician did something else than
    was told, which holds instead."""

    plan: FollowUpPlan
    clinic: Clinic
    next: Next
    told: Told | None
    seen_at: datetime | None


@pages.get("/opfoelgning", access=Access.PATIENT)
def show() -> ResponseReturnValue:
    """What happens next and why, for oneself and those one acts for."""
    people = [
        (
            person,
            for_whom(person),
            [_followed(db(), plan) for plan in plans],
            alarm.home_card(db(), me(), person),
        )
        for person in my_people()
        if (plans := queries.plans_of(db(), person.id))
    ]
    clinics = {
        one.clinic.id: one.clinic for _person, _name, plans, _alarm in people for one in plans
    }
    return render_template(
        "followup/patient/show.html",
        people=people,
        several=len(my_people()) > 1,
        clinics=list(clinics.values()),
    )


def home_card(session: Session, _actor: Actor, patient: Patient) -> Markup | None:
    """The next step of each plan, unless the page says it already."""
    plans = queries.plans_of(session, patient.id)
    if not plans:
        return None
    return Markup(  # noqa: S704  (a template escapes)
        render_template(
            "followup/patient/home_card.html",
            followed=[(plan, _next(session, plan)) for plan in plans],
            name=for_whom(patient),
            level=3 if len(my_people()) > 1 else 2,
        )
    )


def answered_card(
    session: Session, _actor: Actor, response: QuestionnaireResponse
) -> Markup | None:
    """What the answers led to, on the page after they are handed in."""
    decision = session.scalars(
        select(FollowUpDecision)
        .where(FollowUpDecision.response_id == response.id)
        .order_by(FollowUpDecision.id.desc())
        .limit(1)
    ).one_or_none()
    if decision is None:
        return None
    next_step = _next(session, decision.plan)
    return Markup(  # noqa: S704  (a template escapes)
        render_template(
            "followup/patient/answered_card.html",
            told=_told(decision, next_step),
            next=next_step,
            clinic=decision.plan.clinic,
            name=for_whom(decision.patient),
        )
    )


def _followed(session: Session, plan: FollowUpPlan) -> Followed:
    decision, next_step = queries.latest_decision(session, plan.id), _next(session, plan)
    told, seen_at = None, None
    if decision is not None:
        review = queries.latest_review(session, decision.id)
        if review is not None and review.kind == "overridden":
            seen_at = review.at
        told = _told(decision, next_step)
    return Followed(plan, plan.clinic, next_step, told, seen_at)


def _next(session: Session, plan: FollowUpPlan) -> Next:
    invitation = contacts.standing(session, plan)
    time = live_appointment(session, invitation) if invitation is not None else None
    wished = with_key(session, wish_key(plan.clinic_id, plan.patient_id)) is not None
    return Next(
        time=time,
        invitation=invitation if time is None else None,
        asked=_asked(session, plan),
        looked_at=wished or with_key(session, acting.item_key(plan)) is not None,
        wished=wished,
        ask_on=plan.ask_on,
    )


def _asked(session: Session, plan: FollowUpPlan) -> QuestionnaireRequest | None:
    """A questionnaire of the plan's course that waits for an answer, the first due."""
    return session.scalars(
        select(QuestionnaireRequest)
        .where(
            QuestionnaireRequest.course_id == plan.course_id,
            QuestionnaireRequest.status.in_(("open", "overdue")),
        )
        .order_by(QuestionnaireRequest.due_on, QuestionnaireRequest.id)
        .limit(1)
    ).one_or_none()


def _told(decision: FollowUpDecision, next_step: Next) -> Told:
    """The stored words, but for those that say whom to call, which they begin with, and where
    the time will be found once it is."""
    language = language_code()
    text = decision.told_en if language == "en" else decision.told_da
    found_later = said_in(language, wording.LATER["time"]) if next_step.time is not None else ""
    lines = [line for line in text.splitlines() if line != found_later]
    return Told(
        calls=list(decision.calls),
        lines=lines[len(decision.calls) :],
        at=decision.decided_at,
        alarmed=any(reason["why"] == "alarm" for reason in decision.reasons),
    )
