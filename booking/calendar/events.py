"""What happens to opening hours, told to whoever subscribed, inside the same transaction."""

from dataclasses import dataclass
from datetime import date

from booking.platform.identity import Actor


@dataclass(frozen=True)
class OpeningChanged:
    """Hours were added, taken out or given back on the clinic's local days first to last.

    resource_ids: whose hours; None for everyone's. last: None for until further notice.
    """

    clinic_id: int
    resource_ids: tuple[int, ...] | None
    first: date
    last: date | None


@dataclass(frozen=True)
class ClosureRemoved:
    """A closure is about to go from the calendar: let go of its row."""

    closure_id: int
    clinic_id: int


@dataclass(frozen=True)
class TimeOffRequested:
    """A clinician wishes to be away from local day `first` on; nothing is closed yet."""

    closure_id: int
    clinic_id: int
    first: date


@dataclass(frozen=True)
class TimeOffDecided:
    """A wish for time off was granted or declined."""

    closure_id: int
    clinic_id: int
    by: Actor
    approved: bool
