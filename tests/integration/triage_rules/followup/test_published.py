"""From a draft that two people have put into force to a patient's decision, and back again."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from freezegun.api import FrozenDateTimeFactory

from booking.people.sign_in import actor_of
from booking.platform.database import Session
from tests.integration.triage_rules.followup.conftest import (
    ASKED_LATER,
    GREEN,
    LOOKED_AT,
    Followed,
    rules,
)
from triage_rules.authoring import service as authoring
from triage_rules.authoring.models import RuleDraft
from triage_rules.followup import measuring, queries, service
from triage_rules.followup.models import FollowUpDecision, FollowUpPlan
from triage_rules.tables.model import Table
from triage_rules.tables.rule_set import RuleSet as Rules

pytestmark = pytest.mark.freeze_time("2026-11-23T08:00:00Z")


def answered_for(wanted: Rules) -> Rules:
    """The rules with someone to answer for every row until the next summer."""

    def owned(table: Table) -> Table:
        rows = tuple(replace(row, review_by=date(2027, 6, 1)) for row in table.rows)
        return replace(table, rows=rows)

    return replace(wanted, tables=tuple(owned(table) for table in wanted.tables))


def publish(session: Session, here: Followed, draft: RuleDraft, from_day: date) -> None:
    """The author sends it to review, and someone else puts it into force."""
    authoring.send_to_review(session, here.as_clinician, draft, draft.edition, "Ny tekst")
    authoring.publish(session, actor_of(here.approver), draft, draft.edition, from_day)
    session.commit()


def decision(session: Session, plan: FollowUpPlan) -> FollowUpDecision:
    found = queries.latest_decision(session, plan.id)
    assert found is not None
    return found


def test_what_counts_when_a_patient_answers_decides(
    session: Session, unpublished: Followed, freezer: FrozenDateTimeFactory
) -> None:
    here, author = unpublished, unpublished.as_clinician
    first = answered_for(rules(green=ASKED_LATER, measured=True))
    rule_set = authoring.begin(session, author, here.place.clinic, "phq9", "PHQ-9", first)
    assert rule_set.draft is not None
    publish(session, here, rule_set.draft, date(2026, 11, 23))
    here.pathway.rule_set = rule_set
    session.flush()
    plan = service.start_plan(session, author, here.place.course, here.pathway)
    here = replace(here, plan=plan)
    patient, clinic = here.place.patient, here.place.clinic
    measuring.measure(session, author, patient, clinic, "hba1c", Decimal(48))
    here.answer(session, GREEN)
    session.commit()
    before = decision(session, plan)
    assert (before.action, before.rule_version.number) == ("questionnaire", 1)

    draft = authoring.draft_from(session, author, before.rule_version)
    stricter = replace(
        answered_for(rules(green=LOOKED_AT, measured=True)), name="phq9", label="PHQ-9"
    )
    authoring.save(session, author, draft, draft.edition, stricter)
    publish(session, here, draft, date(2026, 12, 1))  # from a week on
    here.answer(session, GREEN)
    assert decision(session, plan).rule_version.number == 1
    freezer.move_to("2026-12-01T08:00:00Z")
    here.answer(session, GREEN)
    session.commit()
    assert (decision(session, plan).action, decision(session, plan).rule_version.number) == (
        "look",
        2,
    )

    freezer.tick(60)
    authoring.roll_back(session, actor_of(here.approver), rule_set, "For mange ses")
    here.answer(session, GREEN)
    session.commit()
    after = decision(session, plan)
    assert (after.action, after.version_hash) == ("questionnaire", before.version_hash)
