"""What authoring refuses."""

from collections.abc import Sequence

from booking.people.errors import AlreadyExists
from booking.platform.errors import ChangedMeanwhile, DomainError, NotFound
from triage_rules.authoring.publishing import Obstacle


class NotReady(DomainError):
    """Something bars the draft from review or publication; `obstacles` says what, and where."""

    code = "rules_not_ready"

    def __init__(self, obstacles: Sequence[Obstacle]) -> None:
        """Keep what is in the way, in the order of the tables."""
        super().__init__()
        self.obstacles = tuple(obstacles)


class NoDraft(NotFound):
    """Nothing is being written: the draft was published or thrown away, perhaps meanwhile."""

    code = "rules_no_draft"


class NothingChanged(DomainError):
    """The draft says what the version in force says already."""

    code = "rules_unchanged"


class UnderReview(DomainError):
    """The draft waits for someone else's approval, and is not edited meanwhile."""

    code = "rules_under_review"


class NotUnderReview(DomainError):
    """Nobody has sent the draft to review, or it was taken back."""

    code = "rules_not_in_review"


class OwnWork(DomainError):
    """Whoever wrote the rules may not approve them."""

    code = "rules_own_work"


class NothingBefore(DomainError):
    """There is no earlier version to go back to."""

    code = "rules_nothing_before"


class NoneInForce(DomainError):
    """A shadow runs beside a version in force, and there is none."""

    code = "rules_none_in_force"


class HasDraft(DomainError):
    """The rule set has a draft already."""

    code = "rules_has_draft"


class AlreadyBegun(DomainError):
    """The release counts already, and so it stays in the history."""

    code = "rules_already_begun"


class InUse(DomainError):
    """Something refers to the rule set: a pathway, say."""

    code = "rules_in_use"


CONSTRAINTS: dict[str, type[DomainError]] = {
    "uq_rule_set_clinic_id_code": AlreadyExists,
    "uq_rule_draft_rule_set_id": HasDraft,
    "uq_rule_version_rule_set_id_number": ChangedMeanwhile,
    "ck_rule_version_two_people": OwnWork,
    "rules_own_work": OwnWork,
}
