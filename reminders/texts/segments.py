"""How many parts an SMS is sent in. Pure.

By 3GPP TS 23.038 (the GSM 7-bit default alphabet and its extension table, and UCS-2) and TS 23.040
(the 6-octet header of a part). The national shift tables of TS 23.038 are not used: neither Twilio
nor the Danish operators do. A character beyond UCS-2 is sent as UTF-16, as every phone reads it.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

Encoding = Literal["GSM-7", "UCS-2"]

BASIC = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
EXTENSION = frozenset("\f^{}\\[~]|€")
# Units that one part holds when alone, and in each of several, beside the header.
_ROOM: dict[Encoding, tuple[int, int]] = {"GSM-7": (160, 153), "UCS-2": (70, 67)}


@dataclass(frozen=True)
class Counted:
    """How a text is sent.

    parts: messages paid for; 0 for an empty text. units: septets in GSM-7 (an extension character
    is two), UTF-16 code units in UCS-2. offending: the characters that GSM-7 does not hold, each
    once, in the order met. left: units still free in the last part.
    """

    parts: int
    units: int
    encoding: Encoding
    offending: tuple[str, ...]
    left: int


def count(text: str) -> Counted:
    """How a text is sent, as it stands: nothing is replaced, shortened or trimmed.

    A character of two units is never divided between two parts, which may leave a unit unused.
    """
    offending = tuple(dict.fromkeys(char for char in text if not in_gsm(char)))
    encoding: Encoding = "UCS-2" if offending else "GSM-7"
    widths = [_width(char, encoding) for char in text]
    alone, each = _ROOM[encoding]
    units = sum(widths)
    if units <= alone:
        return Counted(min(units, 1), units, encoding, offending, alone - units)
    parts, used = _pack(widths, each)
    return Counted(parts, units, encoding, offending, each - used)


def in_gsm(char: str) -> bool:
    """Whether the GSM 7-bit default alphabet or its extension table has a character."""
    return char in BASIC or char in EXTENSION


def _width(char: str, encoding: Encoding) -> int:
    if encoding == "GSM-7":
        return 2 if char in EXTENSION else 1
    return 2 if ord(char) > 0xFFFF else 1


def _pack(widths: Iterable[int], room: int) -> tuple[int, int]:
    """How many parts are filled, and how much of the last."""
    parts, used = 1, 0
    for width in widths:
        if used + width > room:
            parts, used = parts + 1, 0
        used += width
    return parts, used
