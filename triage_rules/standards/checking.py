"""What standards have against rules coming into force: asked by authoring before publication."""

from flask import has_request_context, url_for
from flask_babel import gettext as _

from booking.platform.database import Session
from booking.platform.i18n import language_code
from triage_rules.authoring.models import RuleSet
from triage_rules.authoring.publishing import Obstacle
from triage_rules.standards import showing
from triage_rules.standards.service import not_excepted
from triage_rules.tables.rule_set import RuleSet as Rules


def obstacles(session: Session, rule_set: RuleSet, rules: Rules) -> list[Obstacle]:
    """One for each row that breaks a standard, until a leader has decided that it may."""
    found = not_excepted(session, rule_set, rules)
    href = ""
    if found and has_request_context():
        href = url_for(
            "staff_standards.exceptions", clinic_id=rule_set.clinic_id, rule_set_id=rule_set.id
        )
    return [
        Obstacle(
            "other",
            "contact",
            one.row,
            text=_(
                "Bryder en national standard, »%(what)s«. %(why)s En leder kan beslutte, at det "
                "er i orden.",
                what=one.obligation.title(language_code()),
                why=showing.broken(rules, one),
            ),
            href=href,
        )
        for one in found
    ]
