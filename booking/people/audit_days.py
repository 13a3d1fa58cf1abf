"""The log a few whole days at a time, the entries of a day that are alike gathered into one."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import Select
from sqlalchemy.orm import selectinload

from booking.platform.audit import AuditEntry
from booking.platform.database import Session
from booking.platform.localtime import day_bounds, day_start, local_date

SOME = 100
DAY = timedelta(days=1)


@dataclass
class Like:
    """Entries of one local day that are alike: who, what, why and where. `entry` is the latest."""

    entry: AuditEntry
    first: datetime
    count: int = 1


@dataclass(frozen=True)
class Days:
    """Whole local days of the log, newest first. older: the next day back that has anything."""

    rows: list[Like]
    older: date | None


def days(
    session: Session,
    wanted: Select[AuditEntry],
    zone: ZoneInfo,
    until: date | None = None,
    *,
    by_patients: bool = False,
) -> Days:
    """The newest days of the wanted entries (newest first), no later than the local day `until`.

    As many whole days as `SOME` entries reach over, and at least one, however much was done on
    it. by_patients: only entries about the very same patients are alike.
    """
    if until is not None:
        wanted = wanted.where(AuditEntry.at < day_bounds(until, zone)[1])
    instants = session.scalars(wanted.with_only_columns(AuditEntry.at).limit(SOME + 1)).all()
    older = None
    if len(instants) > SOME:
        newest, beyond = (local_date(instants[n], zone) for n in (0, SOME))
        since = day_start(min(newest, beyond + DAY), zone)
        before = wanted.with_only_columns(AuditEntry.at).where(AuditEntry.at < since)
        at = session.scalars(before.limit(1)).first()
        older = local_date(at, zone) if at is not None else None
        wanted = wanted.where(AuditEntry.at >= since)
    if by_patients:
        wanted = wanted.options(selectinload(AuditEntry.subjects))
    return Days(_gathered(session.scalars(wanted), zone, by_patients=by_patients), older)


def _gathered(entries: Iterable[AuditEntry], zone: ZoneInfo, *, by_patients: bool) -> list[Like]:
    found: dict[tuple[object, ...], Like] = {}
    for entry in entries:
        about = frozenset(s.patient_id for s in entry.subjects) if by_patients else None
        alike = (
            local_date(entry.at, zone),
            entry.actor_kind,
            entry.actor_id,
            entry.clinic_id,
            entry.action,
            entry.reason,
            about,
        )
        if alike in found:
            found[alike].count += 1
            found[alike].first = entry.at
        else:
            found[alike] = Like(entry, entry.at)
    return list(found.values())
