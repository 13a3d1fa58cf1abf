"""A patient with a telephone, who has been told of a time and answers."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from itertools import count

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import object_session
from twilio.request_validator import RequestValidator
from werkzeug.test import TestResponse

from booking.appointments import occasions
from booking.appointments import service as booking
from booking.appointments.invitations.models import Course
from booking.appointments.models import Appointment
from booking.appointments.search import Slot
from booking.appointments.worklist.models import WorklistItem
from booking.people.models import Patient
from booking.platform.database import Session
from booking.platform.web import Rettid
from reminders.delivery.dispatch import dispatch
from reminders.messages.models import Message
from reminders.replies import service
from reminders.replies.models import InboundMessage
from tests import factories as make
from tests.integration.reminders.conftest import SENDER, Sending

NUMBER = "+4520301020"
TIME = datetime(2026, 11, 26, 9, tzinfo=UTC)  # Thursday at 10 in Denmark
TOKEN = "the account's own token"
PUBLIC_URL = "https://rettid.example"

_names = count(1)


@dataclass
class Telephone:
    """The patient's telephone, and what the clinic makes of what is sent from it."""

    sending: Sending
    rettid: Rettid
    number: str = NUMBER

    @property
    def session(self) -> Session:
        """The test's own."""
        return self.sending.session

    def say(self, text: str, *, name: str = "", to: str = SENDER.sender) -> str:
        """Send a text message; the answer. name: the provider's, else a new one."""
        name = name or f"SM{next(_names)}"
        answer = service.receive(self.session, "recording", name, "sms", self.number, to, text)
        self.session.commit()
        return answer

    def told_of(self, start: datetime = TIME, course: Course | None = None) -> Appointment:
        """A time is booked, and the number told of it."""
        place = self.sending.place
        occasion = occasions.free(
            self.session, place.secretary, course or place.course, place.control
        )
        slot = Slot(
            start,
            start + timedelta(minutes=occasion.length.minutes),
            place.doctor.id,
            place.site.id,
        )
        made = booking.book(self.session, place.secretary, occasion, slot, "desk")
        self.session.commit()
        assert dispatch(self.rettid.database) == 1
        self.session.expire_all()
        return made

    def relative(self) -> Course:
        """Another patient with the same number, and their course."""
        place = self.sending.place
        other = make.patient(self.session, place.clinic, given_name="Ib")
        has_number(other, self.number)
        made = make.course(self.session, place.clinic, other, responsible=place.doctor)
        self.session.commit()
        return made

    def inbound(self) -> Sequence[InboundMessage]:
        """What has come in."""
        self.session.expire_all()
        return self.session.scalars(select(InboundMessage).order_by(InboundMessage.id)).all()

    def outcomes(self) -> list[tuple[str, str]]:
        """(understood, outcome) of what has come in."""
        return [(one.understood, one.outcome) for one in self.inbound()]

    def planned(self) -> list[str]:
        """The kinds of what is still planned."""
        wanted = select(Message.kind).where(Message.state == "planned").order_by(Message.due_at)
        return list(self.session.scalars(wanted))

    def items(self) -> Sequence[WorklistItem]:
        """What is open on the worklist."""
        wanted = select(WorklistItem).where(WorklistItem.status == "open")
        return self.session.scalars(wanted.order_by(WorklistItem.id)).all()

    def open_items(self) -> list[str]:
        """The kinds of what is open on the worklist."""
        return [one.kind for one in self.items()]


def has_number(patient: Patient, number: str) -> None:
    """Give a patient a telephone number."""
    session = object_session(patient)
    assert isinstance(session, Session)
    patient.phone_sealed = session.vault.seal(number)
    patient.phone_hash = session.vault.fingerprint("phone", number)


@pytest.fixture
def telephone(sending: Sending, rettid: Rettid) -> Telephone:
    """The telephone of the clinic's patient."""
    has_number(sending.place.patient, NUMBER)
    sending.session.commit()
    return Telephone(sending, rettid)


@dataclass
class Twilio:
    """Twilio as it calls us: over the configured address, and signing what it sends."""

    client: FlaskClient
    session: Session

    def post(
        self, path: str, form: Mapping[str, str], *, signature: str | None = None
    ) -> TestResponse:
        """A signed request, or one with a given signature ('' for none)."""
        if signature is None:
            signature = RequestValidator(TOKEN).compute_signature(PUBLIC_URL + path, dict(form))
        headers = {"X-Twilio-Signature": signature} if signature else {}
        self.session.commit()  # what the test has read would keep others waiting
        return self.client.post(path, data=form, headers=headers)

    def sms(self, text: str, *, name: str = "", sender: str = NUMBER, **more: str) -> TestResponse:
        """A text message from the patient's number."""
        form = {
            "MessageSid": name or f"SM{next(_names):032x}",
            "From": sender,
            "To": SENDER.sender,
            "Body": text,
        }
        return self.post("/beskeder/twilio/sms", form | more)


@pytest.fixture
def twilio(
    rettid: Rettid, client: FlaskClient, session: Session, monkeypatch: pytest.MonkeyPatch
) -> Twilio:
    """An account with Twilio, set up here."""
    account = {"RETTID_TWILIO_ACCOUNT_SID": "AC" + "0" * 32, "RETTID_TWILIO_AUTH_TOKEN": TOKEN}
    config = replace(rettid.config, messaging=account, public_url=PUBLIC_URL)
    monkeypatch.setattr(rettid, "config", config)
    return Twilio(client, session)
