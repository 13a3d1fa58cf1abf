"""The clinic that follows patients by PHQ-9, with a draft of other rules."""

from booking.platform.database import Session
from tests import factories as make
from tests.integration.triage_rules.followup.conftest import (
    Followed,
    followed,
    place,
    unpublished,
)
from triage_rules.authoring.models import RuleDraft
from triage_rules.impact import service
from triage_rules.impact.choosing import Group
from triage_rules.impact.models import ImpactRun
from triage_rules.tables import written
from triage_rules.tables.rule_set import RuleSet as Rules

__all__ = ["followed", "place", "unpublished"]

EVERYONE = Group("followed", 1)


def draft(session: Session, here: Followed, rules: Rules) -> RuleDraft:
    """What is being written, as the grid leaves it."""
    body = written.written(rules)
    now = session.now()
    made = make.add(
        session,
        RuleDraft(
            rule_set=here.rule_set,
            body=body,
            examples="[]",
            edited_at=now,
            edited_by_id=here.clinician.id,
            edited_by=here.clinician.name,
        ),
    )
    session.refresh(here.rule_set)
    return made


def preview(session: Session, here: Followed, group: Group = EVERYONE) -> ImpactRun:
    """The clinician tries the draft, to the end."""
    found = here.rule_set.draft
    assert found is not None
    run = service.begin(session, here.as_clinician, here.rule_set, found.edition, group)
    while run.status == "running":
        service.work(session, run, service.BATCH)
    return run
