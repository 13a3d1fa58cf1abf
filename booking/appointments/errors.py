"""What booking refuses."""

from booking.platform.errors import DomainError


class TimeTaken(DomainError):
    """Someone else has the time. `context['near']`, where given: the nearest other slots."""

    code = "time_taken"


class PatientBusy(DomainError):
    """The patient has another contact at that time."""

    code = "patient_busy"


class HoldExpired(DomainError):
    """The hold ran out, was released, or never was."""

    code = "hold_expired"


class InClosingPeriod(DomainError):
    """Too close to the start to book or move without phoning. `context['phone']`."""

    code = "closing_period"


class MoveLimitReached(DomainError):
    """The patient has moved this appointment as often as its visit type allows."""

    code = "move_limit"


class DoesNotFit(DomainError):
    """The time is not among those that may be chosen: outside window, opening, form or length."""

    code = "does_not_fit"


class ModeNotAllowed(DomainError):
    """The visit type's booking mode does not let a patient do this."""

    code = "mode_not_allowed"


class TooLate(DomainError):
    """The time has begun or is past."""

    code = "too_late"


class TooEarly(DomainError):
    """The time has not begun: nobody can have failed to come to it."""

    code = "too_early"


class WrongState(DomainError):
    """The appointment is no longer in a state where this can be done."""

    code = "wrong_state"


class InvitationStillOpen(DomainError):
    """The item is about an invitation that needs a time: only that, or its end, settles it."""

    code = "invitation_still_open"


class TimeStandsOutside(DomainError):
    """The item is about a time that still lies outside opening hours, and no one has held it."""

    code = "time_stands_outside"


class PastDeadline(DomainError):
    """The time lies after a deadline, and nobody has said that this is wanted."""

    code = "deadline_passed"


class SameTime(DomainError):
    """The appointment stands there already: nothing would move, and the patient would be told."""

    code = "same_time"


class CannotUndo(DomainError):
    """Not the latest act on the appointment, not staff's, not today's, or nothing to take back."""

    code = "cannot_undo"


class OldPlaceTaken(DomainError):
    """Where it stood is no longer to be had. `context['conflicts']`: all that stands in the way."""

    code = "old_place_taken"


class HasOneAlready(DomainError):
    """The patient has a coming time of this kind booked freely already."""

    code = "has_one_already"


class GroupFull(DomainError):
    """The group session has no more room."""

    code = "group_full"
