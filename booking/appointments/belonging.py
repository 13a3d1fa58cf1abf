"""Whether a time is one of several that belong together: asked of the room that books such days.

Whoever moves a time without a person choosing the new place asks first: one of them moved by itself
tears the day apart.
"""

from collections.abc import Collection
from typing import Protocol

from booking.platform.database import Session

PORT = "belong_together"


class Belonging(Protocol):
    """Says which times stand on one day with others, in order; whoever books such days does."""

    def __call__(self, session: Session, appointment_ids: Collection[int]) -> frozenset[int]:
        """Those of these appointments that are part of such a day, others of it booked too."""
        ...


def none(_session: Session, _appointment_ids: Collection[int]) -> frozenset[int]:
    """Where nothing books several at once each stands alone."""
    return frozenset()
