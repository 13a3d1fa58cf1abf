"""Text messages by Twilio's Programmable Messaging."""

import re
from collections.abc import Iterable, Sequence
from datetime import datetime

from twilio.base import values
from twilio.rest.api.v2010.account.message import MessageInstance

from booking.platform.clock import Clock, SystemClock
from reminders.channels.port import Found, NotAccepted, OutcomeUnknown, Outgoing, Receipt
from reminders.channels.twilio.api import client_of
from reminders.channels.twilio.finding import MOST, first_sent
from reminders.channels.twilio.settings import TwilioSettings
from reminders.channels.twilio_statuses import error_code_of, status_of
from reminders.policies.steps import Channel as ChannelCode

# Seconds, from Twilio's description of ValidityPeriod. Under a few, a message would time out in
# the queue as often as it would arrive.
SHORTEST_VALIDITY = 5
LONGEST_VALIDITY = 36_000
EXPIRED = "30036"  # Twilio's own code for a message that was not sent within its validity
SERVICE = re.compile(r"MG[0-9a-fA-F]{32}")


class TwilioSms:
    """The channel 'sms'. The sender is a number, a name (one way) or a messaging service's SID."""

    code: ChannelCode = "sms"
    provider = "twilio"

    def __init__(self, settings: TwilioSettings, clock: Clock | None = None) -> None:
        """Nothing is asked of Twilio before the first message."""
        self._settings = settings
        self._clock = clock or SystemClock()
        self._messages = client_of(settings).messages

    def send(self, outgoing: Outgoing) -> Receipt:
        """Hand it to Twilio once, to be dropped if it cannot be sent before it is of no use.

        Raises NotAccepted and OutcomeUnknown as the interface has it; what is of no use any more
        is refused here with Twilio's code for it, 30036.
        """
        seconds = int((outgoing.valid_until - self._clock.now()).total_seconds())
        if seconds < SHORTEST_VALIDITY:
            raise NotAccepted(EXPIRED)
        by_service = SERVICE.fullmatch(outgoing.sender)
        message = self._messages.create(
            to=outgoing.to,
            from_=values.unset if by_service else outgoing.sender,
            messaging_service_sid=outgoing.sender if by_service else values.unset,
            body=outgoing.body,
            status_callback=(
                f"{self._settings.public_url}/beskeder/twilio/status/{outgoing.attempt}"
            ),
            validity_period=min(seconds, LONGEST_VALIDITY),
            # What was approved is what is sent, and what is looked for afterwards.
            smart_encoded=False,
        )
        if not message.sid:
            raise OutcomeUnknown("unreadable answer")
        if status_of("sms", str(message.status)) == "failed":
            raise NotAccepted(_error(message))
        return Receipt(message.sid)

    def find(self, outgoing: Outgoing, since: datetime, known: Sequence[str]) -> Found | None:
        """Look for a message to the same number with the very same text."""

        def ask(sent_from: datetime | None) -> Iterable[MessageInstance]:
            return self._messages.list(
                to=outgoing.to,
                date_sent_after=sent_from or values.unset,
                limit=MOST,
                page_size=MOST,
            )

        def fits(message: MessageInstance) -> bool:
            return (message.body or "").strip() == outgoing.body.strip()

        message = first_sent("sms", ask, since, known, fits)
        if message is None:
            return None
        state = status_of("sms", str(message.status))
        return Found(message.sid or "", state, _error(message))


def _error(message: MessageInstance) -> str:
    code = str(message.error_code) if message.error_code else ""
    return error_code_of("sms", str(message.status), code)
