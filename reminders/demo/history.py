"""What the demo's clinics have sent in the last days, put in beside the services: they send only
what is due from now on.
"""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from random import Random
from uuid import uuid4

from sqlalchemy import and_, insert, or_, select

from booking.appointments.models import Appointment
from booking.calendar.models import Clinic
from booking.platform.database import Session
from reminders.delivery import contents
from reminders.delivery.hearing import tell_staff
from reminders.messages.models import Message, MessageAttempt
from reminders.planning.gathering import Facts, gather
from reminders.planning.planner import Planned, plan
from reminders.policies import queries as policies
from reminders.policies.models import MessageSender, ReminderPolicyVersion
from reminders.policies.steps import Channel, from_json
from reminders.preferences.models import ContactPreference
from reminders.preferences.reach import usable

SINCE, UNTIL = timedelta(days=4), timedelta(days=7)
POST = timedelta(days=8)
AN_HOUR = timedelta(hours=1)
NEVER = 0.01
LANDLINE = "30006"


def write(session: Session, clinic: Clinic, rng: Random) -> None:
    """Write what went out about the times of the last and the next days."""
    sender = policies.sender_of(session, clinic.id)
    version = policies.in_force(session, clinic.id, None)
    assert sender is not None  # the clinic sends
    assert version is not None
    policy, wordings = from_json(version.body), policies.wordings(session, clinic.id)
    now, connected = session.now(), session.ports["channels"]
    went: list[tuple[Facts, Planned]] = []
    for facts in gather(session, _lately(session, clinic)):
        by_letter = facts.preferred == "letter"
        planned = plan(
            facts.about,
            policy,
            now - timedelta(hours=6) if by_letter else facts.about.booked_at,
            "booked",
            preferred=facts.preferred,
            usable=usable(facts.has, connected),
        )
        went += [(facts, one) for one in planned if one.channels]
    rows = [
        _row(facts, one, version, wordings, rng)
        for facts, one in went
        if now - 3 * SINCE < one.due_at < now - AN_HOUR
    ]
    if rows:
        _attempt(session, session.scalars(insert(Message).returning(Message), rows).all(), sender)


def _row(
    facts: Facts,
    planned: Planned,
    version: ReminderPolicyVersion,
    wordings: Mapping[str, int],
    rng: Random,
) -> dict[str, object]:
    return {
        "key": f"{facts.concern.subject}:{facts.version}:{planned.step}",
        "clinic_id": facts.clinic_id,
        "patient_id": facts.patient_id,
        "subject": facts.concern.subject,
        "subject_version": facts.version,
        "step": planned.step,
        "kind": planned.kind,
        "appointment_id": facts.appointment_id,
        "policy_version_id": version.id,
        "wording_version_id": wordings[planned.wording],
        "about_at": facts.about.starts_at,
        "channels": list(planned.channels),
        "channel": planned.channels[0],
        "due_at": planned.due_at,
        "next_at": planned.due_at,
        "not_after": planned.not_after,
        "state_at": planned.due_at,
        "created_at": planned.due_at,
        **_came_to(planned.channels[0], rng),
    }


def _lately(session: Session, clinic: Clinic) -> Sequence[int]:
    now = session.now()
    return session.scalars(
        select(Appointment.id)
        .outerjoin(ContactPreference, ContactPreference.patient_id == Appointment.patient_id)
        .where(
            Appointment.clinic_id == clinic.id,
            Appointment.status != "cancelled",
            or_(
                Appointment.starts_at.between(now - SINCE, now + UNTIL),
                and_(
                    ContactPreference.channel == "letter",
                    Appointment.starts_at.between(now + POST, now + 3 * POST),
                ),
            ),
        )
    ).all()


def _came_to(channel: Channel, rng: Random) -> dict[str, str]:
    """How a message ended: nearly all arrive, a few never do, and letters wait for print."""
    if channel == "letter":
        return {"state": "sent", "reason": ""}
    if rng.random() < NEVER:
        return {"state": "failed", "reason": LANDLINE}
    return {"state": "delivered", "reason": ""}


def _attempt(session: Session, messages: Sequence[Message], sender: MessageSender) -> None:
    """One attempt at each; what failed goes before a person where the time still lies ahead."""
    rows = []
    for message in messages:
        outgoing = contents.outgoing(session, message, sender, key=str(uuid4()))
        failed = message.state == "failed"
        rows.append(
            {
                "message_id": message.id,
                "number": 1,
                "key": outgoing.attempt,
                "channel": outgoing.channel,
                "provider": "print" if outgoing.channel == "letter" else "recording",
                "state": message.state,
                "state_at": message.due_at,
                "started_at": message.due_at,
                "claimed_by": "demo",
                "error_code": LANDLINE if failed else "",
                "error_class": "never" if failed else "",
                **contents.kept(session, outgoing),
            }
        )
        if failed and message.about_at is not None and message.about_at > session.now():
            tell_staff(session, message, message.reason)
    session.execute(insert(MessageAttempt), rows)
