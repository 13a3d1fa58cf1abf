"""Where other rooms add to the pages of rule sets, and who sees them.

- 'rules.of_clinic': the list; a card is given the `Clinic`.
- 'rules.rule_set': one rule set; a card is given the `RuleSet`.
- 'rules.review': a draft that waits for approval; a card is given the `RuleDraft`.
- 'rules.takes_effect': a version about to count; a card is a sentence on whom it will count for,
  and is given the `RuleSet`.
"""

from booking.calendar.models import Clinic
from booking.clinic_web.frame import clinic_here
from booking.platform.identity import Role
from booking.platform.pages import db, me
from triage_rules.authoring import queries
from triage_rules.authoring.models import RuleSet
from triage_rules.authoring.sources import names_of, sources
from triage_rules.authoring.words import Names
from triage_rules.tables.rule_set import RuleSet as Rules

OF_CLINIC, RULE_SET, REVIEW = "rules.of_clinic", "rules.rule_set", "rules.review"
TAKES_EFFECT = "rules.takes_effect"
SEE = (Role.CLINICIAN, Role.LEADER, Role.APPROVER)


def rule_set_at(clinic_id: int, rule_set_id: int, *roles: Role) -> tuple[Clinic, RuleSet]:
    """The clinic and rule set of this page, the asker's right to them checked."""
    clinic = clinic_here(clinic_id, *(roles or SEE))
    return clinic, queries.rule_set_here(db(), clinic_id, rule_set_id)


def names_at(clinic: Clinic, rules: Rules) -> Names:
    """What the choices of these rules are called at a clinic."""
    return names_of(db(), sources(db(), clinic.id), rules)


def writes(clinic: Clinic) -> bool:
    """True if the asker writes rules here."""
    return Role.CLINICIAN in me().roles.get(clinic.id, ())
