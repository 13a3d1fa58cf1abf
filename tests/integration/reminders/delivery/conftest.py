"""A clinic whose messages go by a provider that can go wrong."""

from dataclasses import dataclass
from datetime import timedelta

import pytest
from freezegun.api import FrozenDateTimeFactory
from sqlalchemy import select

from booking.platform.database import Database
from booking.platform.web import Rettid
from reminders.delivery import hearing
from reminders.delivery.dispatch import dispatch
from reminders.delivery.hearing import Heard
from reminders.delivery.models import CircuitBreaker
from reminders.delivery.reconcile import reconcile
from reminders.messages.models import Message, MessageAttempt
from tests.integration.reminders.conftest import Sending
from tests.integration.reminders.delivery.provider import Provider


@dataclass
class Carried:
    """The clinic of `sending`, and the provider that carries its messages."""

    sending: Sending
    database: Database
    provider: Provider
    freezer: FrozenDateTimeFactory

    def pass_by(self, **lasting: float) -> None:
        """Let time pass."""
        self.freezer.tick(timedelta(**lasting))

    def dispatch(self) -> int:
        """Send what is due."""
        return dispatch(self.database)

    def look(self, **after: float) -> int:
        """Look for what is unknown, when its time has come."""
        self.pass_by(**(after or {"minutes": 6}))
        return reconcile(self.database)

    def told(self, attempt: MessageAttempt, state: str, sid: str = "", code: str = "") -> None:
        """A callback of the provider's."""
        with self.database.transaction() as session:
            locked = hearing.locked(session, attempt.key)
            assert locked is not None
            hearing.hear(session, locked, Heard(state, sid, code))  # type: ignore[arg-type]

    def states(self) -> list[str]:
        """The attempts', in order."""
        return [one.state for one in self.sending.attempts()]

    def message(self, kind: str = "booked") -> Message:
        """The first message of a kind."""
        return next(one for one in self.sending.messages() if one.kind == kind)

    def breaker(self) -> str:
        """The provider's breaker's state."""
        with self.database.reading() as session:
            wanted = select(CircuitBreaker.state).where(
                CircuitBreaker.provider == self.provider.name
            )
            return session.scalar(wanted) or "closed"


@pytest.fixture
def carried(sending: Sending, rettid: Rettid, freezer: FrozenDateTimeFactory) -> Carried:
    """Text messages and calls go by the model provider."""
    provider = Provider(rettid.database)
    patient = sending.place.patient
    patient.phone_sealed = sending.session.vault.seal("+4520301020")
    patient.phone_hash = sending.session.vault.fingerprint("phone", "+4520301020")
    sending.session.commit()
    channels = {"sms": provider.channel("sms"), "voice": provider.channel("voice")}
    rettid.database.ports["channels"] = channels
    return Carried(sending, rettid.database, provider, freezer)
