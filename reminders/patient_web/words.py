"""A patient's messages in the patient's words: what they are, how and when they come."""

from flask_babel import LazyString
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from booking.people.models import Patient
from booking.platform.i18n import clock_time, long_day
from booking.platform.localtime import local_date
from booking.platform.phone import readable
from reminders.messages.models import Message
from reminders.policies.steps import Channel

CHANNELS: dict[Channel, LazyString] = {
    "sms": _l("SMS"),
    "voice": _l("Opkald"),
    "email": _l("E-mail"),
    "letter": _l("Brev"),
    "digital_post": _l("Digital Post"),
}
KINDS: dict[str, LazyString] = {
    "booked": _l("Besked om, at tiden er booket"),
    "offered": _l("Besked om den reserverede tid"),
    "moved": _l("Besked om, at tiden er flyttet"),
    "cancelled": _l("Besked om, at tiden er aflyst"),
    "reminder": _l("Påmindelse"),
    "questionnaire": _l("Besked om et spørgeskema"),
    "offer": _l("Tilbud om en ledig tid"),
    "offer_lost": _l("Besked om, at en ledig tid er væk"),
}
_STATES: dict[str, tuple[LazyString, str]] = {
    "planned": (_l("Planlagt"), "info"),
    "sending": (_l("På vej"), "info"),
    "unknown": (_l("På vej"), "info"),
    "sent": (_l("Sendt"), "neutral"),
    "delivered": (_l("Nået frem"), "success"),
    "failed": (_l("Nåede ikke frem"), "warning"),
}


def sent_to(patient: Patient, channel: Channel) -> str:
    """Where a channel reaches the patient: enough of it to know it by, and what that means."""
    if channel in ("sms", "voice"):
        digits = readable(patient.phone or "")[-2:]
        if channel == "sms":
            return _("Til nummeret, der ender på %(digits)s.", digits=digits)
        return _(
            "En stemme læser beskeden op. Vi ringer til nummeret, der ender på %(digits)s.",
            digits=digits,
        )
    if channel == "email":
        name, _at, domain = (patient.email or "").partition("@")
        return _("Til %(address)s.", address=f"{name[:1]}…@{domain}")
    if channel == "letter":
        return _("Et brev er flere dage undervejs. Haster det, bruger vi en anden vej.")
    return _("I din digitale postkasse.")


def why_not(channel: Channel, name: str, *, connected: bool) -> str:
    """Why a channel cannot be chosen. name: of whom one acts for, '' for oneself."""
    if not connected:
        return _("Klinikkerne kan ikke sende på den måde endnu.")
    if channel in ("sms", "voice"):
        if name:
            return _("Vi har ikke noget telefonnummer til %(name)s.", name=name)
        return _("Vi har ikke dit telefonnummer.")
    if channel == "email":
        if name:
            return _("Vi har ikke nogen e-mailadresse til %(name)s.", name=name)
        return _("Vi har ikke din e-mailadresse.")
    if channel == "letter":
        if name:
            return _("Vi har ikke nogen adresse til %(name)s.", name=name)
        return _("Vi har ikke din adresse.")
    if name:
        return _(
            "%(name)s er fritaget for Digital Post, eller vi mangler et CPR-nummer.", name=name
        )
    return _("Du er fritaget for Digital Post, eller vi mangler dit CPR-nummer.")


def how(message: Message) -> str:
    """The channel it went or, as things stand, will go by; '' where none can."""
    found = next((one for one in message.channels if one == message.channel), None)
    return str(CHANNELS[found]) if found else ""


def when(message: Message) -> str:
    """When it will be sent, or was: 'tirsdag 24. november 2026 kl. 9.15'."""
    planned = message.state == "planned"
    at = max(message.due_at, message.next_at) if planned else message.state_at
    zone = message.clinic.zone
    day, clock = long_day(local_date(at, zone)), clock_time(at, zone)
    return _("%(day)s kl. %(clock)s", day=day, clock=clock)


def standing(message: Message) -> tuple[str, str]:
    """What became of it in words, and its mark."""
    if message.state == "failed" and not message.channel:
        return _("Kan ikke sendes"), "warning"
    text, mark = _STATES[message.state]
    if message.channel == "letter" and message.state == "sent":
        text, mark = _STATES["sending"]
    return str(text), mark
