"""Telephone numbers in one notation. Pure."""

import phonenumbers


def e164(text: str) -> str | None:
    """A number as typed, Danish unless it begins with +, in E.164 ('+4520301020'); else None."""
    try:
        number = phonenumbers.parse(text, "DK")
    except phonenumbers.NumberParseException:
        return None
    if not phonenumbers.is_valid_number(number):
        return None
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def readable(number: str) -> str:
    """'+4520301020' -> '+45 20 30 10 20'; anything else as it stands."""
    try:
        parsed = phonenumbers.parse(number, None)
    except phonenumbers.NumberParseException:
        return number
    return phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.INTERNATIONAL)
