"""From what is planned to what has arrived, through Twilio's own API description: policy, claim,
Twilio's client, Prism, Twilio's stand-in, its callbacks.
"""

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from datetime import time as clock_time

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select, update

from booking.platform.localtime import to_local
from booking.platform.web import Rettid
from reminders.channels.twilio import settings
from reminders.channels.twilio.settings import TwilioSettings
from reminders.channels.twilio.sms import TwilioSms
from reminders.channels.twilio.voice import TwilioVoice
from reminders.delivery.dispatch import dispatch
from reminders.delivery.reconcile import reconcile
from reminders.messages.models import Message, MessageAttempt
from reminders.policies import service as policies
from reminders.policies.models import ReminderPolicy
from reminders.policies.standard import STANDARD
from reminders.policies.steps import as_json
from reminders.preferences.models import OptOut
from tests.integration.reminders.conftest import SENDER, Sending
from tests.integration.reminders.replies.conftest import has_number
from tests.peers.twilio.callbacks import Callback
from tests.peers.twilio.fake import FakeTwilio
from tests.peers.twilio.fixtures import (
    PUBLIC_URL,
    twilio,
    twilio_api,
    twilio_server,
    twilio_settings,
)
from tests.peers.twilio.records import Record
from tests.peers.twilio.troubles import cut_off, refuses, server_error

__all__ = ["twilio", "twilio_api", "twilio_server", "twilio_settings"]

NUMBER = "+4520301020"


@dataclass
class Way:
    """A time that is booked, and a Twilio that carries the message of it."""

    sending: Sending
    rettid: Rettid
    twilio: FakeTwilio
    client: FlaskClient

    def dispatch(self) -> int:
        """Send what is due."""
        return dispatch(self.rettid.database)

    def post(self, callback: Callback) -> str:
        """Twilio calls us; the answer."""
        answer = self.client.post(callback.path, data=callback.form, headers=callback.headers)
        assert answer.status_code < 300
        return answer.get_data(as_text=True)

    def record(self) -> Record:
        """The one thing Twilio accepted."""
        [record] = self.twilio.records
        return record

    def message(self) -> Message:
        """What was due at once."""
        return next(one for one in self.sending.messages() if one.kind == "booked")

    def attempt(self) -> MessageAttempt:
        """The last attempt."""
        return self.sending.attempts()[-1]

    def by_voice(self) -> None:
        """The message goes by a call."""
        session = self.sending.session
        session.execute(
            update(Message)
            .where(Message.kind == "booked")
            .values(channels=["voice"], channel="voice")
        )
        session.commit()


@pytest.fixture
def way(
    sending: Sending,
    rettid: Rettid,
    client: FlaskClient,
    twilio: FakeTwilio,
    twilio_settings: TwilioSettings,
    monkeypatch: pytest.MonkeyPatch,
) -> Way:
    """By the machine's own clock, at any hour: there are no quiet hours."""
    session, place = sending.session, sending.place
    policy = session.scalars(select(ReminderPolicy)).one()
    awake = replace(STANDARD, quiet_from=clock_time(0), quiet_to=clock_time(0))
    policies.add_version(session, place.secretary, policy, as_json(awake), counts=True)
    has_number(place.patient, NUMBER)
    session.commit()
    day = to_local(datetime.now(UTC), place.clinic.zone).date() + timedelta(days=14)
    monday = day - timedelta(days=day.weekday())
    sending.book(datetime.combine(monday, clock_time(9), place.clinic.zone))
    rettid.database.ports["channels"] = {
        "sms": TwilioSms(twilio_settings),
        "voice": TwilioVoice(twilio_settings),
    }
    account = {settings.SID: twilio.account_sid, settings.TOKEN: twilio.auth_token}
    config = replace(rettid.config, messaging=account, public_url=PUBLIC_URL)
    monkeypatch.setattr(rettid, "config", config)
    return Way(sending, rettid, twilio, client)


def test_a_text_message_all_the_way(way: Way) -> None:
    assert way.dispatch() == 1
    record = way.record()
    assert (record.kind, record.to, record.said("From")) == ("sms", NUMBER, SENDER.sender)
    assert record.body == way.attempt().body
    assert int(record.said("ValidityPeriod")) == 36_000
    assert (way.attempt().state, way.attempt().provider_id) == ("sent", record.sid)
    for word in ("sending", "sent", "delivered", "sent"):
        way.post(way.twilio.turns(record.sid, word))
    assert (way.attempt().state, way.message().state) == ("delivered", "delivered")
    assert way.dispatch() == 0


def test_a_call_all_the_way(way: Way) -> None:
    way.by_voice()
    assert way.dispatch() == 1
    record = way.record()
    assert (record.kind, record.to) == ("voice", NUMBER)
    assert way.message().state == "sent"
    greeting = way.post(way.twilio.answered(record.sid))
    assert SENDER.place in greeting
    assert way.attempt().body not in greeting
    action = greeting.split('action="')[1].split('"')[0].replace("&amp;", "&")
    told = way.post(way.twilio.turns_to_page(record.sid, action, "04031961"))
    assert way.attempt().body in told
    way.post(way.twilio.turns(record.sid, "completed"))
    assert (way.attempt().state, way.message().state) == ("delivered", "delivered")


def test_a_call_that_nobody_takes_is_not_delivered(way: Way) -> None:
    way.by_voice()
    way.dispatch()
    way.post(way.twilio.turns(way.record().sid, "completed"))
    assert (way.attempt().state, way.message().state) == ("failed", "planned")


@pytest.mark.parametrize("channel", ["sms", "voice"])
def test_a_lost_answer_is_found_and_nothing_goes_twice(way: Way, channel: str) -> None:
    if channel == "voice":
        way.by_voice()
    way.twilio.next_sends(cut_off(accepts=True))
    assert way.dispatch() == 0
    assert (way.attempt().state, way.message().state) == ("unknown", "unknown")
    _some_minutes_ago(way)
    reconcile(way.rettid.database)
    assert (way.attempt().state, way.attempt().provider_id) == ("sent", way.record().sid)
    assert way.dispatch() == 0


def test_what_never_came_to_twilio_goes_once(way: Way) -> None:
    way.twilio.next_sends(server_error(accepts=False))
    way.dispatch()
    _some_minutes_ago(way)
    reconcile(way.rettid.database)
    assert (way.attempt().state, way.message().state) == ("lost", "planned")
    again = update(Message).where(Message.kind == "booked").values(next_at=Message.created_at)
    way.sending.session.execute(again)
    way.sending.session.commit()
    way.dispatch()
    assert way.message().state == "sent"
    assert len(way.twilio.to(NUMBER)) == 1


def test_a_number_that_said_stop_to_twilio_is_kept(way: Way) -> None:
    way.twilio.number(NUMBER, refuses(21610))
    way.dispatch()
    assert (way.attempt().error_code, way.attempt().error_class) == ("21610", "opted_out")
    stopped = way.sending.session.scalars(select(OptOut)).one()
    assert (stopped.address_hash, stopped.channel) == (way.attempt().to_hash, "sms")
    way.sending.session.commit()
    assert way.dispatch() == 0
    assert way.sending.worklist() == ["not_reached"]


def _some_minutes_ago(way: Way) -> None:
    """Twilio's stand-in goes by the machine's clock; so it is the attempt that is made older."""
    way.sending.session.execute(
        update(MessageAttempt).values(
            started_at=datetime.now(UTC) - timedelta(minutes=6),
        )
    )
    way.sending.session.commit()
