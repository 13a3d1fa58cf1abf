"""What every clinic begins with: the policy and the wordings that come with Rettid.

They are written when a clinic says who its messages come from; from then on they are its own.
"""

from sqlalchemy import insert
from sqlalchemy.exc import IntegrityError

from booking.platform.database import Session
from booking.platform.identity import SYSTEM
from reminders.policies import queries
from reminders.policies.models import (
    ReminderPolicy,
    ReminderPolicyVersion,
    ReminderWording,
    ReminderWordingVersion,
)
from reminders.policies.standard import STANDARD
from reminders.policies.steps import as_json
from reminders.texts.standard import NAMES, texts_of


def found_clinic(session: Session, clinic_id: int) -> None:
    """Give a clinic the policy and wordings to begin with; two who do so at once end with one."""
    try:
        with session.begin_nested():
            _write(session, clinic_id)
    except IntegrityError:
        if queries.in_force(session, clinic_id, None) is None:
            raise


def _write(session: Session, clinic_id: int) -> None:
    now = session.now()
    policy = ReminderPolicy(clinic_id=clinic_id)
    session.add(policy)
    session.flush()
    session.add(
        ReminderPolicyVersion(
            policy_id=policy.id,
            number=1,
            body=as_json(STANDARD),
            made_by=SYSTEM.name,
            made_at=now,
            counts_from=now,
        )
    )
    rows = [{"clinic_id": clinic_id, "code": code, "name": NAMES[code]} for code in NAMES]
    made = insert(ReminderWording).returning(ReminderWording.id, sort_by_parameter_order=True)
    ids = session.scalars(made, rows).all()
    versions = [
        {
            "wording_id": wording_id,
            "number": 1,
            "texts": texts_of(code),
            "made_by": SYSTEM.name,
            "made_at": now,
        }
        for wording_id, code in zip(ids, NAMES, strict=True)
    ]
    session.execute(insert(ReminderWordingVersion), versions)
    session.flush()
