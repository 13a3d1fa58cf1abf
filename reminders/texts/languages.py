"""Which language a patient is written to in. Pure."""

from collections.abc import Collection

FIRST = "da"
# Those whose standard texts and names of days are written and checked.
WRITTEN = ("da", "en")


def language_of(wanted: str, available: Collection[str]) -> str:
    """The language to write in: the one wanted (ISO 639-1, 'en-GB' counts as 'en') where a text
    has it, else English, else Danish. Raises ValueError where none of them is available.

    A patient who wants no known language is read to in English: more of those who do not have
    Danish understand it.
    """
    base = wanted.lower().replace("_", "-").split("-")[0]
    for one in (base, "en", FIRST) if base else (FIRST, "en"):
        if one in available:
            return one
    raise ValueError("a text in neither the language wanted, English nor Danish")
