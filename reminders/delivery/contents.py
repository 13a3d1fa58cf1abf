"""What a message says, to whom and from whom, made when it is claimed: in the words it was planned
with, and by the facts as they are now.
"""

from booking.platform.database import Session
from booking.platform.localtime import to_local
from booking.platform.phone import readable
from reminders.channels.port import Outgoing
from reminders.messages.models import Message
from reminders.planning import together
from reminders.policies.models import MessageSender
from reminders.preferences import reach
from reminders.texts import fields, segments
from reminders.texts.languages import language_of
from reminders.texts.wordings import written_for


def outgoing(session: Session, message: Message, sender: MessageSender, *, key: str) -> Outgoing:
    """The message as its channel is to send it, under an attempt's key."""
    patient, (language, subject, body) = message.patient, written(session, message, sender)
    channel = next(one for one in message.channels if one == message.channel)
    return Outgoing(
        key,
        channel,
        reach.address(patient, channel),
        sender.sender,
        body,
        language,
        message.not_after,
        subject,
        patient.name if channel in ("letter", "digital_post") else "",
    )


def written(session: Session, message: Message, sender: MessageSender) -> tuple[str, str, str]:
    """The language a message is in, its subject and its body, by the facts as they are now."""
    texts = message.wording_version.texts
    language = language_of(message.patient.language, texts)
    subject, body = written_for(texts, language, message.channel)
    values = said(session, message, sender, language)
    lines = message.channel not in ("sms", "voice")
    more = fields.more_text(
        [to_local(one, message.clinic.zone) for one in together.others(session, message)],
        message.kind,
        language,
        values["link"],
        lines=lines,
        reply=sender.may_reply,
    )
    told = fields.fill(body, values)
    if more and not lines and told[-1:].isalnum():
        told += "."
    return language, fields.fill(subject, values), told + more


def said(
    session: Session, message: Message, sender: MessageSender, language: str
) -> dict[str, str]:
    """What each field of a wording says in this message."""
    values = {
        "sted": sender.place,
        "telefon": readable(message.clinic.phone),
        "link": f"{session.ports['public_url']()}/mine-tider",
        "klinik": message.clinic.name,
        "svar": fields.answer_text(
            language, may_reply=sender.may_reply, offer=message.kind == "offer"
        ),
        "frist": fields.until_text(
            to_local(message.not_after, message.clinic.zone),
            language,
            long=message.channel != "sms",
        ),
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
