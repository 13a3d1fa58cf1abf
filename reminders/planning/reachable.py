"""Who would not hear of the offer of a freed time: asked by the waitlist before it offers."""

from collections.abc import Collection, Mapping
from datetime import timedelta

from sqlalchemy import select

from booking.calendar.models import Clinic
from booking.people.models import Patient, PatientNeed
from booking.platform.database import Session
from booking.waitlist.reaching import Question
from reminders.messages.models import Message
from reminders.planning.planner import About, plan
from reminders.planning.rules import Rules
from reminders.policies.steps import Policy, Step, When
from reminders.preferences import reach
from reminders.preferences.models import ContactPreference

# For a policy that has no step on offers: one that nobody hears of is none. A letter takes days.
OTHERWISE = Step("offer", When("offer"), ("sms", "digital_post", "email", "voice"), "offer")
# Whom an offer did not reach is not written to in vain for so long.
LATELY = timedelta(days=7)


def unreachable(session: Session, question: Question) -> Mapping[int, str]:
    """Patient -> why no message can tell them before the offer ends; in a few questions.

    silent: the clinic sends none. no_way: no address that is in use. stopped: STOP, and no other
    way. letter: only that. policy: not by the steps of the clinic. failed: the last one was lost.
    """
    asked = list(question.forms)
    rules = Rules(session, question.clinic_id)
    if not rules.sends:
        return dict.fromkeys(asked, "silent")
    _, policy = rules.for_all()
    policy = with_offers(policy)
    zone = session.get_one(Clinic, question.clinic_id).zone
    patients = session.scalars(select(Patient).where(Patient.id.in_(asked))).all()
    chosen = {
        one.patient_id: one
        for one in session.scalars(
            select(ContactPreference).where(ContactPreference.patient_id.in_(asked))
        )
    }
    interpreted = set(
        session.scalars(
            select(PatientNeed.patient_id).where(
                PatientNeed.patient_id.in_(asked), PatientNeed.need == "interpreter"
            )
        )
    )
    numbers = {one.phone_hash for one in patients if one.phone_hash}
    stopped = reach.opted_out(session, numbers) if numbers else set()
    in_vain = _in_vain(session, question.clinic_id, asked)
    why: dict[int, str] = {}
    for patient in patients:
        ways = reach.usable(reach.has(patient), session.ports["channels"])
        left = frozenset(one for one in ways if (patient.phone_hash, one) not in stopped)
        preference = chosen.get(patient.id)
        about = About(
            "appointment",
            question.starts_at,
            session.now(),
            zone,
            form=question.forms[patient.id],
            interpreter=patient.id in interpreted,
            extra_help=preference is not None and preference.extra_help,
            last_useful=question.until,
        )
        planned = plan(
            about,
            policy,
            session.now(),
            "offer",
            preferred=preference.preferred if preference else None,
            usable=left,
        )
        if not any(one.channels for one in planned):
            why[patient.id] = _why(ways, left)
        elif patient.id in in_vain:
            why[patient.id] = "failed"
    return why


def with_offers(policy: Policy) -> Policy:
    """A policy that tells of offers, whether or not the clinic has written a step on them."""
    if any(step.when.on == "offer" for step in policy.steps):
        return policy
    return Policy((*policy.steps, OTHERWISE), policy.quiet_from, policy.quiet_to)


def _why(ways: Collection[str], left: Collection[str]) -> str:
    if not ways:
        return "no_way"
    if not set(left) - {"letter"}:
        return "stopped" if len(left) < len(ways) else "letter"
    return "policy"


def _in_vain(session: Session, clinic_id: int, asked: Collection[int]) -> set[int]:
    """Whom the last offer of these days did not reach by any channel."""
    rows = session.execute(
        select(Message.patient_id, Message.state)
        .where(
            Message.patient_id.in_(asked),
            Message.clinic_id == clinic_id,
            Message.kind == "offer",
            Message.created_at > session.now() - LATELY,
        )
        .order_by(Message.id)
    )
    return {patient for patient, state in dict(rows.all()).items() if state == "failed"}
