"""What sequences refuse."""

from booking.platform.errors import DomainError


class PartNotFree(DomainError):
    """One of the times could not be had, so none is booked. `context['position']` from 1."""

    code = "part_not_free"


class OutOfOrder(DomainError):
    """The times do not keep the order asked for. `context['troubles']`: position -> trouble."""

    code = "out_of_order"


class NothingChosen(DomainError):
    """No time is chosen, or a combined day lacks one."""

    code = "nothing_chosen"
