"""What moving a day refuses."""

from booking.platform.errors import DomainError


class DayGoneBy(DomainError):
    """All that was out lies in the past: the plan can only be thrown away."""

    code = "day_gone_by"
