"""What the waitlist refuses."""

from booking.platform.errors import DomainError


class OfferOver(DomainError):
    """The offer can no longer be taken: another was first, it ran out, or the time is gone.

    What the patient had stays theirs.
    """

    code = "offer_over"


class CannotWait(DomainError):
    """Nobody is put on the list with this; each kind says why."""


class NotWaiting(CannotWait):
    """There is nothing to wait with: the time is over, cancelled, or a place in a group."""

    code = "not_waiting"


class NothingEarlier(CannotWait):
    """The time is on the first day of the period the patient is to come in."""

    code = "nothing_earlier"


class BelongsTogether(CannotWait):
    """The time belongs with others of its day, and is not moved by itself."""

    code = "belongs_together"
