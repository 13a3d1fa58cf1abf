"""What referrals refuse."""

from booking.appointments.errors import WrongState


class ReferralOver(WrongState):
    """The referral is withdrawn, returned or closed: no time is booked on it again."""

    code = "referral_over"


class LetterNotMade(WrongState):
    """No letter was made here, so that somebody sent it must be noted with its day."""

    code = "letter_not_made"


class LetterOutdated(WrongState):
    """The patient's time was changed or given up after the letter was made."""

    code = "letter_outdated"
