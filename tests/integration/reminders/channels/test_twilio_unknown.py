"""Where Twilio's answer is lost: it is asked once, nobody claims to know, and it is looked for."""

import socket
import time
from datetime import UTC, datetime, timedelta

import pytest

from reminders.channels.port import Found, NotAccepted, OutcomeUnknown
from reminders.channels.twilio.settings import TwilioSettings
from reminders.channels.twilio.sms import TwilioSms
from reminders.channels.twilio.voice import TwilioVoice
from tests.integration.reminders.channels.conftest import NUMBER, Writes
from tests.peers.twilio.fake import FakeTwilio
from tests.peers.twilio.fixtures import PATIENCE_SECONDS
from tests.peers.twilio.troubles import (
    Trouble,
    cut_off,
    garbled,
    hangs,
    refuses,
    server_error,
    stillborn,
    too_many,
)

ACCEPTED = [
    (hangs(accepts=True), "timeout"),
    (cut_off(accepts=True), "connection lost"),
    (garbled(accepts=True), "unreadable answer"),
    (server_error(accepts=True), "http 500"),
    (server_error(accepts=True, status=503), "http 503"),
    (server_error(accepts=True, status=302), "http 302"),
]
NOT_ACCEPTED = [
    (hangs(accepts=False), "timeout"),
    (cut_off(accepts=False), "connection lost"),
    (server_error(accepts=False), "http 500"),
    (refuses(None, status=408), "http 408"),
]


@pytest.fixture
def sms(twilio_itself: TwilioSettings) -> TwilioSms:
    """The channel for text messages."""
    return TwilioSms(twilio_itself)


@pytest.fixture
def voice(twilio_itself: TwilioSettings) -> TwilioVoice:
    """The channel for calls."""
    return TwilioVoice(twilio_itself)


@pytest.mark.parametrize(("trouble", "code"), ACCEPTED)
def test_a_message_that_was_accepted_is_found(
    sms: TwilioSms, twilio: FakeTwilio, reminder: Writes, trouble: Trouble, code: str
) -> None:
    since = datetime.now(UTC)
    twilio.next_sends(trouble)
    with pytest.raises(OutcomeUnknown) as unknown:
        sms.send(reminder())
    assert unknown.value.code == code
    assert twilio.requests == 1
    found = sms.find(reminder(), since, [])
    assert found == Found(twilio.records[0].sid, "sent")


@pytest.mark.parametrize(("trouble", "code"), NOT_ACCEPTED)
def test_a_message_that_was_not_is_not_found(
    sms: TwilioSms, twilio: FakeTwilio, reminder: Writes, trouble: Trouble, code: str
) -> None:
    since = datetime.now(UTC)
    twilio.next_sends(trouble)
    with pytest.raises(OutcomeUnknown) as unknown:
        sms.send(reminder())
    assert unknown.value.code == code
    assert twilio.requests == 1
    assert sms.find(reminder(), since, []) is None


@pytest.mark.parametrize(("trouble", "code"), ACCEPTED)
def test_a_call_is_found_likewise(
    voice: TwilioVoice, twilio: FakeTwilio, reminder: Writes, trouble: Trouble, code: str
) -> None:
    since = datetime.now(UTC)
    twilio.next_sends(trouble)
    with pytest.raises(OutcomeUnknown) as unknown:
        voice.send(reminder(channel="voice"))
    assert unknown.value.code == code
    assert twilio.requests == 1
    found = voice.find(reminder(channel="voice"), since, [])
    assert found == Found(twilio.records[0].sid, "sent")


def test_the_wait_has_an_end(sms: TwilioSms, twilio: FakeTwilio, reminder: Writes) -> None:
    twilio.next_sends(hangs(accepts=True))
    began = time.monotonic()
    with pytest.raises(OutcomeUnknown):
        sms.send(reminder())
    assert time.monotonic() - began < PATIENCE_SECONDS + 5


def test_through_prism_a_timeout_is_a_timeout(
    twilio_settings: TwilioSettings, twilio: FakeTwilio, reminder: Writes
) -> None:
    sms, since = TwilioSms(twilio_settings), datetime.now(UTC)
    twilio.next_sends(hangs(accepts=True))
    with pytest.raises(OutcomeUnknown, match="timeout"):
        sms.send(reminder())
    assert sms.find(reminder(), since, []) == Found(twilio.records[0].sid, "sent")


@pytest.mark.parametrize("channel", [TwilioSms, TwilioVoice])
def test_where_no_connection_comes_about_nothing_was_sent(
    channel: type[TwilioSms | TwilioVoice], reminder: Writes
) -> None:
    with socket.socket() as nobody:  # bound and not listening: every connection is refused
        nobody.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{nobody.getsockname()[1]}"
        refused_by = channel(TwilioSettings("AC" + "0" * 32, ("token",), "https://r.example", url))
        with pytest.raises(NotAccepted, match="connection"):
            refused_by.send(reminder())
        with pytest.raises(OutcomeUnknown):
            refused_by.find(reminder(), datetime.now(UTC), [])


def test_a_name_that_does_not_exist_is_no_connection(reminder: Writes) -> None:
    sms = TwilioSms(
        TwilioSettings("AC" + "0" * 32, ("token",), "https://r.example", "http://nobody.invalid")
    )
    with pytest.raises(NotAccepted, match="connection"):
        sms.send(reminder())


def test_an_error_says_nothing_of_the_patient(
    sms: TwilioSms, twilio: FakeTwilio, reminder: Writes
) -> None:
    for trouble in (refuses(21211), cut_off(accepts=True), garbled()):
        twilio.next_sends(trouble)
        with pytest.raises((NotAccepted, OutcomeUnknown)) as raised:
            sms.send(reminder())
        assert NUMBER[1:] not in repr(raised.value)
        assert raised.value.__cause__ is None
        assert raised.value.__context__ is None or raised.value.__suppress_context__


@pytest.mark.parametrize(
    "trouble", [hangs(accepts=False), server_error(accepts=False), too_many(), refuses(20003, 401)]
)
@pytest.mark.parametrize("channel", [TwilioSms, TwilioVoice])
def test_where_twilio_cannot_be_asked_nothing_is_concluded(
    channel: type[TwilioSms | TwilioVoice],
    twilio_itself: TwilioSettings,
    twilio: FakeTwilio,
    reminder: Writes,
    trouble: Trouble,
) -> None:
    twilio.next_lists(trouble)
    with pytest.raises(OutcomeUnknown):
        channel(twilio_itself).find(reminder(), datetime.now(UTC), [])


def test_a_message_in_the_queue_and_one_on_its_way_are_both_found(
    sms: TwilioSms, twilio: FakeTwilio, reminder: Writes
) -> None:
    since = datetime.now(UTC)
    sid = sms.send(reminder()).provider_id
    assert twilio.record(sid).begun is None
    assert sms.find(reminder(), since, []) == Found(sid, "sent")
    twilio.turns(sid, "sent")
    assert sms.find(reminder(), since, []) == Found(sid, "sent")
    twilio.turns(sid, "delivered")
    assert sms.find(reminder(), since, []) == Found(sid, "delivered")


def test_what_failed_is_found_with_the_reason(
    sms: TwilioSms, voice: TwilioVoice, twilio: FakeTwilio, reminder: Writes
) -> None:
    since = datetime.now(UTC)
    message = sms.send(reminder()).provider_id
    twilio.turns(message, "undelivered", 30003)
    assert sms.find(reminder(), since, []) == Found(message, "failed", "30003")
    call = voice.send(reminder(channel="voice")).provider_id
    twilio.turns(call, "no-answer")
    assert voice.find(reminder(), since, []) == Found(call, "failed", "no-answer")


def test_only_this_very_message_is_found(
    sms: TwilioSms, twilio: FakeTwilio, reminder: Writes
) -> None:
    since = datetime.now(UTC)
    sms.send(reminder(body="Du har en tid i morgen kl. 9.00."))
    sms.send(reminder(to="+4520304051"))
    assert sms.find(reminder(), since, []) is None
    theirs = sms.send(reminder()).provider_id
    assert sms.find(reminder(), since, [theirs]) is None
    ours = sms.send(reminder()).provider_id
    assert sms.find(reminder(), since, [theirs]) == Found(ours, "sent")


def test_what_failed_before_is_not_taken_for_what_was_sent_after(
    sms: TwilioSms, twilio: FakeTwilio, reminder: Writes
) -> None:
    twilio.next_sends(stillborn(30008), hangs(accepts=True))
    with pytest.raises(NotAccepted, match="30008"):
        sms.send(reminder())
    since = datetime.now(UTC)
    failed = twilio.records[0]
    assert sms.find(reminder(), since, []) == Found(failed.sid, "failed", "30008")
    with pytest.raises(OutcomeUnknown):
        sms.send(reminder())
    failed.begun = failed.created  # so that one list has the one, and the other the other
    assert sms.find(reminder(), since, []) == Found(twilio.records[1].sid, "sent")


def test_last_months_message_with_the_same_words_is_another(
    sms: TwilioSms, twilio: FakeTwilio, reminder: Writes
) -> None:
    old = twilio.record(sms.send(reminder()).provider_id)
    old.created -= timedelta(days=30)
    assert sms.find(reminder(), datetime.now(UTC), []) is None


def test_a_call_from_another_sender_is_another(
    voice: TwilioVoice, twilio: FakeTwilio, reminder: Writes
) -> None:
    since = datetime.now(UTC)
    voice.send(reminder(sender="+4552999999"))
    assert voice.find(reminder(), since, []) is None


def test_a_number_that_gets_many_messages_is_asked_for_one_page_at_a_time(
    sms: TwilioSms, twilio: FakeTwilio, reminder: Writes
) -> None:
    since = datetime.now(UTC)
    for number in range(120):
        sms.send(reminder(body=f"Besked {number}"))
    twilio.next_sends(server_error(accepts=True))
    with pytest.raises(OutcomeUnknown):
        sms.send(reminder())
    assert sms.find(reminder(), since, []) == Found(twilio.records[-1].sid, "sent")
