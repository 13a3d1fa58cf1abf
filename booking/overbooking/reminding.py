"""How many reminders a visit was to get when it was booked: asked of whoever sends them.

What became of the visit is not in the question, so the answer cannot give it away.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from booking.calendar.models import Clinic
from booking.platform.database import Session

PORT = "reminders_planned"


@dataclass(frozen=True)
class Time:
    """A time as it was booked: of what type and form, when (aware UTC), and for when."""

    visit_type_id: int
    form: str
    booked_at: datetime
    starts_at: datetime


class Reminding(Protocol):
    """Says how many reminders there were to be; the feature that sends messages registers one."""

    def __call__(self, session: Session, clinic: Clinic, times: Sequence[Time]) -> list[int]:
        """For each time, in order; thousands cost no more questions than one."""
        ...


def none(_session: Session, _clinic: Clinic, times: Sequence[Time]) -> list[int]:
    """Where nothing sends messages nobody is reminded."""
    return [0] * len(times)
