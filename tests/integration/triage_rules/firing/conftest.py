"""The clinic that follows patients by PHQ-9, and decisions made in the past."""

from collections.abc import Sequence
from datetime import timedelta

from booking.platform.database import Session
from tests import factories as make
from tests.integration.triage_rules.followup.conftest import (
    Followed,
    followed,
    place,
    unpublished,
)
from triage_rules.authoring import queries
from triage_rules.authoring.models import RuleVersion
from triage_rules.followup.models import DecisionTrace, FollowUpDecision, ShadowDecision

__all__ = ["followed", "place", "unpublished"]

LATELY, BEFORE = 10, 60  # days ago


def in_force(session: Session, here: Followed) -> RuleVersion:
    version = queries.in_force(session, here.rule_set.id, session.now())
    assert version is not None
    return version


def decided(
    session: Session,
    here: Followed,
    days_ago: int,
    times: int,
    *fired: str,
    lacking: Sequence[str] = (),
    version: RuleVersion | None = None,
) -> list[FollowUpDecision]:
    """So many decisions alike. fired: 'activity/a1'; lacking: inputs that could not be used."""
    version = version or in_force(session, here)
    made = [
        FollowUpDecision(
            plan=here.plan,
            patient_id=here.plan.patient_id,
            clinic_id=here.plan.clinic_id,
            rule_version=version,
            version_hash=version.hash,
            cause="answered",
            decided_at=session.now() - timedelta(days=days_ago, minutes=number),
            inputs_sealed="",
            inputs_hash="",
            colour="green",
            action="questionnaire",
            contact=None,
            calls=[],
            reasons=[],
            obligations=[],
            told_da="",
            told_en="",
            told_clinician="",
            trace=[
                *(
                    DecisionTrace(kind="fired", table_name=table, name=row)
                    for table, _slash, row in (one.partition("/") for one in fired)
                ),
                *(
                    DecisionTrace(kind="lacking", table_name=table, name=name, state="absent")
                    for table in ("red_flags", "activity")
                    for name in lacking
                ),
            ],
        )
        for number in range(times)
    ]
    session.add_all(made)
    session.flush()
    return made


def drifted(session: Session, here: Followed) -> None:
    """Red a little oftener each week of the long comparison, from 1 in 25 to 8 in 25, and no four
    weeks far from those before."""
    for week in range(34):
        red = 8 - 7 * week // 33
        decided(session, here, 7 * week + 3, red, "activity/a1")
        decided(session, here, 7 * week + 4, 25 - red, "activity/a3")


def beside(
    session: Session, decision: FollowUpDecision, version: RuleVersion, colour: str, action: str
) -> None:
    """What a version in shadow said."""
    make.add(
        session,
        ShadowDecision(
            decision=decision,
            version_id=version.id,
            version_hash=version.hash,
            colour=colour,
            action=action,
            contact=None,
            differs=(colour, action) != (decision.colour, decision.action),
        ),
    )
