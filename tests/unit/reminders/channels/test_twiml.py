"""What Twilio is told to say, read as the XML it is."""

from xml.etree import ElementTree

import pytest

from reminders.channels.twilio.twiml import (
    ask_birth_date,
    message_response,
    offer_choices,
    say,
)

HARD = 'Tast <1> & "2" — æøå 🎉'


def test_asking_for_the_birth_date() -> None:
    [gather] = ElementTree.fromstring(ask_birth_date("/opkald/x?a=1&b=2", HARD, "da"))
    assert gather.tag == "Gather"
    assert gather.attrib == {
        "action": "/opkald/x?a=1&b=2",
        "method": "POST",
        "input": "dtmf",
        "numDigits": "8",
        "timeout": "8",
        "actionOnEmptyResult": "true",
    }
    [spoken] = gather
    assert (spoken.tag, spoken.text, spoken.attrib) == ("Say", HARD, {"language": "da-DK"})


def test_offering_choices_takes_one_key() -> None:
    [gather] = ElementTree.fromstring(offer_choices("/opkald/x/valg", "Press 1", "en"))
    assert gather.attrib["numDigits"] == "1"
    assert gather[0].attrib == {"language": "en-GB"}


def test_saying_and_hanging_up() -> None:
    spoken, hangup = ElementTree.fromstring(say(HARD, "da"))
    assert (spoken.tag, spoken.text) == ("Say", HARD)
    assert hangup.tag == "Hangup"


@pytest.mark.parametrize(("language", "tag"), [("da", "da-DK"), ("en", "en-GB"), ("ar", "en-GB")])
def test_the_voice_speaks_danish_or_english(language: str, tag: str) -> None:
    assert ElementTree.fromstring(say("Hej", language))[0].attrib == {"language": tag}


def test_answering_a_text_message() -> None:
    [message] = ElementTree.fromstring(message_response(HARD))
    assert (message.tag, message.text) == ("Message", HARD)


@pytest.mark.parametrize("nothing", [None, ""])
def test_answering_with_nothing(nothing: str | None) -> None:
    response = ElementTree.fromstring(message_response(nothing))
    assert (response.tag, len(response)) == ("Response", 0)
