"""What every clinic begins with: the policy and the wordings that come with Rettid.

They are written when a clinic says who its messages come from; from then on they are its own.
"""

from collections.abc import Collection
from contextlib import suppress

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


def bring(session: Session, clinic_id: int, code: str) -> None:
    """Give a clinic a wording that has come since it began; two who do so at once end with one."""
    with suppress(IntegrityError), session.begin_nested():
        _write_wordings(session, clinic_id, [code])


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
    _write_wordings(session, clinic_id, NAMES)


def _write_wordings(session: Session, clinic_id: int, codes: Collection[str]) -> None:
    rows = [{"clinic_id": clinic_id, "code": code, "name": NAMES[code]} for code in codes]
    made = insert(ReminderWording).returning(ReminderWording.id, sort_by_parameter_order=True)
    ids = session.scalars(made, rows).all()
    versions = [
        {
            "wording_id": wording_id,
            "number": 1,
            "texts": texts_of(code),
            "made_by": SYSTEM.name,
            "made_at": session.now(),
        }
        for wording_id, code in zip(ids, codes, strict=True)
    ]
    session.execute(insert(ReminderWordingVersion), versions)
    session.flush()
