"""Who may approve: a clinician or leader with the approver's role, of what others have written."""

from booking.platform.identity import Actor, Role
from triage_rules.authoring.errors import OwnWork
from triage_rules.authoring.models import RuleDraft, RuleSet, RuleVersion


def check_approver(by: Actor, rule_set: RuleSet) -> None:
    """Raise NotAllowed unless someone is an approver at the rule set's clinic."""
    by.at(rule_set.clinic_id, Role.APPROVER)
    by.at(rule_set.clinic_id, Role.CLINICIAN, Role.LEADER)


def is_approver(by: Actor, clinic_id: int) -> bool:
    """True if someone may approve what others write at a clinic."""
    held = by.roles.get(clinic_id, frozenset())
    return Role.APPROVER in held and bool(held & {Role.CLINICIAN, Role.LEADER})


def wrote(by: Actor, work: RuleDraft | RuleVersion) -> bool:
    """True of whoever ever edited the draft, or sent it to review."""
    return by.id in work.own_to


def check_not_own(by: Actor, work: RuleDraft | RuleVersion) -> None:
    """Raise OwnWork for whoever wrote it."""
    if wrote(by, work):
        raise OwnWork
