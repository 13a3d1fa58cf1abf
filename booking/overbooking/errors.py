"""What overbooking refuses."""

from collections.abc import Sequence

from booking.overbooking.deciding import Breach
from booking.platform.errors import DomainError


class NotTurnedOn(DomainError):
    """Overbooking is off for this clinician and visit type, or stopped."""

    code = "overbooking_off"


class TimesAreFree(DomainError):
    """The session has free times in the plan: whoever is to come is booked there."""

    code = "overbooking_free"


class LimitBroken(DomainError):
    """With one more patient there a limit does not hold. broken: which."""

    code = "overbooking_limit"

    def __init__(self, broken: Sequence[Breach]) -> None:
        """Keep what does not hold."""
        super().__init__()
        self.broken = broken


class GrantOver(DomainError):
    """The grant was taken back, somebody stands on it, or its time has begun."""

    code = "overbooking_grant_over"
