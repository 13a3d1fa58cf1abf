"""What a wording says: filled in for a time that need not be booked, and at its longest."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from booking.calendar.models import Clinic
from booking.platform.database import Session
from booking.platform.localtime import local_date, to_local, to_utc
from booking.platform.phone import readable
from reminders.policies.models import MessageSender
from reminders.texts import fields, lints, segments
from reminders.texts.languages import language_of
from reminders.texts.wordings import Texts, written_for

FRIDAY = 4

# Wordings that are not about one time, and the one that asks which of several.
_NO_TIME = lints.ANSWERS - {
    "done_confirm",
    "done_cancel",
    "done_new_time",
    "too_late",
    "offer_taken",
} | {"questionnaire"}
_WHOSE = "whose"
_THREE_TIMES = "A: onsdag 28/12 kl. 00.00, B: onsdag 28/12 kl. 00.00, C: onsdag 28/12 kl. 00.00"


def example_start(now: datetime, zone: ZoneInfo) -> datetime:
    """A time to show a text with: ten o'clock on a weekday, two weeks from now or soon after."""
    day = local_date(now, zone) + timedelta(weeks=2)
    while day.weekday() > FRIDAY:
        day += timedelta(days=1)
    return to_utc(datetime.combine(day, time(10)), zone)


@dataclass(frozen=True)
class Said:
    """A text filled in. parts: an SMS's length in parts at the very most, 0 for another channel."""

    subject: str
    body: str
    language: str
    parts: int


def said(
    session: Session,
    clinic: Clinic,
    sender: MessageSender,
    texts: Texts,
    code: str,
    channel: str,
    language: str,
    start: datetime,
) -> Said:
    """What a patient who wants a language reads about a time, as delivery makes it."""
    chosen = language_of(language, texts)
    subject, body = written_for(texts, chosen, channel)
    values = worst(session, clinic, sender, code, channel, chosen)
    parts = segments.count(fields.fill(body, values)).parts if channel == "sms" else 0
    local = to_local(start, clinic.zone)
    exact = {
        "dag": fields.day_text(local, chosen, long=channel != "sms"),
        "kl": fields.time_text(local),
        "svar": fields.answer_text(chosen, may_reply=sender.may_reply, offer=code == "offer"),
        "frist": fields.until_text(local, chosen, long=channel != "sms"),
    }
    values |= {name: text for name, text in exact.items() if name in values}
    return Said(fields.fill(subject, values), fields.fill(body, values), chosen, parts)


def worst(
    session: Session, clinic: Clinic, sender: MessageSender, code: str, channel: str, language: str
) -> dict[str, str]:
    """The longest that each field may say in a wording; a field that it has no value for is left
    out.
    """
    values = fields.longest(language, long=channel != "sms")
    values["svar"] = fields.answer_text(language, may_reply=sender.may_reply, offer=code == "offer")
    if code in lints.ANSWERS:
        del values["svar"]
    if code != "offer":
        del values["frist"]
    if code in _NO_TIME:
        del values["dag"], values["kl"]
    if code == _WHOSE:
        values["valg"] = _THREE_TIMES
    return values | {
        "sted": sender.place,
        "telefon": readable(clinic.phone),
        "klinik": clinic.name,
        "link": f"{session.ports['public_url']()}/mine-tider",
    }


def findings(
    session: Session,
    clinic: Clinic,
    sender: MessageSender,
    code: str,
    language: str,
    channel: str,
    text: Sequence[str],
) -> list[lints.Finding]:
    """What is found in one text: (subject, body)."""
    subject, body = text
    return lints.lint(
        body,
        channel=channel,
        language=language,
        worst=worst(session, clinic, sender, code, channel, language),
        clinic_name=clinic.name,
        may_link=sender.may_link,
        may_reply=sender.may_reply,
        code=code,
        subject=subject,
    )


def longest_sms(
    session: Session, clinic: Clinic, sender: MessageSender, code: str, language: str, body: str
) -> segments.Counted | None:
    """How long an SMS is at the most; None where it cannot be filled in."""
    try:
        return segments.count(
            fields.fill(body, worst(session, clinic, sender, code, "sms", language))
        )
    except fields.WordingError:
        return None
