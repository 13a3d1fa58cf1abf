"""A wording with its fields filled in. Pure.

A wording is plain text with fields in braces, '{dag}'; a brace of its own is written twice.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Final

from reminders.texts.languages import language_of

# Code -> what it says, in Danish; the pages show it through the catalogue.
FIELDS: Final[Mapping[str, str]] = {
    "dag": "Dagen, fx tirsdag 24/11",
    "kl": "Klokkeslættet, fx 09.30",
    "sted": "Stedet, som klinikken kalder det i beskeder",
    "telefon": "Klinikkens telefonnummer",
    "link": "Adressen på patientens egen side",
    "klinik": "Klinikkens navn",
    "svar": "Hvordan man svarer: 1, 2 eller 3; ellers at beskeden ikke kan besvares",
    "valg": "De tider, der spørges om, hver med sit bogstav",
    "frist": "Hvornår et tilbud senest kan besvares, fx tirsdag 24/11 kl. 09.30",
}
# Fields that someone may think of, and that no message may have.
FORBIDDEN: Final = frozenset(
    [
        "navn",
        "fornavn",
        "efternavn",
        "cpr",
        "cprnummer",
        "cpr_nummer",
        "personnummer",
        "fødselsdag",
        "fødselsdato",
        "alder",
        "adresse",
        "diagnose",
        "sygdom",
        "behandling",
        "undersøgelse",
        "henvisning",
        "medicin",
        "prøvesvar",
        "name",
        "first_name",
        "last_name",
        "birth_date",
        "address",
        "diagnosis",
        "disease",
        "treatment",
    ]
)

_WEEKDAYS: Final[Mapping[str, tuple[str, ...]]] = {
    "da": ("mandag", "tirsdag", "onsdag", "torsdag", "fredag", "lørdag", "søndag"),
    "en": ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"),
}
_MONTHS: Final[Mapping[str, tuple[str, ...]]] = {
    "da": (
        "januar",
        "februar",
        "marts",
        "april",
        "maj",
        "juni",
        "juli",
        "august",
        "september",
        "oktober",
        "november",
        "december",
    ),
    "en": (
        "January",
        "February",
        "March",
        "April",
        "May",
        "June",
        "July",
        "August",
        "September",
        "October",
        "November",
        "December",
    ),
}
_ANSWERS: Final[Mapping[str, tuple[str, str]]] = {  # where it can be answered, and where not
    "da": ("Svar 1=ja, 2=afbud, 3=ny tid.", "Beskeden kan ikke besvares."),
    "en": ("Reply 1=OK, 2=can't come, 3=new time.", "You cannot reply to this."),
}
# To the offer of a freed time: to take it or leave it is all there is.
_ANSWERS_TO_OFFER: Final[Mapping[str, str]] = {
    "da": "Svar 1=ja, 2=nej.",
    "en": "Reply 1=yes, 2=no.",
}
_UNTIL: Final[Mapping[str, str]] = {"da": "{day} kl. {clock}", "en": "{day} at {clock}"}
# What is added to a message that tells of several times: kind -> what stands before them.
_MORE: Final[Mapping[str, Mapping[str, str]]] = {
    "da": {"": "Du har også", "moved": "Dine andre nye tider", "cancelled": "Også aflyst"},
    "en": {"": "You also have", "moved": "Your other new times", "cancelled": "Also cancelled"},
}
_LEFT_OUT: Final[Mapping[str, str]] = {
    "da": "og {count} til, se {link}", "en": "and {count} more, see {link}",
}  # fmt: skip
_ANSWER_TO_FIRST: Final[Mapping[str, str]] = {
    "da": "Dit svar gælder kun den første tid.",
    "en": "Your reply is about the first only.",
}
MOST_LISTED = 6  # on a telephone: two more parts of an SMS
_TOKEN = re.compile(r"\{\{|\}\}|\{([^{}]*)\}|[{}]")


class WordingError(ValueError):
    """A wording cannot be filled in. field: what was between the braces, or a brace alone."""

    def __init__(self, field: str) -> None:
        super().__init__(field)
        self.field = field


class UnknownField(WordingError):
    """No field of that name, or a brace that neither opens nor closes one."""


class MissingValue(WordingError):
    """A field that this message has no value for."""


def fields_in(text: str) -> list[str]:
    """What stands between braces, each once, known or not; '{' or '}' for a brace alone."""
    return list(dict.fromkeys(field for _before, field in _tokens(text) if field is not None))


def fill(text: str, values: Mapping[str, str]) -> str:
    """A text with its fields filled in; '{{' and '}}' become braces, values stand as they are.

    Raises UnknownField, and MissingValue where a field of the text has no value.
    """
    parts = []
    for before, field in _tokens(text):
        parts.append(before)
        if field is None:
            continue
        if field not in FIELDS:
            raise UnknownField(field)
        if field not in values:
            raise MissingValue(field)
        parts.append(values[field])
    return "".join(parts)


def day_text(start_local: datetime, language: str, *, long: bool = False) -> str:
    """The day of a local time: 'tirsdag 24/11', 'Tuesday 24 Nov'; in GSM-7 alone.

    long, for what is read aloud or printed: 'tirsdag den 24. november 2026', 'Tuesday 24 November
    2026'. A language whose days are not written here is given them in English.
    """
    language = language_of(language, _WEEKDAYS)
    weekday = _WEEKDAYS[language][start_local.weekday()]
    month = _MONTHS[language][start_local.month - 1]
    if language == "da":
        if long:
            return f"{weekday} den {start_local.day}. {month} {start_local.year}"
        return f"{weekday} {start_local.day}/{start_local.month}"
    if long:
        return f"{weekday} {start_local.day} {month} {start_local.year}"
    return f"{weekday} {start_local.day} {month[:3]}"


def time_text(start_local: datetime) -> str:
    """A local time on the 24-hour clock: '09.30'."""
    return f"{start_local:%H.%M}"


def until_text(end_local: datetime, language: str, *, long: bool = False) -> str:
    """The end of a time limit: 'tirsdag 24/11 kl. 09.30'."""
    day = day_text(end_local, language, long=long)
    return _UNTIL[language_of(language, _UNTIL)].format(day=day, clock=time_text(end_local))


def more_text(
    times_local: Sequence[datetime],
    kind: str,
    language: str,
    link: str,
    *,
    lines: bool,
    reply: bool,
) -> str:
    """What is added to a message that tells of other times too; '' where there are none.

    lines: each on a line of its own, all of them, for what is read on paper or a screen; else in
    one sentence, and no more than MOST_LISTED of them. reply: the message can be answered.
    """
    if not times_local:
        return ""
    language = language_of(language, _MORE)
    words = _MORE[language]
    before = words.get(kind, words[""])
    if lines:
        told = [f"- {until_text(one, language, long=True)}" for one in times_local]
        return "\n".join(["", "", f"{before}:", *told])
    told = [until_text(one, language) for one in times_local[:MOST_LISTED]]
    left_out = len(times_local) - len(told)
    if left_out:
        told.append(_LEFT_OUT[language].format(count=left_out, link=link))
    only = f" {_ANSWER_TO_FIRST[language]}" if reply and kind != "cancelled" else ""
    return f" {before}: {', '.join(told)}.{only}"


def answer_text(language: str, *, may_reply: bool, offer: bool = False) -> str:
    """What {svar} says: the three answers, the two to an offer, or that nobody reads an answer."""
    if offer and may_reply:
        return _ANSWERS_TO_OFFER[language_of(language, _ANSWERS_TO_OFFER)]
    can, cannot = _ANSWERS[language_of(language, _ANSWERS)]
    return can if may_reply else cannot


def longest(language: str, *, long: bool = False) -> dict[str, str]:
    """The longest that each field about the time and the answer can say in a language.

    Place, telephone, link, clinic and choices are the caller's to add.
    """
    days = [datetime(2026, month, day) for month in range(1, 13) for day in range(22, 29)]  # noqa: DTZ001 - a wall clock
    return {
        "dag": max((day_text(day, language, long=long) for day in days), key=len),
        "kl": "00.00",
        "frist": max((until_text(day, language, long=long) for day in days), key=len),
        "svar": max((answer_text(language, may_reply=may) for may in (True, False)), key=len),
    }


# Language -> the worst of each field that does not depend on the clinic, for an SMS.
WORST: Final[Mapping[str, Mapping[str, str]]] = {one: longest(one) for one in _WEEKDAYS}


def _tokens(text: str) -> Iterator[tuple[str, str | None]]:
    """Pieces of plain text, each with the field that follows it; None where none does."""
    at = 0
    for match in _TOKEN.finditer(text):
        before, token = text[at : match.start()], match.group()
        at = match.end()
        if token in ("{{", "}}"):
            yield before + token[0], None
        else:
            yield before, match.group(1) if match.group(1) is not None else token
    yield text[at:], None
