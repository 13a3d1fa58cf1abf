"""How many reminders a time was to get, by the policy that counted when it was booked.

Messages are not looked at: which of them were withdrawn tells what became of the visit. Nor is what
is known of the patient: needs, wishes and telephone change, also because of what became of it.
"""

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select

from booking.calendar.models import Clinic
from booking.overbooking.reminding import Time
from booking.platform.database import Session
from reminders.planning.planner import About, plan
from reminders.policies.models import ReminderPolicy, ReminderPolicyVersion
from reminders.policies.steps import Policy, from_json

# When a version began to count, and what it says.
_Version = tuple[datetime, Policy]


def reminders(session: Session, clinic: Clinic, times: Sequence[Time]) -> list[int]:
    """The steps of the kind 'reminder' planned for each time as if it were booked then.

    Telling of the booking itself is no reminder. What an experiment did otherwise is left out.
    """
    versions: dict[int | None, list[_Version]] = defaultdict(list)
    for visit_type_id, counts_from, body in session.execute(
        select(
            ReminderPolicy.visit_type_id,
            ReminderPolicyVersion.counts_from,
            ReminderPolicyVersion.body,
        )
        .join(ReminderPolicy, ReminderPolicy.id == ReminderPolicyVersion.policy_id)
        .where(
            ReminderPolicy.clinic_id == clinic.id,
            ReminderPolicyVersion.counts_from.is_not(None),
        )
        .order_by(ReminderPolicyVersion.number.desc())
    ):
        versions[visit_type_id].append((counts_from, from_json(body)))
    return [
        _planned(
            About("appointment", one.starts_at, one.booked_at, clinic.zone, one.form),
            _then(versions[one.visit_type_id], one.booked_at)
            or _then(versions[None], one.booked_at),
        )
        for one in times
    ]


def _then(versions: Sequence[_Version], at: datetime) -> Policy | None:
    """The newest that counted by then."""
    return next((policy for counts_from, policy in versions if counts_from <= at), None)


def _planned(about: About, policy: Policy | None) -> int:
    if policy is None or about.starts_at is None or about.starts_at <= about.booked_at:
        return 0
    told = plan(about, policy, about.booked_at, "booked")
    return sum(one.kind == "reminder" for one in told)
