"""What the database itself refuses, whoever goes round the code."""

from datetime import UTC, datetime
from itertools import product
from uuid import uuid4

import pytest
from sqlalchemy import delete, text, update
from sqlalchemy.exc import IntegrityError

from booking.platform.database import Session, constraint_of
from reminders.messages.models import MessageAttempt
from reminders.messages.states import EFFECTIVE, LADDER, RANK
from reminders.policies.models import ReminderPolicyVersion, ReminderWordingVersion
from tests.integration.reminders.conftest import Sending

pytestmark = pytest.mark.freeze_time("2026-11-23T08:00:00Z")


@pytest.fixture
def message_id(sending: Sending) -> int:
    """A planned message."""
    sending.book(datetime(2026, 12, 3, 9, tzinfo=UTC))
    return sending.messages()[0].id


def attempt(session: Session, message_id: int, number: int, **other: object) -> MessageAttempt:
    values: dict[str, object] = {
        "message_id": message_id,
        "number": number,
        "key": str(uuid4()),
        "channel": "sms",
        "provider": "model",
        "state": "sending",
        "state_at": session.now(),
        "started_at": session.now(),
        "claimed_by": "",
    }
    made = MessageAttempt(**(values | other))
    session.add(made)
    session.flush()
    return made


def test_a_message_has_one_effective_attempt_on_a_channel(
    session: Session, message_id: int
) -> None:
    for state in LADDER:
        with session.begin_nested() as undone:
            attempt(session, message_id, 1, state=state)
            if state in EFFECTIVE:
                with pytest.raises(IntegrityError) as refused, session.begin_nested():
                    attempt(session, message_id, 2)
                assert "message_attempt" in constraint_of(refused.value)
            else:
                attempt(session, message_id, 2)
            undone.rollback()


def test_another_channel_is_another_matter(session: Session, message_id: int) -> None:
    attempt(session, message_id, 1)
    attempt(session, message_id, 2, channel="voice")


def test_an_attempt_only_climbs(session: Session, message_id: int) -> None:
    for before, after in product(LADDER, repeat=2):
        with session.begin_nested() as undone:
            made = attempt(session, message_id, 1, state=before)
            change = update(MessageAttempt).where(MessageAttempt.id == made.id).values(state=after)
            if RANK[after] >= RANK[before]:
                session.execute(change)
            else:
                with pytest.raises(IntegrityError) as refused, session.begin_nested():
                    session.execute(change)
                assert constraint_of(refused.value) == "message_attempt_climbs"
            undone.rollback()


@pytest.mark.parametrize(
    "other", [{"key": "another"}, {"channel": "voice"}, {"provider_id": "B"}, {"provider_id": None}]
)
def test_what_an_attempt_is_called_stays(
    session: Session, message_id: int, other: dict[str, object]
) -> None:
    made = attempt(session, message_id, 1, provider_id="A")
    with pytest.raises(IntegrityError):
        session.execute(update(MessageAttempt).where(MessageAttempt.id == made.id).values(other))


def test_a_providers_name_is_one_attempts(session: Session, message_id: int) -> None:
    attempt(session, message_id, 1, provider_id="A", state="failed")
    with pytest.raises(IntegrityError):
        attempt(session, message_id, 2, provider_id="A")


def test_a_message_is_planned_once(session: Session, message_id: int) -> None:
    with pytest.raises(IntegrityError):
        session.execute(
            text("UPDATE message SET key = (SELECT max(key) FROM message)"),
        )


@pytest.mark.parametrize("table", [ReminderPolicyVersion, ReminderWordingVersion])
def test_what_was_published_stays(session: Session, sending: Sending, table: type) -> None:
    for change in (update(table).values(made_by="another"), delete(table)):
        with pytest.raises(IntegrityError) as refused, session.begin_nested():
            session.execute(change)
        assert constraint_of(refused.value) == "reminders_stand"


@pytest.mark.parametrize("table", ["experiment_assignment", "experiment_visit"])
def test_what_an_experiment_drew_stays(session: Session, sending: Sending, table: str) -> None:
    session.execute(text("SELECT 1"))
    if session.on_postgresql:  # a statement of no rows is refused as well
        with pytest.raises(IntegrityError), session.begin_nested():
            session.execute(text(f"DELETE FROM {table}"))
        return
    wanted = text("SELECT count(*) FROM sqlite_master WHERE type = 'trigger' AND tbl_name = :table")
    assert session.scalar(wanted, {"table": table}) == 2
