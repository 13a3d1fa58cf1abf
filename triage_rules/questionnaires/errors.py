"""What questionnaires refuse."""

from booking.platform.errors import DomainError


class AlreadyAnswered(DomainError):
    """Somebody has answered it: the first answers stand, and staff can correct them."""

    code = "questionnaire_answered"


class NoLongerAsked(DomainError):
    """The clinic has withdrawn the questionnaire."""

    code = "questionnaire_withdrawn"


class AnswersLacking(DomainError):
    """Required answers lack or do not fit; `problems`: link id -> what is wrong with it."""

    code = "questionnaire_lacking"

    def __init__(self, problems: object) -> None:
        """Keep what is wrong, by question; never what was answered."""
        super().__init__()
        self.problems = problems


class AnswersTampered(Exception):
    """Sealed answers are not those that were given: something wrote past the application."""


CONSTRAINTS: dict[str, type[DomainError]] = {
    "uq_questionnaire_response_request_id_number": AlreadyAnswered,
    "uq_questionnaire_response_replaces_id": AlreadyAnswered,
}
