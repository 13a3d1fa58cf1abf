"""What is wrong with a text to patients, or perhaps not meant. Pure."""

import re
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Literal

from reminders.texts import fields, segments

Severity = Literal["error", "warning"]

# The wordings of these codes ask for an answer.
ASK = frozenset({"booked", "offered", "moved", "reminder", "reminder_last"})
# Those of these answer somebody who wrote, who can thus write again; two of them are about STOP.
ANSWERS = frozenset(
    [
        "stop_confirmed",
        "start_confirmed",
        "whose",
        "done_confirm",
        "done_cancel",
        "offer_taken",
        "offer_declined",
        "offer_over",
        "done_new_time",
        "not_understood",
        "number_unknown",
        "too_late",
    ]
)
ABOUT_STOP = frozenset({"stop_confirmed", "start_confirmed"})
# What Twilio acts on by itself when it is all that somebody answers.
OPT_OUT = frozenset(
    ["CANCEL", "END", "QUIT", "STOP", "STOPALL", "UNSUBSCRIBE", "REVOKE", "OPTOUT", "ARRET"]
)
OPT_IN = frozenset({"YES", "START", "UNSTOP"})

# A character that GSM-7 does not hold -> one that says the same. Others have no good one.
REPLACEMENTS: Mapping[str, str] = {
    "’": "'", "‘": "'", "´": "'", "`": "'", "“": '"', "”": '"', "„": '"', "«": '"', "»": '"',
    "–": "-", "—": "-", "‑": "-", "−": "-", "…": "...", "•": "-", "·": "-", "→": "->", "×": "x",
    "\N{NO-BREAK SPACE}": " ", "\N{NARROW NO-BREAK SPACE}": " ", "\N{THIN SPACE}": " ", "\t": " ",
    "\N{ZERO WIDTH SPACE}": "", "\N{SOFT HYPHEN}": "", "½": "1/2", "á": "a", "â": "a",
    "í": "i", "ó": "o", "ú": "u", "ý": "y", "ê": "e", "ë": "e", "ç": "c", "ã": "a", "õ": "o",
}  # fmt: skip

# Languages that GSM-7 has no letters for: each of their texts is sent in UCS-2.
OTHER_LETTERS = frozenset(
    [
        "am",
        "ar",
        "bg",
        "bn",
        "ckb",
        "fa",
        "he",
        "hi",
        "ja",
        "ko",
        "mk",
        "ne",
        "pa",
        "ps",
        "ru",
        "sr",
        "ta",
        "th",
        "ti",
        "uk",
        "ur",
        "zh",
    ]
)

_TABLE = Path(__file__).with_name("revealing.toml")
_ASKING = re.compile(r"(?<!\{)\b(svar|skriv|send|sms|reply|text|answer|respond)\b", re.IGNORECASE)
_REPLY = re.compile(
    r"(?<!\{)\b(?i:svar|skriv|send|reply|text|answer|respond)\b\W{0,3}(med |tilbage |with |back )?"
    r"\W{0,3}(\d\b|[A-ZÆØÅ]{2,}\b|ja\b|nej\b)"
)
_LINK = re.compile(
    r"https?://|\bwww\.|\b[a-z0-9][a-z0-9-]*\.(dk|com|org|net|eu|nu|info|io|se|no|de|uk|ly)\b",
    re.IGNORECASE,
)
_CPR = re.compile(r"(?<![\d+])(0[1-9]|[12]\d|3[01])(0\d|1[0-2])\d\d[- ]?\d{4}(?!\d)")
_KEYS = tuple(re.compile(rf"(?<!\d){key}\b") for key in "123")


@dataclass(frozen=True)
class Revealing:
    """Words that tell of an illness: wherever they stand, at a word's beginning, or alone."""

    anywhere: frozenset[str]
    beginning: frozenset[str]
    whole: frozenset[str]
    harmless: frozenset[str]

    def found_in(self, text: str) -> tuple[str, ...]:
        """The words of a text that tell of an illness, as they are written, each once."""
        words = dict.fromkeys(re.findall(r"[^\W\d_]+(?:-[^\W\d_]+)*", text))
        return tuple(word for word in words if self._tells(word.casefold()))

    def _tells(self, word: str) -> bool:
        if word in self.harmless:
            return False
        pieces = word.split("-")
        return (
            any(stem in word for stem in self.anywhere)
            or any(one.startswith(stem) for one in pieces for stem in self.beginning)
            or not self.whole.isdisjoint(pieces)
        )


@dataclass(frozen=True)
class Finding:
    """One thing found. An error keeps a text from being published; a warning is shown.

    details: what the page names: 'fields', 'words', 'characters' with 'replacements', 'parts'.
    """

    code: str
    severity: Severity
    details: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True)
class Text:
    """What is asked about. subject: '' where the channel has none; it is read with the body.

    code: of the wording. worst: field -> the longest it may say; a field not there has no value in
    such a message.
    """

    body: str
    channel: str
    language: str
    worst: Mapping[str, str]
    clinic_name: str
    may_link: bool
    may_reply: bool
    code: str = ""
    subject: str = ""

    @property
    def whole(self) -> str:
        """All that is read."""
        return f"{self.subject}\n{self.body}" if self.subject else self.body


@cache
def shipped() -> Revealing:
    """The words that tell of an illness, from `revealing.toml`."""
    table = tomllib.loads(_TABLE.read_text(encoding="utf-8"))
    return Revealing(**{name: frozenset(words) for name, words in table.items()})


def lint(
    text: str,
    *,
    channel: str,
    language: str,
    worst: Mapping[str, str],
    clinic_name: str,
    may_link: bool,
    may_reply: bool,
    code: str = "",
    subject: str = "",
    revealing: Revealing | None = None,
) -> list[Finding]:
    """Everything found in one text, errors first; the arguments are `Text`'s.

    Errors: empty, no_subject, unknown_field, sensitive_field, no_value, cpr, reveals,
    clinic_reveals, place_reveals, link_refused, cannot_be_answered, opt_out_word, opt_in_word,
    svar_outside_sms. Warnings: over_one_part, ucs2 (not where the language's own letters need it),
    ucs2_from_fields, reply_keys_missing, time_missing.
    """
    asked = Text(text, channel, language, worst, clinic_name, may_link, may_reply, code, subject)
    found = list(_findings(asked, revealing or shipped()))
    return sorted(found, key=lambda one: one.severity)


def lint_languages(
    texts: Mapping[str, Mapping[str, Sequence[str]]], required: Sequence[str]
) -> list[Finding]:
    """What is missing in a wording as a whole, texts[language][channel] = (subject, body).

    Errors: missing_language (of those required: details 'languages'), missing_sms (the other
    channels fall back on it).
    """
    without = tuple(one for one in required if not texts.get(one))
    no_sms = tuple(
        one for one, by_channel in texts.items() if by_channel and "sms" not in by_channel
    )
    found = [("missing_language", without), ("missing_sms", no_sms)]
    return [Finding(code, "error", {"languages": which}) for code, which in found if which]


def _findings(asked: Text, revealing: Revealing) -> Iterator[Finding]:
    if not asked.body.strip():
        yield Finding("empty", "error")
        return
    if asked.channel in ("email", "letter", "digital_post") and not asked.subject.strip():
        yield Finding("no_subject", "error")
    yield from _of_fields(asked)
    yield from _of_secrets(asked, revealing)
    if asked.channel == "sms":
        yield from _of_answers(asked)
        yield from _of_length(asked)
        if not asked.may_link and ("link" in _fields(asked) or _LINK.search(asked.whole)):
            yield Finding("link_refused", "error")
    elif "svar" in _fields(asked):
        yield Finding("svar_outside_sms", "error")


def _fields(asked: Text) -> list[str]:
    return fields.fields_in(asked.whole)


def _of_fields(asked: Text) -> Iterator[Finding]:
    found = _fields(asked)
    sensitive = tuple(one for one in found if one.casefold() in fields.FORBIDDEN)
    unknown = tuple(one for one in found if one not in fields.FIELDS and one not in sensitive)
    valueless = tuple(one for one in found if one in fields.FIELDS and one not in asked.worst)
    codes = {"sensitive_field": sensitive, "unknown_field": unknown, "no_value": valueless}
    for code, which in codes.items():
        if which:
            yield Finding(code, "error", {"fields": which})


def _of_secrets(asked: Text, revealing: Revealing) -> Iterator[Finding]:
    """Who the patient is, never; what is wrong with them, only where the post is sealed."""
    if _CPR.search(asked.whole):
        yield Finding("cpr", "error")
    if asked.channel in ("letter", "digital_post"):
        return
    named = asked.clinic_name and asked.clinic_name.casefold() in asked.whole.casefold()
    by_name = revealing.found_in(asked.clinic_name)
    if by_name and (named or "klinik" in _fields(asked)):
        yield Finding("clinic_reveals", "error", {"words": by_name})
    place = revealing.found_in(asked.worst.get("sted", ""))
    if place and "sted" in _fields(asked):
        yield Finding("place_reveals", "error", {"words": place})
    words = tuple(one for one in revealing.found_in(asked.whole) if not (named and one in by_name))
    if words:
        yield Finding("reveals", "error", {"words": words})


def _of_answers(asked: Text) -> Iterator[Finding]:
    can_write = asked.may_reply or asked.code in ANSWERS
    if not can_write and _REPLY.search(asked.whole):
        yield Finding("cannot_be_answered", "error")
    allowed = {"STOP", "START"} if asked.code in ABOUT_STOP else set()
    words = {
        word.upper()
        for sentence in re.split(r"[.!?\n]", asked.whole)
        if _ASKING.search(sentence)
        for word in re.findall(r"\w+", sentence)
        if _meant(word)
    } - allowed
    for code, group in (("opt_out_word", OPT_OUT), ("opt_in_word", OPT_IN)):
        if words & group:
            yield Finding(code, "error", {"words": tuple(sorted(words & group))})
    if asked.code in ASK and not {"dag", "kl"} <= set(_fields(asked)):
        yield Finding("time_missing", "warning")
    keys = "svar" in _fields(asked) or all(key.search(asked.whole) for key in _KEYS)
    if asked.code in ASK and asked.may_reply and not keys:
        yield Finding("reply_keys_missing", "warning")


def _meant(word: str) -> bool:
    """Whether a word is one to answer with; 'end' and 'start' in small letters are plain Danish."""
    upper = word.upper()
    return upper in OPT_OUT | OPT_IN and (word.isupper() or upper not in ("END", "START"))


def _of_length(asked: Text) -> Iterator[Finding]:
    own = dict.fromkeys(char for char in asked.whole if not segments.in_gsm(char))
    if own and asked.language not in OTHER_LETTERS:
        better = {char: REPLACEMENTS[char] for char in own if char in REPLACEMENTS}
        yield Finding("ucs2", "warning", {"characters": tuple(own), "replacements": better})
    try:
        counted = segments.count(fields.fill(asked.whole, asked.worst))
    except fields.WordingError:
        return  # told of already; no length is known
    others = tuple(char for char in counted.offending if char not in own)
    if others:
        by = tuple(one for one in _fields(asked) if not set(others).isdisjoint(asked.worst[one]))
        yield Finding("ucs2_from_fields", "warning", {"characters": others, "fields": by})
    if counted.parts > 1:
        yield Finding("over_one_part", "warning", {"parts": counted.parts, "units": counted.units})
