"""Comparing and ordering names as a Danish reader would. Pure.

A database's own idea of upper case and order differs from one to the next, and often stops
at ASCII; so it only narrows the search, and this decides.
"""

import re
import unicodedata
from collections.abc import Sequence

_BREAK = re.compile(r"[\s\-.,]+")
# After z come æ, ø and å, and a double a is an å.
_LAST = str.maketrans({"æ": "{", "ä": "{", "ø": "|", "ö": "|", "å": "}"})


def parts(text: str) -> list[str]:
    """'Anne-Marie ØSTERGÅRD' -> ['anne', 'marie', 'østergård']."""
    folded = unicodedata.normalize("NFC", text).lower()
    return [part for part in _BREAK.split(folded) if part]


def matches(name: str, wanted: Sequence[str]) -> bool:
    """True if every wanted word (from `parts`) begins a part of the name."""
    held = parts(name)
    return all(any(part.startswith(word) for part in held) for word in wanted)


def narrowing(word: str) -> str:
    """A LIKE pattern (escape character backslash) that every name with the word matches.

    Letters outside ASCII match any character, since a database may not know their capitals.
    """
    letters = [
        f"\\{letter}" if letter in "%_\\" else letter if letter.isascii() else "_"
        for letter in word
    ]
    return f"%{''.join(letters)}%"


def danish_order(name: str) -> str:
    """A key that sorts Ærø after Zenia and Aagaard with Ågaard."""
    folded = unicodedata.normalize("NFC", name).lower()
    return folded.replace("aa", "å").translate(_LAST)
