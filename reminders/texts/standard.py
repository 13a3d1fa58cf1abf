"""The wordings that come with Rettid, in Danish and English, from `standard_<language>.toml`. Pure.

Other languages are left out rather than half right: who has one of them is written to in English.
"""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from reminders.texts.languages import WRITTEN


@dataclass(frozen=True)
class Text:
    """A text with its fields open. subject: '' for SMS and voice.

    An empty line divides paragraphs. A voice text is read once the birth date is proven.
    """

    subject: str
    body: str


ByChannel = Mapping[str, Text]


def texts_of(code: str) -> dict[str, dict[str, list[str]]]:
    """A wording as a version keeps it: texts[language][channel] = [subject, body].

    Raises KeyError for a code that does not come with Rettid.
    """
    return {
        language: {channel: [text.subject, text.body] for channel, text in by_channel.items()}
        for language, by_channel in STANDARD[code].items()
    }


def _read(language: str) -> dict[str, Any]:
    path = Path(__file__).with_name(f"standard_{language}.toml")
    return tomllib.loads(path.read_text(encoding="utf-8"))


def _texts(table: Mapping[str, Any]) -> ByChannel:
    """SMS and voice are strings; the others have a subject and a body."""
    return {
        channel: Text("", said)
        if isinstance(said, str)
        else Text(said["subject"], said["body"].strip())
        for channel, said in table.items()
        if channel != "name"
    }


_TABLES: Final = {language: _read(language) for language in WRITTEN}

# Code -> the wording's name, in Danish: it becomes the clinic's own to change.
NAMES: Final[Mapping[str, str]] = {code: said["name"] for code, said in _TABLES["da"].items()}

# STANDARD[code][language][channel], every code in every language.
STANDARD: Final[Mapping[str, Mapping[str, ByChannel]]] = {
    code: {language: _texts(_TABLES[language][code]) for language in WRITTEN} for code in NAMES
}
