"""What follow-up refuses."""

from booking.platform.errors import DomainError


class AlreadyFollowed(DomainError):
    """The course has a plan already."""

    code = "already_followed"


class NoRulesInForce(DomainError):
    """The pathway's rules are not in force, so nobody can be followed by them."""

    code = "no_rules_in_force"


class PlanEnded(DomainError):
    """The plan has ended: nothing more is decided in it."""

    code = "follow_up_ended"


class DecisionReplaced(DomainError):
    """A later decision stands instead; that is the one to look at."""

    code = "decision_replaced"


class DecisionTampered(DomainError):
    """A stored decision's inputs or rules are not those it was made from."""

    code = "decision_tampered"


class DecisionSealed(DecisionTampered):
    """No data key that is given opens a stored decision's inputs."""


CONSTRAINTS: dict[str, type[DomainError]] = {
    "uq_follow_up_plan_course_id": AlreadyFollowed,
}
