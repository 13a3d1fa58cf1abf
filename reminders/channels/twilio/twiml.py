"""What a call says and how a text message is answered, in Twilio's markup (TwiML)."""

from twilio.twiml.messaging_response import MessagingResponse
from twilio.twiml.voice_response import Gather, VoiceResponse

DIGITS_OF_A_DAY = 8  # ddmmyyyy
SECONDS_TO_THINK = 8

_SPOKEN = {"da": "da-DK", "en": "en-GB"}


def spoken(language: str) -> str:
    """The voice's language tag for an ISO 639-1 code; English for one it is not set up for."""
    return _SPOKEN.get(language, "en-GB")


def ask_birth_date(action_url: str, text: str, language: str) -> str:
    """Say `text` and wait for eight digits, posted to `action_url` even when none came."""
    return _ask(action_url, text, language, DIGITS_OF_A_DAY)


def offer_choices(action_url: str, text: str, language: str) -> str:
    """Say `text` and wait for one key; it is posted to `action_url`, also when none came."""
    return _ask(action_url, text, language, 1)


def say(text: str, language: str) -> str:
    """Say `text` and hang up."""
    response = VoiceResponse()
    response.say(text, language=spoken(language))
    response.hangup()
    return str(response)


def message_response(text: str | None) -> str:
    """Answer a text message with `text`, or with nothing."""
    response = MessagingResponse()
    if text:
        response.message(text)
    return str(response)


def _ask(action_url: str, text: str, language: str, digits: int) -> str:
    response = VoiceResponse()
    gather = Gather(
        input="dtmf",
        action=action_url,
        method="POST",
        num_digits=digits,
        timeout=SECONDS_TO_THINK,
        action_on_empty_result=True,
    )
    gather.say(text, language=spoken(language))
    response.append(gather)
    return str(response)
