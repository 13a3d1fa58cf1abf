"""What a message says, to whom and from whom, made when it is claimed: in the words it was planned
with, and by the facts as they are now.
"""

from booking.platform.database import Session
from booking.platform.localtime import to_local
from booking.platform.phone import readable
from reminders.channels.port import Outgoing
from reminders.messages.models import Message
from reminders.policies.models import MessageSender
from reminders.preferences import reach
from reminders.texts import fields, segments
from reminders.texts.languages import language_of


def outgoing(session: Session, message: Message, sender: MessageSender, *, key: str) -> Outgoing:
    """The message as its channel is to send it, under an attempt's key."""
    patient, texts = message.patient, message.wording_version.texts
    language = language_of(patient.language, texts)
    subject, body = texts[language].get(message.channel) or texts[language]["sms"]
    values = said(session, message, sender, language)
    channel = next(one for one in message.channels if one == message.channel)
    return Outgoing(
        key,
        channel,
        reach.address(patient, channel),
        sender.sender,
        fields.fill(body, values),
        language,
        message.not_after,
        fields.fill(subject, values),
        patient.name if channel in ("letter", "digital_post") else "",
    )


def said(
    session: Session, message: Message, sender: MessageSender, language: str
) -> dict[str, str]:
    """What each field of a wording says in this message."""
    values = {
        "sted": sender.place,
        "telefon": readable(message.clinic.phone),
        "link": f"{session.ports['public_url']()}/mine-tider",
        "klinik": message.clinic.name,
        "svar": fields.answer_text(language, may_reply=sender.may_reply),
    }
    if message.about_at is not None:
        local = to_local(message.about_at, message.clinic.zone)
        values |= {
            "dag": fields.day_text(local, language, long=message.channel != "sms"),
            "kl": fields.time_text(local),
        }
    return values


def kept(session: Session, outgoing: Outgoing) -> dict[str, object]:
    """The columns of an attempt that keep what was sent."""
    return {
        "to_hash": reach.fingerprint(session.vault, outgoing.channel, outgoing.to),
        "to_sealed": session.vault.seal(outgoing.to),
        "sender": outgoing.sender,
        "language": outgoing.language,
        "subject": outgoing.subject[:200],
        "body": outgoing.body,
        "parts": segments.count(outgoing.body).parts if outgoing.channel == "sms" else 0,
    }
