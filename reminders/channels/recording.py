"""A channel that delivers to nobody and writes down what it is given: the demo's and the tests'."""

from collections.abc import Sequence
from datetime import datetime
from typing import cast

from sqlalchemy import Table, insert, select
from sqlalchemy.exc import IntegrityError

from booking.platform.database import Database
from reminders.channels.models import RecordedMessage
from reminders.channels.port import Found, Outgoing, Receipt
from reminders.policies.steps import Channel as ChannelCode
from reminders.preferences.reach import fingerprint

_KEEP = insert(cast(Table, RecordedMessage.__table__))


class RecordingChannel:
    """Keeps each message in the database, in a transaction of its own, as a provider would."""

    provider = "recording"

    def __init__(self, code: ChannelCode, database: Database) -> None:
        """`code`: the channel it stands for."""
        self.code = code
        self._database = database

    def send(self, outgoing: Outgoing) -> Receipt:
        """Write it down. The same attempt twice is one message."""
        try:
            with self._database.transaction() as session:
                kept = {
                    "attempt": outgoing.attempt,
                    "channel": outgoing.channel,
                    "to_hash": fingerprint(session.vault, outgoing.channel, outgoing.to),
                    "to_sealed": session.vault.seal(outgoing.to),
                    "sender": outgoing.sender,
                    "subject": outgoing.subject,
                    "body": outgoing.body,
                    "at": session.now(),
                }
                session.execute(_KEEP, kept)
        except IntegrityError:
            pass  # it has this one already
        return Receipt(f"recorded:{outgoing.attempt}", "delivered")

    def find(self, outgoing: Outgoing, since: datetime, known: Sequence[str]) -> Found | None:
        """What was written down under the attempt's key."""
        with self._database.reading() as session:
            kept = session.scalars(
                select(RecordedMessage).where(
                    RecordedMessage.attempt == outgoing.attempt, RecordedMessage.at >= since
                )
            ).one_or_none()
        name = f"recorded:{outgoing.attempt}"
        return Found(name, "delivered") if kept is not None and name not in known else None
