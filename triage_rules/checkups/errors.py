"""What the review of check-ups refuses."""

from booking.platform.errors import DomainError


class NothingToReview(DomainError):
    """No check-up of the chosen kinds lies in the chosen days."""

    code = "checkups_none"


class Overtaken(DomainError):
    """The check-up was moved, answered or cancelled since the rules looked at it; or they would
    say something else of the patient now."""

    code = "checkup_overtaken"


class Settled(DomainError):
    """Somebody has accepted or rejected the line, or the rules have yet to look at it."""

    code = "checkup_settled"


class NoSuchContact(DomainError):
    """No kind of contact at the clinic has the form the rules ask for, for this pathway."""

    code = "checkup_no_contact"


class NoCourse(DomainError):
    """The patient has no open course to order a contact in, or to follow."""

    code = "checkup_no_course"
