"""Text messages through the real client and Twilio's own API description."""

from datetime import UTC, datetime, timedelta

import pytest
from twilio.rest import Client

from reminders.channels.port import Found, NotAccepted
from reminders.channels.twilio.api import OneTry
from reminders.channels.twilio.settings import TwilioSettings
from reminders.channels.twilio.sms import TwilioSms
from tests.integration.reminders.channels.conftest import NUMBER, REMINDER, SENDER, Writes
from tests.peers.twilio.fake import FakeTwilio
from tests.peers.twilio.fixtures import PUBLIC_URL
from tests.peers.twilio.troubles import Trouble, refuses, too_many

SERVICE = "MG" + "0123456789abcdef" * 2


@pytest.fixture
def sms(twilio_settings: TwilioSettings) -> TwilioSms:
    """The channel."""
    return TwilioSms(twilio_settings)


def test_what_twilio_is_handed(sms: TwilioSms, twilio: FakeTwilio, reminder: Writes) -> None:
    receipt = sms.send(reminder())
    [message] = twilio.records
    assert receipt.provider_id == message.sid
    assert receipt.state == "sent"
    validity = int(message.form.pop("ValidityPeriod")[0])
    assert 7190 <= validity <= 7200
    assert message.form == {
        "To": [NUMBER],
        "From": [SENDER],
        "Body": [REMINDER],
        "StatusCallback": [f"{PUBLIC_URL}/beskeder/twilio/status/5e6f0d2a-attempt"],
        "SmartEncoded": ["false"],
    }


def test_a_messaging_service_or_a_name_as_sender(
    sms: TwilioSms, twilio: FakeTwilio, reminder: Writes
) -> None:
    sms.send(reminder(sender=SERVICE))
    sms.send(reminder(sender="SygehusNord"))
    by_service, by_name = twilio.records
    assert by_service.said("MessagingServiceSid") == SERVICE
    assert "From" not in by_service.form
    assert by_name.said("From") == "SygehusNord"


def test_a_message_waits_at_most_as_long_as_twilio_lets_it(
    sms: TwilioSms, twilio: FakeTwilio, reminder: Writes
) -> None:
    sms.send(reminder(valid_until=datetime.now(UTC) + timedelta(days=3)))
    assert twilio.records[0].said("ValidityPeriod") == "36000"


@pytest.mark.freeze_time("2026-11-23T08:00:00Z")
def test_with_the_clock_stopped(sms: TwilioSms, twilio: FakeTwilio, reminder: Writes) -> None:
    sid = sms.send(reminder()).provider_id
    assert twilio.records[0].said("ValidityPeriod") == "7200"
    assert sms.find(reminder(), datetime.now(UTC), []) == Found(sid, "sent")


def test_what_would_come_too_late_is_not_handed_over(
    sms: TwilioSms, twilio: FakeTwilio, reminder: Writes
) -> None:
    with pytest.raises(NotAccepted) as refused:
        sms.send(reminder(valid_until=datetime.now(UTC) + timedelta(seconds=2)))
    assert refused.value.code == "30036"
    assert twilio.requests == 0


@pytest.mark.parametrize(
    "body",
    [
        "Blåbærgrød på Ærø: æøå ÆØÅ é ü €",
        "Ваше время 24.11 в 10:00",
        "موعدك يوم الثلاثاء",
        "Din tid er flyttet 🎉 – ‘se’ brevet & svar 1+2=3?%\nRettid",
    ],
)
def test_every_letter_arrives_and_is_found_again(
    sms: TwilioSms, twilio: FakeTwilio, reminder: Writes, body: str
) -> None:
    receipt = sms.send(reminder(body=body))
    assert twilio.records[0].body == body
    found = sms.find(reminder(body=body), datetime.now(UTC), [])
    assert found == Found(receipt.provider_id, "sent")


def test_prism_refuses_what_the_description_does_not_allow(
    twilio: FakeTwilio, twilio_settings: TwilioSettings
) -> None:
    http = OneTry(twilio_settings.base_url, 5)
    client = Client(twilio.account_sid, twilio.auth_token, http_client=http)
    with pytest.raises(NotAccepted, match="http 422"):
        client.messages.create(to=NUMBER, from_=SENDER, body="x", validity_period="soon")
    with pytest.raises(NotAccepted, match="http 422"):
        client.messages.create(to=NUMBER, messaging_service_sid="nobody", body="x")
    with pytest.raises(NotAccepted, match="http 422"):
        client.messages.list(to=NUMBER, page_size=5000)
    with pytest.raises(NotAccepted, match="http 422"):
        client.calls.create(to=NUMBER, from_=SENDER, url="not an address", timeout=30)
    assert twilio.requests == 0


@pytest.mark.parametrize("code", [21211, 21610, 21614, 21408])
def test_a_certain_no_carries_twilios_code(
    sms: TwilioSms, twilio: FakeTwilio, reminder: Writes, code: int
) -> None:
    twilio.number(NUMBER, refuses(code))
    with pytest.raises(NotAccepted) as refused:
        sms.send(reminder())
    assert refused.value.code == str(code)
    assert twilio.records == []


@pytest.mark.parametrize(
    ("trouble", "code"),
    [
        (too_many(), "20429"),
        (refuses(None, status=429), "20429"),
        (refuses(None, status=403), "http 403"),
    ],
)
def test_other_noes_are_certain_too(
    sms: TwilioSms, twilio: FakeTwilio, reminder: Writes, trouble: Trouble, code: str
) -> None:
    twilio.next_sends(trouble)
    with pytest.raises(NotAccepted) as refused:
        sms.send(reminder())
    assert refused.value.code == code


def test_a_wrong_token_is_a_no(
    twilio: FakeTwilio, twilio_settings: TwilioSettings, reminder: Writes
) -> None:
    sms = TwilioSms(
        TwilioSettings(
            twilio.account_sid, ("wrong",), PUBLIC_URL, base_url=twilio_settings.base_url
        )
    )
    with pytest.raises(NotAccepted) as refused:
        sms.send(reminder())
    assert refused.value.code == "20003"
