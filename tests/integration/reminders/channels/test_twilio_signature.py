"""Only Twilio's own requests are believed. The fake signs by Twilio's documentation, not by the
library that checks.
"""

import pytest
from werkzeug.datastructures import MultiDict

from reminders.channels.twilio.settings import TwilioSettings
from reminders.channels.twilio.signature import SignatureCheck
from reminders.channels.twilio.sms import TwilioSms
from reminders.channels.twilio.voice import TwilioVoice
from tests.integration.reminders.channels.conftest import NUMBER, SENDER, Writes
from tests.peers.twilio.callbacks import Callback, signed
from tests.peers.twilio.fake import FakeTwilio
from tests.peers.twilio.fixtures import PUBLIC_URL


@pytest.fixture
def check(twilio_settings: TwilioSettings) -> SignatureCheck:
    """As the webhooks have it."""
    return SignatureCheck(twilio_settings.auth_tokens, twilio_settings.public_url)


def believes(check: SignatureCheck, callback: Callback) -> bool:
    """Whether the request would be let in."""
    return check.valid(callback.path, callback.form, callback.signature)


def test_callbacks_about_messages_and_calls(
    check: SignatureCheck, twilio: FakeTwilio, twilio_settings: TwilioSettings, reminder: Writes
) -> None:
    message = TwilioSms(twilio_settings).send(reminder()).provider_id
    call = TwilioVoice(twilio_settings).send(reminder(channel="voice")).provider_id
    callbacks = [
        twilio.turns(message, "sent"),
        twilio.turns(message, "undelivered", 30008),
        twilio.turns(call, "ringing"),
        twilio.answered(call),
        twilio.turns_to_page(call, f"{PUBLIC_URL}/beskeder/twilio/opkald/x/fødsel?a=1&b=2", "1203"),
        twilio.text_from(NUMBER, SENDER, "Ja tak. Æ ø å 🎉", f"{PUBLIC_URL}/beskeder/twilio/sms"),
    ]
    assert [believes(check, one) for one in callbacks] == [True] * len(callbacks)
    assert callbacks[0].path == "/beskeder/twilio/status/5e6f0d2a-attempt"
    assert callbacks[1].form["ErrorCode"] == "30008"


def test_a_form_as_flask_reads_it(check: SignatureCheck, twilio: FakeTwilio) -> None:
    callback = twilio.text_from(NUMBER, SENDER, "1", f"{PUBLIC_URL}/beskeder/twilio/sms")
    assert check.valid(callback.path, MultiDict(callback.form), callback.signature)


def test_anything_changed_is_not_believed(check: SignatureCheck, twilio: FakeTwilio) -> None:
    callback = twilio.text_from(NUMBER, SENDER, "2", f"{PUBLIC_URL}/beskeder/twilio/sms")
    path, form, header = callback.path, dict(callback.form), callback.signature
    assert check.valid(path, form, header)
    assert not check.valid(path, form | {"Body": "1"}, header)
    assert not check.valid(path, form | {"Extra": ""}, header)
    assert not check.valid(path, {}, header)
    assert not check.valid(path + "?x=1", form, header)
    assert not check.valid("/beskeder/twilio/status/other", form, header)


@pytest.mark.parametrize("header", [None, "", "AAAAAAAAAAAAAAAAAAAAAAAAAAA=", "æøå", "=" * 500])
def test_no_signature_or_a_made_up_one(
    check: SignatureCheck, twilio: FakeTwilio, header: str | None
) -> None:
    callback = twilio.text_from(NUMBER, SENDER, "2", f"{PUBLIC_URL}/beskeder/twilio/sms")
    assert not check.valid(callback.path, callback.form, header)


def test_another_accounts_token(check: SignatureCheck) -> None:
    stranger = signed("f" * 32, f"{PUBLIC_URL}/beskeder/twilio/sms", {"Body": "2"})
    assert not believes(check, stranger)


def test_while_the_token_is_changed_both_are_believed() -> None:
    check = SignatureCheck(("new", "old"), PUBLIC_URL)
    url = f"{PUBLIC_URL}/beskeder/twilio/sms"
    assert [
        believes(check, signed(token, url, {"Body": "1"})) for token in ("new", "old", "older")
    ] == [True, True, False]


@pytest.mark.parametrize(
    ("configured", "called"),
    [
        ("https://rettid.example", "https://rettid.example:443"),
        ("https://rettid.example:443", "https://rettid.example"),
        ("https://rettid.example:8443", "https://rettid.example:8443"),
        ("https://rettid.example/", "https://rettid.example"),
    ],
)
def test_twilio_signs_with_and_without_the_port(configured: str, called: str) -> None:
    check = SignatureCheck(("token",), configured)
    assert believes(check, signed("token", f"{called}/beskeder/twilio/sms", {"Body": "1"}))


def test_the_configured_address_counts_and_no_other() -> None:
    check = SignatureCheck(("token",), "https://rettid.example")
    for called in ("http://rettid.example", "https://other.example"):
        assert not believes(check, signed("token", f"{called}/beskeder/twilio/sms", {"Body": "1"}))
