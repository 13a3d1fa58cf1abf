"""What overbooking refuses."""

from booking.platform.errors import DomainError


class NotTurnedOn(DomainError):
    """Overbooking is off for this clinician and visit type, or stopped."""

    code = "overbooking_off"


class TimesAreFree(DomainError):
    """The session has free times in the plan: whoever is to come is booked there."""

    code = "overbooking_free"


class LimitBroken(DomainError):
    """With one more patient there a limit does not hold. `context['broken']`: the breaches."""

    code = "overbooking_limit"


class GrantOver(DomainError):
    """The grant was taken back, somebody stands on it, or its time has begun."""

    code = "overbooking_grant_over"
