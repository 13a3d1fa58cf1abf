"""What delivery refuses."""

from booking.platform.errors import DomainError


class NoFurtherTry(DomainError):
    """The message cannot go by that channel, or not any more."""

    code = "no_further_try"
