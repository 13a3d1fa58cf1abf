"""Reading where a version in shadow would have said something else than the one in force."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import contains_eager

from booking.platform.database import Session
from triage_rules.authoring import queries as rule_sets
from triage_rules.authoring.models import RuleSet, RuleVersion
from triage_rules.followup.models import FollowUpDecision, ShadowDecision

SHOWN = 50


@dataclass(frozen=True)
class Beside:
    """A version in shadow. decisions: made with it beside; differ: where it said something else,
    or the same with another contact. moves: ((colour, action) said, the same in shadow) ->
    decisions, those that differ. latest: the newest that differ, at most SHOWN."""

    version: RuleVersion
    decisions: int
    differ: int
    moves: Mapping[tuple[tuple[str, str], tuple[str, str]], int]
    latest: Sequence[ShadowDecision]


def beside(session: Session, rule_set: RuleSet) -> Beside | None:
    """What the version in shadow has said so far; None where there is none."""
    version = rule_sets.in_shadow(session, rule_set.id, session.now())
    if version is None:
        return None
    said = (FollowUpDecision.colour, FollowUpDecision.action)
    instead = (ShadowDecision.colour, ShadowDecision.action)
    counted = session.execute(
        select(*said, *instead, ShadowDecision.differs, func.count())
        .join(ShadowDecision.decision)
        .where(ShadowDecision.version_id == version.id)
        .group_by(*said, *instead, ShadowDecision.differs)
    ).all()
    moves: Counter[tuple[tuple[str, str], tuple[str, str]]] = Counter()
    for colour, action, colour_beside, action_beside, differs, count in counted:
        if differs:
            moves[(colour, action), (colour_beside, action_beside)] += count
    latest = session.scalars(
        select(ShadowDecision)
        .join(ShadowDecision.decision)
        .where(ShadowDecision.version_id == version.id, ShadowDecision.differs)
        .options(
            contains_eager(ShadowDecision.decision).joinedload(FollowUpDecision.patient),
        )
        .order_by(FollowUpDecision.decided_at.desc(), ShadowDecision.id.desc())
        .limit(SHOWN)
    ).all()
    return Beside(version, sum(row[-1] for row in counted), moves.total(), moves, latest)
