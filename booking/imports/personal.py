"""Telling texts that point to a person: a CPR number, a phone number, an e-mail address. Pure."""

import re

from booking.people import cpr

_EMAIL = re.compile(r"[^\s@]+@[^\s@]+\.\w{2,}")
_FOREIGN_PHONE = re.compile(r"\+[1-9](?:[ -]?[0-9]){7,13}(?![0-9])")
_SPACED_PHONE = re.compile(r"(?<![0-9])[2-9][0-9](?: [0-9]{2}){3}(?![0-9])")
_PHONE = re.compile(r"(?<![0-9])(?:0045 ?)?[2-9][0-9](?: ?[0-9]{2}){3}(?![0-9])")


def in_text(text: str) -> bool:
    """True if anything in a text reads as a CPR number, a phone number or an e-mail address."""
    return in_key(text) or _PHONE.search(text) is not None


def in_key(key: str) -> bool:
    """As `in_text`, but eight bare digits may be the number of anything."""
    signs = (_EMAIL, _FOREIGN_PHONE, _SPACED_PHONE)
    return cpr.in_text(key) or any(sign.search(key) for sign in signs)
