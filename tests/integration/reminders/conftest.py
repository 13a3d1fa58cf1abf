"""A clinic that sends messages, and what came of them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TypeVar

import pytest
from sqlalchemy import Select, select
from sqlalchemy.orm import joinedload

from booking.appointments import occasions
from booking.appointments import service as booking
from booking.appointments.models import Appointment
from booking.appointments.search import Slot
from booking.appointments.worklist.models import WorklistItem
from booking.platform.database import Base, Database, Session
from booking.platform.web import Rettid
from reminders.channels.models import RecordedMessage
from reminders.messages.models import Message, MessageAttempt
from reminders.policies import service as policies
from reminders.policies.service import SenderDetails
from tests.integration.appointments.conftest import Place, place  # noqa: F401  (a fixture)

SENDER = SenderDetails("number", "+4552512345", "Sygehus Nord")

PHONE = "+4520301020"

Row = TypeVar("Row", bound=Base)


@dataclass
class Sending:
    """The clinic, its patient's bookings, and what was planned and sent."""

    session: Session
    database: Database
    place: Place

    def book(self, start: datetime, *, provisional: bool = False) -> Appointment:
        """Book the patient's control at an instant, as the secretary does."""
        occasion = occasions.free(
            self.session, self.place.secretary, self.place.course, self.place.control
        )
        made = booking.book(
            self.session,
            self.place.secretary,
            occasion,
            self._slot(start, occasion.length.minutes),
            "desk",
            provisional=provisional,
        )
        self.session.commit()
        return made

    def move(self, appointment: Appointment, start: datetime) -> None:
        """Move it, as the secretary does."""
        occasion = occasions.for_move(self.session, self.place.secretary, appointment)
        slot = self._slot(start, occasion.length.minutes)
        booking.book(self.session, self.place.secretary, occasion, slot, "desk")
        self.session.commit()

    def cancel(self, appointment: Appointment) -> None:
        """Cancel it, as the secretary does."""
        booking.cancel(
            self.session, self.place.secretary, appointment, "clinic", "desk", wants_new=False
        )
        self.session.commit()

    def without_phone(self) -> None:
        """The patient has no telephone."""
        patient = self.place.patient
        patient.phone_sealed = patient.phone_hash = None
        patient.address_sealed = self.session.vault.seal("Parkvej 3\n9000 Aalborg")
        self.session.commit()

    def without_addresses(self) -> None:
        """Nor any other way to be reached."""
        patient = self.place.patient
        patient.phone_sealed = patient.phone_hash = None
        patient.email_sealed = patient.address_sealed = None
        self.session.commit()

    def messages(self) -> Sequence[Message]:
        """All of them, by when they are due."""
        return self._read(select(Message).order_by(Message.due_at, Message.id))

    def planned(self) -> list[tuple[str, datetime]]:
        """(kind, due) of what is planned."""
        return [(one.kind, one.due_at) for one in self.messages() if one.state == "planned"]

    def attempts(self) -> Sequence[MessageAttempt]:
        """Every attempt, in order, with its message."""
        wanted = select(MessageAttempt).options(joinedload(MessageAttempt.message))
        return self._read(wanted.order_by(MessageAttempt.id))

    def telephone(self) -> Sequence[RecordedMessage]:
        """What came to the recording channels."""
        return self._read(select(RecordedMessage).order_by(RecordedMessage.id))

    def worklist(self) -> list[str]:
        """The kinds of what is open on the worklist."""
        open_items = select(WorklistItem).where(WorklistItem.status == "open")
        return [one.kind for one in self._read(open_items)]

    def _read(self, wanted: Select[Row]) -> Sequence[Row]:
        """In a session that ends: on SQLite the test's own would keep everyone else waiting."""
        with self.database.reading() as looking:
            return looking.scalars(wanted).all()

    def _slot(self, start: datetime, minutes: int) -> Slot:
        end = start.astimezone(UTC) + timedelta(minutes=minutes)
        return Slot(start, end, self.place.doctor.id, self.place.site.id)


@pytest.fixture
def sending(session: Session, rettid: Rettid, place: Place) -> Sending:  # noqa: F811
    """The clinic of `place`, which sends by a number that can be answered."""
    policies.send_from(session, place.secretary, place.clinic, SENDER)
    place.patient.phone_sealed = session.vault.seal(PHONE)
    place.patient.phone_hash = session.vault.fingerprint("phone", PHONE)
    session.commit()
    return Sending(session, rettid.database, place)
