"""Calls through the real client and Twilio's own API description."""

from datetime import UTC, datetime, timedelta

import pytest

from reminders.channels.port import Found, NotAccepted
from reminders.channels.twilio.settings import TwilioSettings
from reminders.channels.twilio.voice import TwilioVoice
from tests.integration.reminders.channels.conftest import NUMBER, SENDER, Writes
from tests.peers.twilio.fake import FakeTwilio
from tests.peers.twilio.fixtures import PUBLIC_URL
from tests.peers.twilio.troubles import refuses, too_many


@pytest.fixture
def voice(twilio_settings: TwilioSettings) -> TwilioVoice:
    """The channel."""
    return TwilioVoice(twilio_settings)


def test_what_twilio_is_handed(voice: TwilioVoice, twilio: FakeTwilio, reminder: Writes) -> None:
    receipt = voice.send(reminder(channel="voice"))
    [call] = twilio.records
    assert receipt.provider_id == call.sid
    assert call.form == {
        "To": [NUMBER],
        "From": [SENDER],
        "Url": [f"{PUBLIC_URL}/beskeder/twilio/opkald/5e6f0d2a-attempt"],
        "StatusCallback": [f"{PUBLIC_URL}/beskeder/twilio/status/5e6f0d2a-attempt"],
        "StatusCallbackEvent": ["initiated", "ringing", "answered", "completed"],
        "Timeout": ["30"],
    }


def test_a_call_is_found(voice: TwilioVoice, twilio: FakeTwilio, reminder: Writes) -> None:
    since = datetime.now(UTC)
    sid = voice.send(reminder(channel="voice")).provider_id
    assert voice.find(reminder(), since, []) == Found(sid, "sent")
    twilio.answered(sid)
    assert voice.find(reminder(), since, []) == Found(sid, "sent")
    twilio.turns(sid, "completed")
    # Nobody has proven who took it: that would be known already.
    assert voice.find(reminder(), since, []) == Found(sid, "failed", "no-answer")
    assert voice.find(reminder(), since, [sid]) is None


def test_no_call_about_a_visit_that_has_begun(
    voice: TwilioVoice, twilio: FakeTwilio, reminder: Writes
) -> None:
    with pytest.raises(NotAccepted) as refused:
        voice.send(reminder(valid_until=datetime.now(UTC) + timedelta(seconds=10)))
    assert refused.value.code == "30036"
    assert twilio.requests == 0


def test_a_certain_no(voice: TwilioVoice, twilio: FakeTwilio, reminder: Writes) -> None:
    twilio.next_sends(refuses(21211), too_many())
    for code in ("21211", "20429"):
        with pytest.raises(NotAccepted) as refused:
            voice.send(reminder(channel="voice"))
        assert refused.value.code == code
    assert twilio.records == []
