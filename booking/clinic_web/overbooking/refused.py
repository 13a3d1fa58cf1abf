"""What overbooking refuses, in words, with each limit that does not hold."""

from datetime import datetime

from booking.calendar.models import Clinic
from booking.clinic_web.refusals import in_words
from booking.overbooking.errors import LimitBroken
from booking.overbooking.judgement import told
from booking.overbooking.wording import clock_from, why
from booking.platform.errors import DomainError


def said(error: DomainError, clinic: Clinic, begins: datetime) -> str:
    """begins: when the session does."""
    if not isinstance(error, LimitBroken):
        return in_words(error)
    return " ".join((in_words(error), *why(told(error.broken), clock_from(begins, clinic.zone))))
