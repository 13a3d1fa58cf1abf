"""What always holds of messages and attempts, held against what the provider accepted."""

from collections import Counter
from datetime import UTC, datetime, time, timedelta
from typing import Any

from freezegun.api import FrozenDateTimeFactory
from hypothesis.stateful import RuleBasedStateMachine, invariant
from sqlalchemy import func, select

from booking.appointments.worklist.models import WorklistItem
from booking.platform.database import Database, Session
from booking.platform.localtime import to_local
from reminders.delivery import hearing
from reminders.delivery.dispatch import GOOD_FOR, dispatch
from reminders.delivery.hearing import Heard
from reminders.delivery.reconcile import reconcile
from reminders.messages.models import Message, MessageAttempt
from reminders.messages.states import RANK
from tests.integration.reminders.delivery.provider import Accepted, Provider

FINAL = ("sent", "delivered", "failed", "withdrawn", "too_late")


class Held(RuleBasedStateMachine):
    """The half of the machine that looks; what happens is the other half's."""

    freezer: FrozenDateTimeFactory
    database: Database
    provider: Provider
    clinic_id: int
    patients: list[int]
    callbacks: list[tuple[str, Heard]]
    ranks: dict[int, int]
    # What happened after which attempt (by its id): (attempt id, what).
    cancelled: dict[int, int]
    versions: dict[int, list[tuple[int, int]]]
    kept: dict[tuple[int, int], int]
    numbers: dict[int, list[tuple[int, str | None]]]
    stops: dict[str, list[tuple[int, bool]]]

    @invariant()
    def holds(self) -> None:
        """Held against what the provider accepted, after every step."""
        with self.database.reading() as session:
            attempts = session.scalars(
                select(MessageAttempt)
                .join(MessageAttempt.message)
                .where(Message.clinic_id == self.clinic_id)
                .order_by(MessageAttempt.id)
            ).all()
            for attempt in attempts:
                if attempt.id not in self.ranks:
                    self._rightly_claimed(attempt)
                before = self.ranks.get(attempt.id, 0)
                assert RANK[attempt.state] >= before, "it went down the ladder"
                self.ranks[attempt.id] = RANK[attempt.state]
            self._sent_once({one.key: one for one in attempts})

    def _rightly_claimed(self, attempt: MessageAttempt) -> None:
        """A new claim is about what was so when it was made."""
        message, at = attempt.message, attempt.started_at
        assert message.appointment_id is not None
        assert message.about_at is not None
        if message.kind != "cancelled":
            gone = self.cancelled.get(message.appointment_id, attempt.id)
            assert attempt.id <= gone, "claimed after the cancellation"
            version = _as_of(self.versions[message.appointment_id], attempt.id)
            assert message.subject_version == version, "claimed after the move"
        if message.step == "ask":
            yes = self.kept.get((message.appointment_id, message.subject_version), attempt.id)
            assert attempt.id <= yes, "asked for a yes that was given"
        number = _as_of(self.numbers[message.patient_id], attempt.id)
        if attempt.channel != "letter":
            assert attempt.to_hash == number, "to a number that is another's now"
        if attempt.channel == "sms":
            said_stop = _as_of(self.stops.get(attempt.to_hash, [(0, False)]), attempt.id)
            assert not said_stop, "claimed after STOP"
        assert at <= message.not_after <= message.about_at, "about a time that has begun"
        self._at_a_decent_hour(message, at)

    def _at_a_decent_hour(self, message: Message, at: datetime) -> None:
        quiet_from, quiet_to = (time.fromisoformat(one) for one in _quiet(message))
        clock = to_local(at, message.clinic.zone).time()
        if clock < quiet_to or clock >= quiet_from:
            # Only what cannot wait until the morning goes at night, and no reminder ever.
            assert message.kind != "reminder", "a reminder at night"
            hours = timedelta(hours=(quiet_to.hour - clock.hour) % 24)
            assert message.not_after <= at + hours + timedelta(hours=1), "it could have waited"

    def _sent_once(self, attempts: dict[str, MessageAttempt]) -> None:
        effective: Counter[tuple[int, str]] = Counter()
        for one in self.provider.accepted:
            attempt = attempts[one.outgoing.attempt]
            assert one.at - attempt.started_at <= GOOD_FOR, "sent on an old claim"
            assert one.at <= one.outgoing.valid_until, "sent when it was of no use"
            effective[attempt.message_id, attempt.channel] += one.state != "failed"
        assert max(effective.values(), default=0) <= 1, "sent twice"
        assert "double" not in {one.state for one in attempts.values()}

    def teardown(self) -> None:
        """In the end nothing is under way, and whoever was not reached is on the worklist."""
        if not hasattr(self, "clinic_id"):
            return
        for _ in range(400):
            for said in self.callbacks:
                self._hear(*said)
            waiting = self._waiting()
            if waiting is None:
                break
            at = datetime.now(UTC) + timedelta(minutes=6)
            self.freezer.move_to(max(at, min(waiting, at + timedelta(days=30))))
            dispatch(self.database, patients=self.patients)
            reconcile(self.database)
            self.holds()
        with self.database.reading() as session:
            self._nothing_lost(session)

    def _waiting(self) -> datetime | None:
        """When the next message that has not ended may go; None if there is none."""
        with self.database.reading() as session:
            return session.scalar(
                select(func.min(Message.next_at)).where(
                    Message.clinic_id == self.clinic_id, Message.state.not_in(FINAL)
                )
            )

    def _nothing_lost(self, session: Session) -> None:
        theirs = select(Message).where(Message.clinic_id == self.clinic_id)
        accepted = {one.outgoing.attempt: one for one in self.provider.accepted}
        for message in session.scalars(theirs):
            assert message.state in FINAL, f"it never ended: {_told(message)}"
            if message.state == "failed" and not _told_by_letter(session, message):
                item = session.scalars(
                    select(WorklistItem.id).where(
                        WorklistItem.kind == "not_reached",
                        WorklistItem.appointment_id == message.appointment_id,
                    )
                ).first()
                assert item is not None, f"nobody was told that {_told(message)}"
            if message.state in ("sent", "delivered"):
                assert any(_went(one, accepted) for one in message.attempts), (
                    f"it never went: {_told(message)}"
                )

    def _hear(self, key: str, heard: Heard) -> None:
        with self.database.transaction() as session:
            attempt = hearing.locked(session, key)
            assert attempt is not None
            hearing.hear(session, attempt, heard)


def _as_of(history: list[tuple[int, Any]], attempt_id: int) -> Any:
    """What held when an attempt was claimed."""
    held = None
    for after, what in history:
        if after < attempt_id:
            held = what
    return held


def _told(message: Message) -> str:
    attempts = [f"{one.channel} {one.state} {one.error_code}" for one in message.attempts]
    return f"{message.key} is {message.state} ({message.reason}) after {attempts}"


def _quiet(message: Message) -> list[str]:
    quiet: list[str] = message.policy_version.body["quiet"]
    return quiet


def _told_by_letter(session: Session, message: Message) -> bool:
    """Whether it is a reminder besides a letter, which is enough: nobody need call about it."""
    letter = select(Message.id).where(
        Message.subject == message.subject,
        Message.subject_version == message.subject_version,
        Message.channel == "letter",
        Message.state.in_(("sent", "delivered")),
    )
    return message.kind == "reminder" and session.scalars(letter).first() is not None


def _went(attempt: MessageAttempt, accepted: dict[str, Accepted]) -> bool:
    return attempt.channel == "letter" or attempt.key in accepted
