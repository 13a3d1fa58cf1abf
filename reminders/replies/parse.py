"""What a short answer means. Pure.

Only a text that is nothing but words we know, all of one meaning, is acted on; every other text is
for a person to read. A time is given up by '2' and by 'afbud', and by no sentence that has a 2 in
it.
"""

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

Meaning = Literal["confirm", "cancel", "new_time", "stop", "start", "which", "other"]

LETTERS = "ABCDEF"

# The English ones under 'stop' and 'start' are those that Twilio acts on by itself, CANCEL among
# them: nobody is asked to answer with it, and whoever does is taken at Twilio's word. YES is one of
# Twilio's words for START too; here it is the answer to a question about a time.
_WORDS: Mapping[Meaning, str] = {
    "confirm": "1, ja, jep, jo, ok, okay, oki, yes, bekræft, bekræfter, bekræftet, "
    "jeg bekræfter, jeg kommer, kommer",
    "cancel": "2, afbud, meld afbud, melder afbud, jeg melder afbud, aflys, aflyse, aflyst, "
    "aflys tid, aflys tiden, can t come, cant come",
    "new_time": "3, ny tid, nytid, en ny tid, anden tid, en anden tid, flyt, flyt tid, flyt tiden, "
    "new time",
    "stop": "stop, stop sms, stop all, stopall, unsubscribe, cancel, end, quit, revoke, optout, "
    "opt out, afmeld, afmeld sms, frameld",
    "start": "start, start sms, unstop, tilmeld, tilmeld sms",
}
_MEANINGS: dict[tuple[str, ...], Meaning] = {
    tuple(phrase.split()): meaning
    for meaning, phrases in _WORDS.items()
    for phrase in phrases.split(", ")
}
_LENGTHS = sorted({len(phrase) for phrase in _MEANINGS}, reverse=True)
# Said along with an answer, and no part of it.
_COURTESY = frozenset({"svar", "tak", "hej", "mvh", "thanks", "please"})
_NO = frozenset({"2", "nej", "no", "2 nej", "no thank you"})
_QUESTION = frozenset("?؟")


@dataclass(frozen=True)
class Understood:
    """What was answered. letter: 'A'…'F' where the meaning is 'which', else ''."""

    meaning: Meaning
    letter: str = ""


OTHER = Understood("other")


def understand(text: str) -> Understood:
    """What a text means, whatever its capitals, digits, quotes, full stops and emoji."""
    text = unicodedata.normalize("NFKC", text)
    words = [word for word in _plain(text).split() if word not in _COURTESY]
    understood = _letter(words) or Understood(_meaning(words))
    asks = not _QUESTION.isdisjoint(text)
    return OTHER if asks and understood.meaning != "stop" else understood


def to_offer(text: str) -> Literal["take", "no", ""]:
    """What a text says to the offer of a freed time; '' for anything but a plain yes or no.

    'AFBUD' is no answer to it: that is about the time the patient has.
    """
    if understand(text).meaning == "confirm":
        return "take"
    if not _QUESTION.isdisjoint(text):
        return ""
    words = " ".join(word for word in _plain(text).split() if word not in _COURTESY)
    return "no" if words in _NO else ""


def _letter(words: list[str]) -> Understood | None:
    if len(words) == 1 and len(words[0]) == 1 and words[0].upper() in LETTERS:
        return Understood("which", words[0].upper())
    return None


def _meaning(words: list[str]) -> Meaning:
    """The one meaning of all the words; '2/2' is a day, and no answer twice."""
    if sum(word.isdigit() for word in words) > 1:
        return "other"
    meanings: set[Meaning] = set()
    while words:
        length = next((n for n in _LENGTHS if tuple(words[:n]) in _MEANINGS), 0)
        if not length:
            return "other"
        meanings.add(_MEANINGS[tuple(words[:length])])
        words = words[length:]
    return meanings.pop() if len(meanings) == 1 else "other"


def _plain(text: str) -> str:
    """Letters and digits, in small letters, with spaces for all that is neither."""
    text = unicodedata.normalize("NFKC", text.upper().casefold())
    return "".join(_kept(char) for char in text)


def _kept(char: str) -> str:
    kind = unicodedata.category(char)
    if kind == "Nd":
        return str(unicodedata.decimal(char))
    if kind.startswith("L"):
        return char
    return "" if kind in ("Mn", "Me", "Cf") else " "
