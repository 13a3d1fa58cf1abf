"""A call: nothing is said of a time before a birth date is proven, and a key is an answer."""

from dataclasses import dataclass
from datetime import timedelta
from urllib.parse import urlsplit
from xml.etree import ElementTree as ET

import pytest
from freezegun.api import FrozenDateTimeFactory
from sqlalchemy import select

from booking.appointments.models import Appointment, AppointmentChange
from booking.platform.database import Session
from reminders.delivery.dispatch import claim
from reminders.messages.models import Message, MessageAttempt
from tests.integration.reminders.conftest import Sending
from tests.integration.reminders.replies.conftest import (
    PUBLIC_URL,
    TIME,
    Telephone,
    Twilio,
)

pytestmark = pytest.mark.freeze_time("2026-11-23T08:00:00Z")
BORN = "04031961"


@dataclass
class Call:
    """A call about a time, as Twilio leads it: it goes where it was told to go."""

    session: Session
    twilio: Twilio
    key: str
    appointment: Appointment
    sid: str = "CA01"
    here: str = ""

    def taken(self) -> str:
        """Someone answers; what is said."""
        self.here = f"/beskeder/twilio/opkald/{self.key}"
        return self._go({})

    def press(self, digits: str) -> str:
        """Press keys; what is said then."""
        return self._go({"Digits": digits})

    @property
    def over(self) -> bool:
        """Whether it has been hung up."""
        return not self.here

    def _go(self, form: dict[str, str]) -> str:
        answer = self.twilio.post(self.here, {"CallSid": self.sid, **form})
        assert answer.status_code == 200
        said = ET.fromstring(answer.data)
        gather = said.find("Gather")
        self.here = ""
        if gather is not None:
            action = gather.attrib["action"]
            assert action.startswith(PUBLIC_URL)
            parts = urlsplit(action)
            self.here = f"{parts.path}?{parts.query}"
        return "".join(said.itertext())


@pytest.fixture
def call(telephone: Telephone, twilio: Twilio, sending: Sending) -> Call:
    """A patient who is called about Thursday's time."""
    appointment = sending.book(TIME, provisional=True)
    session = sending.session
    message = session.scalars(select(Message).where(Message.kind == "offered")).one()
    message.channels, message.channel = ["voice"], "voice"
    session.commit()
    claims = claim(session, session.ports["channels"], "worker", 10)
    session.commit()
    assert claims
    return Call(session, twilio, claims[0].outgoing.attempt, appointment)


def test_nothing_is_said_before_the_birth_date(call: Call) -> None:
    greeting = call.taken()
    wrong = call.press("01011900")
    for said in (greeting, wrong):
        assert "26" not in said
        assert "torsdag" not in said
        assert call.appointment.patient.given_name not in said
    assert "torsdag den 26. november" in call.press(BORN)


@pytest.mark.parametrize("typed", [BORN, "040361"])
def test_a_key_is_an_answer(call: Call, typed: str) -> None:
    call.taken()
    call.press(typed)
    assert "26. november" in call.press("1")
    assert call.over
    call.session.refresh(call.appointment)
    assert call.appointment.participant == "accepted"
    change = call.session.scalars(
        select(AppointmentChange).order_by(AppointmentChange.id.desc())
    ).first()
    assert change is not None
    assert (change.what, change.channel) == ("kept", "phone")


def test_two_cancels_and_the_answer_is_the_notice(call: Call, telephone: Telephone) -> None:
    call.taken()
    call.press(BORN)
    call.press("2")
    call.session.refresh(call.appointment)
    assert call.appointment.status == "cancelled"
    assert telephone.planned() == []


def test_three_is_a_wish_for_another_time(call: Call, telephone: Telephone) -> None:
    call.taken()
    call.press(BORN)
    call.press("3")
    assert telephone.open_items() == ["wants_new_time_sms"]
    assert telephone.outcomes() == [("new_time", "done")]


def test_the_same_key_heard_twice_is_one_answer(call: Call, telephone: Telephone) -> None:
    call.taken()
    call.press(BORN)
    there = call.here
    first = call.press("2")
    call.here = there
    assert call.press("2") == first
    assert len(telephone.inbound()) == 1


def test_three_wrong_dates_and_the_call_is_over(call: Call, freezer: FrozenDateTimeFactory) -> None:
    call.taken()
    call.press("01011900")
    call.press("1")
    said = call.press("31129999")
    assert call.over
    assert "99 32 00 00" in said
    call.taken()
    assert "november" not in call.press(BORN)  # locked, for the right date too
    assert call.over
    freezer.tick(timedelta(hours=1, seconds=1))
    call.taken()
    assert "november" in call.press(BORN)


def test_a_voice_mail_hears_nothing_and_locks_nobody_out(call: Call) -> None:
    for _call in range(3):
        call.taken()
        while not call.over:
            assert "november" not in call.press("")
    call.taken()
    assert "november" in call.press(BORN)


def test_a_key_that_means_nothing_is_asked_again(call: Call, telephone: Telephone) -> None:
    call.taken()
    call.press(BORN)
    for key in ("9", ""):
        assert "november" in call.press(key)
    call.press("#")
    assert call.over
    assert telephone.inbound() == []
    call.session.refresh(call.appointment)
    assert call.appointment.status == "booked"


def test_a_time_that_has_been_moved_meanwhile_is_not_told_of(call: Call, sending: Sending) -> None:
    sending.move(call.appointment, TIME + timedelta(days=1))
    call.taken()
    said = call.press(BORN)
    assert "november" not in said
    assert "99 32 00 00" in said
    assert call.over


def test_moved_while_on_the_phone(call: Call, sending: Sending) -> None:
    call.taken()
    call.press(BORN)
    sending.move(call.appointment, TIME + timedelta(days=1))
    call.press("2")
    call.session.refresh(call.appointment)
    assert call.appointment.status == "booked"


def test_a_cancelled_time_that_stands_again_is_not_told_of_as_cancelled(call: Call) -> None:
    call.session.scalars(select(MessageAttempt)).one().message.kind = "cancelled"
    call.session.commit()
    call.taken()
    assert "99 32 00 00" in call.press(BORN)
    assert call.over


def test_a_patient_whose_birth_date_nobody_knows(call: Call) -> None:
    call.appointment.patient.birth_date = None
    call.session.commit()
    call.taken()
    assert "november" not in call.press(BORN)


def test_a_call_nobody_knows_says_nothing(twilio: Twilio) -> None:
    for step in ("", "/foedselsdag", "/valg?gang=x"):
        answer = twilio.post(f"/beskeder/twilio/opkald/no-such{step}", {"Digits": BORN})
        assert answer.status_code == 200
        assert ET.fromstring(answer.data).find("Hangup") is not None


def test_a_call_that_is_not_signed_is_refused(call: Call) -> None:
    for step in ("", "/foedselsdag", "/valg?gang=1"):
        path = f"/beskeder/twilio/opkald/{call.key}{step}"
        assert call.twilio.post(path, {"Digits": "2"}, signature="bm8=").status_code == 403
    call.session.refresh(call.appointment)
    assert call.appointment.status == "booked"
