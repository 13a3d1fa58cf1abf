"""A wording's texts: in each language, by channel, a subject and a body. Pure."""

from collections.abc import Mapping, Sequence
from typing import Final

from reminders.texts import fields

# texts[language][channel] = (subject, body).
Texts = Mapping[str, Mapping[str, Sequence[str]]]

_TIME: Final = frozenset({"dag", "kl"})


def written_for(texts: Texts, language: str, channel: str) -> tuple[str, str]:
    """Subject and body for a channel; one with no text of its own is given the SMS's."""
    by_channel = texts[language]
    subject, body = by_channel.get(channel) or by_channel["sms"]
    return subject, body


def names_the_time(texts: Texts) -> bool:
    """Whether any of a wording's texts has a field about a time."""
    return any(
        not _TIME.isdisjoint(fields.fields_in(part))
        for by_channel in texts.values()
        for text in by_channel.values()
        for part in text
    )
