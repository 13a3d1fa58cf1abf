"""Numbers as other systems write them. Pure."""

import re
from decimal import Decimal

LONGEST = 40

_FLOATING = re.compile(r"[+-]?\d+(?:[.,]\d*)?(?:[eE][+-]?\d{1,3})?", re.ASCII)


def written_out(text: str) -> str:
    """A number in floating-point notation, written out exactly; anything else as it stands.

    '2.98725E+13' -> '29872500000000', '9377952927E-5' -> '93779.52927', '12.0' -> '12'. Digits
    only stay as they are, leading zeros too. Nothing is rounded, but digits that whoever wrote
    the notation left out do not come back. A number longer than LONGEST stays as it stands.
    """
    if text.isdecimal() or _FLOATING.fullmatch(text) is None:
        return text
    number = Decimal(text.replace(",", "."))
    if abs(number.adjusted()) > LONGEST:
        return text
    plain = format(number, "f")
    if "." in plain:
        plain = plain.rstrip("0").rstrip(".")
    return plain.removeprefix("+")
