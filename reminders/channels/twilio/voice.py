"""Calls by Twilio's Programmable Voice: it rings, and asks us what to say when someone answers."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from twilio.base import values
from twilio.rest.api.v2010.account.call import CallInstance

from booking.platform.clock import Clock, SystemClock
from reminders.channels.port import Found, NotAccepted, OutcomeUnknown, Outgoing, Receipt
from reminders.channels.twilio.api import client_of
from reminders.channels.twilio.finding import MOST, first_sent
from reminders.channels.twilio.settings import TwilioSettings
from reminders.channels.twilio.sms import EXPIRED
from reminders.channels.twilio_statuses import error_code_of, status_of
from reminders.policies.steps import Channel as ChannelCode

RINGS_FOR = 30  # seconds; most voice mails in Denmark answer later
EVENTS = ["initiated", "ringing", "answered", "completed"]


class TwilioVoice:
    """The channel 'voice'. The sender is a number that can call.

    No machine detection: it costs whoever answers seconds of silence, in which people hang up. What
    the call says before a birth date is proven is harmless on a voice mail.
    """

    code: ChannelCode = "voice"
    provider = "twilio"

    def __init__(self, settings: TwilioSettings, clock: Clock | None = None) -> None:
        """Nothing is asked of Twilio before the first call."""
        self._settings = settings
        self._clock = clock or SystemClock()
        self._calls = client_of(settings).calls

    def send(self, outgoing: Outgoing) -> Receipt:
        """Have Twilio ring once. Raises like TwilioSms.send; what is of no use any more: 30036.

        Twilio fetches what to say when someone answers, so the text itself is not handed over.
        """
        if self._clock.now().timestamp() + RINGS_FOR > outgoing.valid_until.timestamp():
            raise NotAccepted(EXPIRED)
        ours = f"{self._settings.public_url}/beskeder/twilio"
        call = self._calls.create(
            to=outgoing.to,
            from_=outgoing.sender,
            url=f"{ours}/opkald/{outgoing.attempt}",
            status_callback=f"{ours}/status/{outgoing.attempt}",
            status_callback_event=EVENTS,
            timeout=RINGS_FOR,
        )
        if not call.sid:
            raise OutcomeUnknown("unreadable answer")
        if status_of("voice", str(call.status)) == "failed":
            raise NotAccepted(error_code_of("voice", str(call.status)))
        return Receipt(call.sid)

    def find(self, outgoing: Outgoing, since: datetime, known: Sequence[str]) -> Found | None:
        """Look for a call from this sender to the same number."""

        def ask(begun_from: datetime | None) -> Iterable[CallInstance]:
            return self._calls.list(
                to=outgoing.to,
                start_time_after=begun_from or values.unset,
                limit=MOST,
                page_size=MOST,
            )

        def fits(call: CallInstance) -> bool:
            return call._from == outgoing.sender

        call = first_sent("voice", ask, since, known, fits)
        if call is None:
            return None
        status = str(call.status)
        return Found(call.sid or "", status_of("voice", status), error_code_of("voice", status))
