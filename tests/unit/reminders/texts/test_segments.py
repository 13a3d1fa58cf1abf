"""How many parts an SMS is sent in, against a table and against packing it octet by octet."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reminders.texts.segments import BASIC, EXTENSION, count

FAMILY = "👨‍👩‍👧"  # three people and two joiners: 8 UTF-16 code units

# text, parts, units, encoding
TABLE = [
    ("", 0, 0, "GSM-7"),
    ("a", 1, 1, "GSM-7"),
    ("\n", 1, 1, "GSM-7"),
    ("Linje\r\nto", 1, 9, "GSM-7"),
    ("æøåÆØÅ", 1, 6, "GSM-7"),
    ("éöüÄÖÑß", 1, 7, "GSM-7"),
    ("@£$¥§¿¡¤", 1, 8, "GSM-7"),
    ("ΔΦΓΛΩΠΨΣΘΞ", 1, 10, "GSM-7"),
    ("\f", 1, 2, "GSM-7"),
    ("[]{}\\^~|€", 1, 18, "GSM-7"),
    ("kl. 9 [stuen]", 1, 15, "GSM-7"),
    ("a" * 160, 1, 160, "GSM-7"),
    ("a" * 161, 2, 161, "GSM-7"),
    ("å" * 160, 1, 160, "GSM-7"),
    ("å" * 161, 2, 161, "GSM-7"),
    ("€" * 80, 1, 160, "GSM-7"),
    ("€" * 81, 2, 162, "GSM-7"),
    ("a" * 159 + "€", 2, 161, "GSM-7"),
    ("a" * 158 + "€", 1, 160, "GSM-7"),
    ("a" * 306, 2, 306, "GSM-7"),
    ("a" * 307, 3, 307, "GSM-7"),
    ("a" * 459, 3, 459, "GSM-7"),
    ("a" * 460, 4, 460, "GSM-7"),
    ("a" * 152 + "€" + "a" * 152, 3, 306, "GSM-7"),  # the pair moves whole, one septet is lost
    ("a" * 152 + "€" + "a" * 151, 2, 305, "GSM-7"),
    ("a" * 151 + "€" + "a" * 153, 2, 306, "GSM-7"),
    ("€" * 152, 2, 304, "GSM-7"),  # 76 pairs to a part of 153
    ("€" * 153, 3, 306, "GSM-7"),
    ("’", 1, 1, "UCS-2"),
    ("–", 1, 1, "UCS-2"),
    ("á", 1, 1, "UCS-2"),
    ("í", 1, 1, "UCS-2"),
    ("ł", 1, 1, "UCS-2"),
    ("ş", 1, 1, "UCS-2"),
    ("ç", 1, 1, "UCS-2"),  # only the capital is in the alphabet
    ("`", 1, 1, "UCS-2"),
    ("\t", 1, 1, "UCS-2"),
    ("\N{NO-BREAK SPACE}", 1, 1, "UCS-2"),
    ("a\N{COMBINING RING ABOVE}", 1, 2, "UCS-2"),
    ("€ og ’", 1, 6, "UCS-2"),  # € is one unit here
    ("Пам'ятайте", 1, 10, "UCS-2"),
    ("موعدك", 1, 5, "UCS-2"),
    ("我" * 70, 1, 70, "UCS-2"),
    ("我" * 71, 2, 71, "UCS-2"),
    ("я" * 134, 2, 134, "UCS-2"),
    ("я" * 135, 3, 135, "UCS-2"),
    ("👍", 1, 2, "UCS-2"),
    ("👍" * 35, 1, 70, "UCS-2"),
    ("👍" * 36, 2, 72, "UCS-2"),
    ("👍" * 66, 2, 132, "UCS-2"),  # 33 pairs to a part of 67
    ("👍" * 67, 3, 134, "UCS-2"),
    ("я" * 66 + "👍" + "я" * 66, 3, 134, "UCS-2"),
    (FAMILY, 1, 8, "UCS-2"),
    ("1️⃣", 1, 3, "UCS-2"),
    ("🇩🇰", 1, 4, "UCS-2"),
    ("a" * 159 + "’", 3, 160, "UCS-2"),  # one character, two parts more
]


@pytest.mark.parametrize(("text", "parts", "units", "encoding"), TABLE)
def test_the_table(text: str, parts: int, units: int, encoding: str) -> None:
    counted = count(text)
    assert (counted.parts, counted.units, counted.encoding) == (parts, units, encoding)


def test_the_alphabet_has_127_characters_and_the_extension_ten() -> None:
    assert (len(BASIC), len(EXTENSION)) == (127, 10)


def test_the_characters_to_blame_are_named_once_in_order() -> None:
    assert count("Så’ – ja’").offending == ("’", "–")
    assert count("Så - ja").offending == ()


@pytest.mark.parametrize(
    ("text", "left"), [("", 160), ("a", 159), ("a" * 161, 145), ("’", 69), ("’" * 71, 63)]
)
def test_what_is_left_of_the_last_part(text: str, left: int) -> None:
    assert count(text).left == left


SEPTETS = (
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞ\x1bÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
ESCAPED = {"\f": 10, "^": 20, "{": 40, "}": 41, "\\": 47, "[": 60, "~": 61, "]": 62, "|": 64}
ESCAPED["€"] = 101


def pieces(text: str) -> tuple[list[bytes], int]:
    """Each character in the bytes it is sent as (a byte a septet), and the bytes of a unit."""
    gsm = []
    for char in text:
        if char in ESCAPED:
            gsm.append(bytes([27, ESCAPED[char]]))
        elif char in SEPTETS and char != "\x1b":
            gsm.append(bytes([SEPTETS.index(char)]))
        else:
            return [one.encode("utf-16-be", "surrogatepass") for one in text], 2
    return gsm, 1


def sent(text: str) -> list[bytes]:
    """The parts themselves; 140 octets in all, 6 of them a header where there are several."""
    chars, unit = pieces(text)
    whole = b"".join(chars)
    if len(whole) <= (140 if unit == 2 else 140 * 8 // 7):
        return [whole] if whole else []
    room = 134 if unit == 2 else (140 * 8 - 7 * 7) // 7
    parts = []
    while chars:
        taken = max(n for n in range(len(chars) + 1) if len(b"".join(chars[:n])) <= room)
        parts.append(b"".join(chars[:taken]))
        chars = chars[taken:]
    return parts


NEAR = st.sampled_from([66, 67, 69, 70, 133, 134, 151, 152, 153, 159, 160, 305, 306])
LONG = st.builds(
    lambda fill, times, rest, more: fill * times + rest + fill * more,
    st.sampled_from("aå€я👍[’"),
    NEAR,
    st.text(st.sampled_from("aå€\f|я👍’\n"), max_size=4),
    NEAR,
)


@given(st.one_of(st.text(max_size=90), LONG, st.text(st.sampled_from("aå€[я👍"), max_size=200)))
def test_it_is_what_packing_it_gives(text: str) -> None:
    counted, parts = count(text), sent(text)
    unit = pieces(text)[1]
    assert counted.parts == len(parts)
    assert counted.units * unit == sum(len(part) for part in parts)
    assert counted.encoding == ("UCS-2" if unit == 2 else "GSM-7")
    if len(parts) > 1:
        assert counted.left == (67 if unit == 2 else 153) - len(parts[-1]) // unit
