"""Letters: what is sent lies in the print queue until staff have printed and posted it."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Protocol

import typst
from flask_babel import force_locale
from flask_babel import gettext as _

from booking.calendar.models import Clinic
from booking.people.models import Patient
from booking.platform.clock import SystemClock
from booking.platform.i18n import long_day
from booking.platform.localtime import local_date
from booking.platform.phone import readable
from booking.referrals.letter_parts import typeset, typeset_together
from reminders.channels.port import Found, NotAccepted, Outgoing, Receipt
from reminders.policies.steps import Channel as ChannelCode


class About(Protocol):
    """Whose letter it is, and from whom."""

    @property
    def clinic(self) -> Clinic:
        """Who writes."""
        ...

    @property
    def patient(self) -> Patient:
        """Who is written to."""
        ...


class Written(Protocol):
    """A letter in the queue, as an attempt keeps it. to: the postal address without the name."""

    @property
    def to(self) -> str: ...

    @property
    def language(self) -> str: ...

    @property
    def subject(self) -> str: ...

    @property
    def body(self) -> str: ...

    @property
    def message(self) -> About: ...


class LetterChannel:
    """The print queue. The attempt itself is the place in the queue."""

    code: ChannelCode = "letter"
    provider = "print"

    def send(self, outgoing: Outgoing) -> Receipt:
        """It waits to be printed from now on.

        Raises NotAccepted('unprintable') where it holds a script that our fonts do not have: found
        here, it is one letter that fails; at the printer it would hold up all the others.
        """
        try:
            typeset(
                _content(
                    outgoing.subject,
                    outgoing.body,
                    outgoing.language,
                    [outgoing.recipient, *_lines(outgoing.to)],
                ),
                SystemClock().now(),
            )
        except typst.TypstError:
            raise NotAccepted("unprintable") from None
        return Receipt(f"print:{outgoing.attempt}")

    def find(self, outgoing: Outgoing, since: datetime, known: Sequence[str]) -> Found | None:
        """A process that died between claim and record left it out of the queue: not found."""
        return None


def print_together(letters: Sequence[Written], at: datetime) -> bytes:
    """These letters as one tagged PDF (PDF/UA-1), each on sheets of its own; at least one.

    at: when it is printed, which the letters are dated by. Each is in the language it was
    written in; what stands around a text that is neither Danish nor English is English.
    """
    return typeset_together([_letter(one, at) for one in letters], _("Breve til print"), at)


def _letter(attempt: Written, at: datetime) -> dict[str, Any]:
    clinic, language = attempt.message.clinic, attempt.language
    locale = "da" if language == "da" else "en"
    to = [attempt.message.patient.name, *_lines(attempt.to)]
    with force_locale(locale):
        return _content(attempt.subject, attempt.body, language, to) | {
            "sender": [
                clinic.name,
                _("Telefon %(phone)s", phone=readable(clinic.phone)),
                clinic.hours_text(locale),
            ],
            "date": long_day(local_date(at, clinic.zone)),
            "footer": clinic.name,
            "page": _("Side"),
        }


def _content(subject: str, body: str, language: str, to: list[str]) -> dict[str, Any]:
    first, *others = _paragraphs(body) or [""]
    return {
        "lang": language,
        "title": subject,
        "heading": subject,
        "sender": [],
        "recipient": to,
        "date": "",
        "intro": first,
        "facts": [],
        "sections": [{"paragraphs": others}] if others else [],
        "footer": "",
        "page": "",
    }


def _paragraphs(body: str) -> list[str]:
    """An empty line divides paragraphs."""
    blocks = "\n".join(line.strip() for line in body.splitlines()).split("\n\n")
    return [" ".join(block.split()) for block in blocks if block.strip()]


def _lines(address: str) -> list[str]:
    return [line.strip() for line in address.splitlines() if line.strip()]
