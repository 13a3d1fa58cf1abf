"""Whose patients a draft is tried on: those it follows already, another pathway's, or courses."""

from dataclasses import dataclass
from datetime import date
from typing import Literal

from sqlalchemy import ColumnElement, Integer, Select, and_, func, literal, or_, select
from sqlalchemy.orm import joinedload

from booking.appointments.invitations.models import Course
from booking.platform.database import Session
from triage_rules.authoring.models import RuleSet
from triage_rules.followup.models import FollowUpPlan, Pathway

MOST_TITLES = 50


@dataclass(frozen=True)
class Group:
    """Patients to try a draft on. name: a pathway's, or the courses' title; patients: how many
    courses it is now."""

    kind: Literal["followed", "pathway", "courses"]
    patients: int
    name: str = ""
    pathway: Pathway | None = None

    @property
    def key(self) -> str:
        """What a form calls it."""
        if self.kind == "pathway" and self.pathway is not None:
            return f"pathway:{self.pathway.id}"
        return f"courses:{self.name}" if self.kind == "courses" else self.kind


def groups(session: Session, rule_set: RuleSet, day: date) -> list[Group]:
    """Every group there is to choose from, none of them empty: those the rule set follows first,
    then other pathways, then the commonest titles of open courses. day: the local one."""
    counted = (
        select(FollowUpPlan.pathway_id, func.count())
        .where(FollowUpPlan.clinic_id == rule_set.clinic_id, FollowUpPlan.ended_at.is_(None))
        .group_by(FollowUpPlan.pathway_id)
    )
    by_pathway = dict(session.execute(counted).all())
    pathways = session.scalars(
        select(Pathway)
        .where(Pathway.clinic_id == rule_set.clinic_id, Pathway.id.in_(by_pathway))
        .options(joinedload(Pathway.rule_set))
        .order_by(Pathway.name, Pathway.id)
    ).all()
    own = sum(by_pathway[one.id] for one in pathways if one.rule_set_id == rule_set.id)
    found = [Group("followed", own)] if own else []
    found += [
        Group("pathway", by_pathway[one.id], one.name, one)
        for one in pathways
        if one.rule_set_id != rule_set.id
    ]
    titles = (
        select(Course.title, func.count())
        .where(_open(rule_set.clinic_id, day))
        .group_by(Course.title)
        .order_by(func.count().desc(), Course.title)
        .limit(MOST_TITLES)
    )
    return found + [Group("courses", count, title) for title, count in session.execute(titles)]


def courses_of(rule_set: RuleSet, group: Group, day: date) -> Select[int, int, int | None]:
    """(course, patient, the interval a clinician has set) of everyone in a group."""
    if group.kind == "courses":
        return select(Course.id, Course.patient_id, literal(None, Integer)).where(
            _open(rule_set.clinic_id, day), Course.title == group.name
        )
    plans = select(
        FollowUpPlan.course_id, FollowUpPlan.patient_id, FollowUpPlan.interval_weeks
    ).where(FollowUpPlan.clinic_id == rule_set.clinic_id, FollowUpPlan.ended_at.is_(None))
    if group.pathway is not None:
        return plans.where(FollowUpPlan.pathway_id == group.pathway.id)
    return plans.join(Pathway).where(Pathway.rule_set_id == rule_set.id)


def _open(clinic_id: int, day: date) -> ColumnElement[bool]:
    return and_(
        Course.clinic_id == clinic_id,
        or_(Course.ended_on.is_(None), Course.ended_on >= day),
    )
