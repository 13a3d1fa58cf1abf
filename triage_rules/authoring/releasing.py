"""Versions that come into force and go out of it again: the rows of it, and which day is when."""

from collections.abc import Sequence
from datetime import date, datetime

from flask_babel import gettext as _

from booking.calendar.service import today
from booking.platform.database import Session
from booking.platform.errors import InvalidInput
from booking.platform.identity import Actor
from booking.platform.localtime import day_start
from triage_rules.authoring import queries
from triage_rules.authoring.models import RuleRelease, RuleSet, RuleVersion


def begins(session: Session, rule_set: RuleSet, day: date) -> datetime:
    """The instant a version counts from: the day's first, or now; never back in time."""
    if day < today(session, rule_set.clinic):
        raise InvalidInput({"from_day": _("Dagen er gået. Vælg en dag fra i dag.")})
    return max(session.now(), day_start(day, rule_set.clinic.zone))


def overtaken(session: Session, rule_set_id: int, from_at: datetime) -> list[RuleRelease]:
    """What was to come into force at an instant or later, which a newer version then hinders."""
    coming = queries.coming(session, rule_set_id, session.now())
    return [one for one in coming if one.from_at >= from_at]


def put_into_force(
    session: Session, by: Actor, version: RuleVersion, from_at: datetime
) -> RuleRelease:
    """Let a version count from an instant; an older text never follows it."""
    withdraw(session, by, overtaken(session, version.rule_set_id, from_at))
    return add(session, by, version, "publish", from_at)


def add(
    session: Session, by: Actor, version: RuleVersion, kind: str, from_at: datetime, why: str = ""
) -> RuleRelease:
    """A release, as in the table."""
    made = RuleRelease(
        rule_set_id=version.rule_set_id,
        version=version,
        kind=kind,
        from_at=from_at,
        why=why,
        released_at=session.now(),
        released_by_id=by.id,
        released_by=by.name,
    )
    session.add(made)
    session.flush()
    return made


def withdraw(session: Session, by: Actor, releases: Sequence[RuleRelease]) -> None:
    """Let releases count no more, or never."""
    for one in releases:
        one.withdrawn_at, one.withdrawn_by = session.now(), by.name
    session.flush()


def end_shadow(session: Session, by: Actor, rule_set: RuleSet) -> None:
    """Let no version of a rule set run in shadow."""
    standing = queries.release_in_shadow(session, rule_set.id, session.now())
    withdraw(session, by, [standing] if standing else [])
