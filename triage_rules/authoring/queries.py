"""Reading rule sets, their versions, and which of them counts when."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Select, exists, or_, select
from sqlalchemy.orm import aliased, joinedload

from booking.people.models import Staff
from booking.platform.database import Session
from booking.platform.errors import NotFound
from triage_rules.authoring.errors import NoDraft
from triage_rules.authoring.models import DraftStep, RuleDraft, RuleRelease, RuleSet, RuleVersion

COUNTING = ("publish", "rollback")


@dataclass(frozen=True)
class Standing:
    """What counts of a rule set at an instant, what runs beside it, and what is to come."""

    in_force: RuleRelease | None
    in_shadow: RuleRelease | None
    coming: tuple[RuleRelease, ...]


def of_clinic(session: Session, clinic_id: int) -> Sequence[RuleSet]:
    """A clinic's rule sets with their drafts, by name."""
    return session.scalars(
        select(RuleSet)
        .where(RuleSet.clinic_id == clinic_id)
        .options(joinedload(RuleSet.draft))
        .order_by(RuleSet.label, RuleSet.id)
    ).all()


def rule_set_here(session: Session, clinic_id: int, rule_set_id: int) -> RuleSet:
    """One of a clinic's rule sets; raises NotFound for any other."""
    rule_set = session.get(RuleSet, rule_set_id)
    if rule_set is None or rule_set.clinic_id != clinic_id:
        raise NotFound
    return rule_set


def draft_here(session: Session, clinic_id: int, rule_set_id: int) -> RuleDraft:
    """The draft of one of a clinic's rule sets; raises NoDraft where nothing is being written."""
    draft = rule_set_here(session, clinic_id, rule_set_id).draft
    if draft is None:
        raise NoDraft
    return draft


def step_to_undo(session: Session, draft: RuleDraft, staff_id: int) -> DraftStep | None:
    """The latest save of a draft that stands, if it is somebody's own; else None."""
    latest = session.scalars(
        select(DraftStep)
        .where(DraftStep.draft_id == draft.id)
        .order_by(DraftStep.edition.desc())
        .limit(1)
    ).one_or_none()
    return latest if latest is not None and latest.made_by_id == staff_id else None


def version_here(session: Session, clinic_id: int, rule_set_id: int, number: int) -> RuleVersion:
    """A version by its number, of one of a clinic's rule sets; raises NotFound for any other."""
    rule_set_here(session, clinic_id, rule_set_id)
    version = session.scalars(
        select(RuleVersion).where(
            RuleVersion.rule_set_id == rule_set_id, RuleVersion.number == number
        )
    ).one_or_none()
    if version is None:
        raise NotFound
    return version


def versions_of(session: Session, rule_set_id: int) -> Sequence[RuleVersion]:
    """Every version, the newest first."""
    return session.scalars(
        select(RuleVersion)
        .where(RuleVersion.rule_set_id == rule_set_id)
        .order_by(RuleVersion.number.desc())
    ).all()


def next_number(session: Session, rule_set_id: int) -> int:
    """What the next version will be called."""
    return max((one.number for one in versions_of(session, rule_set_id)), default=0) + 1


def releases_of(session: Session, rule_set_id: int) -> Sequence[RuleRelease]:
    """Everything that was put into force or shadow, the latest to begin first."""
    return session.scalars(_latest_first(_releases(rule_set_id))).all()


def writers(session: Session, work: RuleDraft | RuleVersion) -> list[str]:
    """The names of everyone whose own work it is, in the order they began."""
    people = session.scalars(select(Staff).where(Staff.id.in_(work.own_to)))
    names = {one.id: one.name for one in people}
    return [names[one] for one in work.own_to]


def in_force(session: Session, rule_set_id: int, at: datetime) -> RuleVersion | None:
    """The version that decides at an instant; None before the first."""
    release = release_in_force(session, rule_set_id, at)
    return release.version if release else None


def release_in_force(session: Session, rule_set_id: int, at: datetime) -> RuleRelease | None:
    """What put the version in force into force; None before the first."""
    wanted = _releases(rule_set_id).where(
        RuleRelease.kind.in_(COUNTING),
        RuleRelease.from_at <= at,
        RuleRelease.withdrawn_at.is_(None),
    )
    return session.scalars(_latest_first(wanted).limit(1)).one_or_none()


def in_shadow(session: Session, rule_set_id: int, at: datetime) -> RuleVersion | None:
    """The version that runs beside the one in force at an instant and decides nothing; or None."""
    release = release_in_shadow(session, rule_set_id, at)
    return release.version if release else None


def release_in_shadow(session: Session, rule_set_id: int, at: datetime) -> RuleRelease | None:
    """What put the version in shadow there. A shadow ends by itself when its version comes into
    force.
    """
    later = aliased(RuleRelease)
    came_into_force = exists().where(
        later.rule_set_id == rule_set_id,
        later.version_id == RuleRelease.version_id,
        later.kind.in_(COUNTING),
        later.id > RuleRelease.id,
        later.from_at <= at,
        later.withdrawn_at.is_(None),
    )
    wanted = _releases(rule_set_id).where(
        RuleRelease.kind == "shadow",
        RuleRelease.from_at <= at,
        or_(RuleRelease.withdrawn_at.is_(None), RuleRelease.withdrawn_at > at),
        ~came_into_force,
    )
    return session.scalars(_latest_first(wanted).limit(1)).one_or_none()


def coming(session: Session, rule_set_id: int, at: datetime) -> Sequence[RuleRelease]:
    """What will come into force after an instant, the first to come first."""
    return session.scalars(
        _releases(rule_set_id)
        .where(
            RuleRelease.kind.in_(COUNTING),
            RuleRelease.from_at > at,
            RuleRelease.withdrawn_at.is_(None),
        )
        .order_by(RuleRelease.from_at, RuleRelease.id)
    ).all()


def standing(session: Session, rule_set_id: int, at: datetime) -> Standing:
    """All of it at once."""
    return Standing(
        release_in_force(session, rule_set_id, at),
        release_in_shadow(session, rule_set_id, at),
        tuple(coming(session, rule_set_id, at)),
    )


def release_here(session: Session, clinic_id: int, release_id: int) -> RuleRelease:
    """A release of one of a clinic's rule sets; raises NotFound for any other."""
    release = session.get(RuleRelease, release_id)
    if release is None:
        raise NotFound
    rule_set_here(session, clinic_id, release.rule_set_id)
    return release


def before(session: Session, rule_set_id: int, at: datetime) -> RuleVersion | None:
    """The version to go back to: what counted before the one in force came into force.

    Going back twice goes further back, and never to what was gone back from.
    """
    stack: list[RuleVersion] = []
    for release in reversed(releases_of(session, rule_set_id)):
        if release.kind not in COUNTING or release.from_at > at or release.withdrawn_at:
            continue
        if release.kind == "rollback":
            while stack and stack[-1].id != release.version_id:
                stack.pop()
        if not stack or stack[-1].id != release.version_id:
            stack.append(release.version)
    return stack[-2] if len(stack) > 1 else None


def _releases(rule_set_id: int) -> Select[RuleRelease]:
    return (
        select(RuleRelease)
        .where(RuleRelease.rule_set_id == rule_set_id)
        .options(joinedload(RuleRelease.version))
    )


def _latest_first(wanted: Select[RuleRelease]) -> Select[RuleRelease]:
    return wanted.order_by(RuleRelease.from_at.desc(), RuleRelease.id.desc())
