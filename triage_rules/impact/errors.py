"""What a preview refuses."""

from booking.platform.errors import DomainError


class AnswersLackInRules(DomainError):
    """A row of the draft has no usable answer yet, so nobody can be decided on by it."""

    code = "impact_rows_lack_answers"


class NobodyToTry(DomainError):
    """The chosen group has no patients now."""

    code = "impact_nobody"
