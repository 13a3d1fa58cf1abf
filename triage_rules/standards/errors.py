"""What standards refuse."""

from booking.platform.errors import DomainError


class NotOwed(DomainError):
    """The obligation does not apply to the patient: no pathway of theirs has its standard."""

    code = "obligation_not_owed"


class Withdrawn(DomainError):
    """Somebody has withdrawn the deviation."""

    code = "deviation_withdrawn"


class NotBroken(DomainError):
    """The rules do not break the obligation, or that is decided: they may have been changed."""

    code = "obligation_not_broken"


CONSTRAINTS: dict[str, type[DomainError]] = {
    "uq_standard_exception_rule_set_id_rules_hash_obligation": NotBroken,
}
