"""A clinic's sessions as they are booked: who comes, how likely, and how long each will take."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import TypeVar

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import joinedload

from booking.appointments.models import Allocation, Appointment, GroupSession
from booking.appointments.visit_types.models import VisitType
from booking.calendar import availability
from booking.calendar.models import Clinic
from booking.calendar.queries import resources_of
from booking.calendar.slots import Timeline
from booking.overbooking import deciding, outcomes
from booking.overbooking.missing_model import Model
from booking.overbooking.records import known_when_booked
from booking.overbooking.service_times import ServiceTime, learnt
from booking.overbooking.session_risk import Patient
from booking.platform.database import Session

T = TypeVar("T")

_MINUTE = timedelta(minutes=1)
# How long visits took is learnt from so far back.
LEARNT_FROM = timedelta(days=365)


@dataclass(frozen=True)
class ClinicSession:
    """One clinician's stretch of a day at one site, from start to end (aware UTC).

    booked: the appointments that begin in it, in order. patients: they and the groups that meet in
    it, in minutes from the start, with the session's cautious rate for each who has yet to come:
    nobody's own risk says where an extra is put. expected, missing: how many are expected to miss,
    and how many cautiously. extras: how many stand on top of the plan already.
    """

    clinician_id: int
    site_id: int
    start: datetime
    end: datetime
    booked: tuple[int, ...]
    patients: tuple[Patient, ...]
    expected: float
    missing: float
    extras: int

    @property
    def length(self) -> int:
        """Minutes."""
        return (self.end - self.start) // _MINUTE

    def question(self, visit_type: VisitType, minutes: int) -> deciding.Session:
        """What `deciding` is asked of an extra of this visit type and length."""
        latest = self.end - _MINUTE * minutes
        starts, at = [], self.start
        while at <= latest:
            if at.minute % visit_type.grid_minutes == 0:
                starts.append((at - self.start) // _MINUTE)
            at += _MINUTE * 5
        return deciding.Session(
            self.patients, self.length, tuple(starts), self.missing, self.extras
        )


class ServiceTimes:
    """How long visits of each type and planned length took at a clinic within a year."""

    def __init__(self, session: Session, clinic: Clinic) -> None:
        self._recorded: dict[tuple[int, int], list[float]] = defaultdict(list)
        rows = session.execute(
            select(
                Appointment.visit_type_id,
                Appointment.starts_at,
                Appointment.ends_at,
                Appointment.called_in_at,
                Appointment.done_at,
            ).where(
                Appointment.clinic_id == clinic.id,
                Appointment.status == "fulfilled",
                Appointment.group_session_id.is_(None),
                Appointment.starts_at > session.now() - LEARNT_FROM,
            )
        )
        for visit_type, starts_at, ends_at, called_in_at, done_at in rows:
            if called_in_at is not None and done_at is not None:
                planned = (ends_at - starts_at) // _MINUTE
                self._recorded[visit_type, planned].append((done_at - called_in_at) / _MINUTE)
        self._learnt: dict[tuple[int, int], ServiceTime] = {}

    def of(self, visit_type_id: int, minutes: int) -> ServiceTime:
        """minutes: as planned."""
        key = (visit_type_id, minutes)
        if key not in self._learnt:
            self._learnt[key] = learnt(minutes, self._recorded.get(key, ()))
        return self._learnt[key]


def read(
    session: Session, clinic: Clinic, first: date, last: date, model: Model
) -> list[ClinicSession]:
    """The sessions of local days first to last, both included, by start and clinician."""
    ids = [one.id for one in resources_of(session, clinic.id, "clinician")]
    open_time = availability.read(session, clinic, ids, first, last)
    timeline = open_time.timeline
    found = _booked(session, clinic, timeline, ids)
    chances = _chances(session, clinic, found, model)
    times = ServiceTimes(session, clinic)
    groups = _groups(session, clinic, timeline, ids)
    extras = _extras(session, timeline, ids)
    sessions = []
    for (clinician, site), ticks in open_time.opening.items():
        for begins, after in _stretches(ticks):
            start, end = timeline.instant(begins), timeline.instant(after)
            here = [
                one
                for one in found.get(clinician, ())
                if one.site_id == site and start <= one.starts_at < end
            ]
            missing = sum(chances[one.id][1] for one in here)
            doubtful = sum(one.status == "booked" for one in here)
            patients = [
                Patient(
                    (one.starts_at - start) // _MINUTE,
                    1.0 - missing / doubtful if one.status == "booked" else 1.0,
                    times.of(one.visit_type_id, one.minutes).distribution,
                )
                for one in here
            ]
            for group in groups.get(clinician, ()):
                if group.site_id == site and start <= group.starts_at < end:
                    minutes = (group.ends_at - group.starts_at) // _MINUTE
                    how_long = times.of(group.visit_type_id, minutes).distribution
                    patients.append(Patient((group.starts_at - start) // _MINUTE, 1.0, how_long))
            sessions.append(
                ClinicSession(
                    clinician,
                    site,
                    start,
                    end,
                    tuple(one.id for one in here),
                    tuple(sorted(patients, key=lambda one: one.at)),
                    sum(chances[one.id][0] for one in here),
                    missing,
                    sum(one.id in extras for one in here),
                )
            )
    return sorted(sessions, key=lambda one: (one.start, one.clinician_id))


def _booked(
    session: Session, clinic: Clinic, timeline: Timeline, clinician_ids: Sequence[int]
) -> Mapping[int, Sequence[Appointment]]:
    """clinician -> the contacts that take their time, in order; one may take several clinicians."""
    wanted = (
        select(Allocation.resource_id, Appointment)
        .join(Appointment, Appointment.id == Allocation.appointment_id)
        .options(joinedload(Appointment.patient), joinedload(Appointment.visit_type))
        .where(Appointment.clinic_id == clinic.id, *_begins_in(timeline, clinician_ids))
        .order_by(Appointment.starts_at, Appointment.id)
    )
    return _by_clinician(session.execute(wanted))


def _groups(
    session: Session, clinic: Clinic, timeline: Timeline, clinician_ids: Sequence[int]
) -> Mapping[int, Sequence[GroupSession]]:
    wanted = (
        select(Allocation.resource_id, GroupSession)
        .join(GroupSession, GroupSession.id == Allocation.group_session_id)
        .where(GroupSession.clinic_id == clinic.id, *_begins_in(timeline, clinician_ids))
    )
    return _by_clinician(session.execute(wanted))


def _begins_in(timeline: Timeline, clinician_ids: Sequence[int]) -> list[ColumnElement[bool]]:
    return [
        Allocation.resource_id.in_(clinician_ids),
        Allocation.active.is_(True),
        Allocation.starts_at >= timeline.origin,
        Allocation.starts_at < timeline.end,
    ]


def _by_clinician(rows: Iterable[tuple[int, T]]) -> Mapping[int, Sequence[T]]:
    found: dict[int, list[T]] = defaultdict(list)
    for clinician, one in rows:
        found[clinician].append(one)
    return found


def _chances(
    session: Session, clinic: Clinic, found: Mapping[int, Sequence[Appointment]], model: Model
) -> dict[int, tuple[float, float]]:
    """appointment -> the probability that it is missed, and cautiously: nobody is shown either.

    Whoever is here has come.
    """
    here = {one.id: (0.0, 0.0) for row in found.values() for one in row if one.status != "booked"}
    coming = list(
        {one.id: one for row in found.values() for one in row if one.status == "booked"}.values()
    )
    if not coming:
        return here
    history = outcomes.of_clinic(session, clinic, {one.patient_id for one in coming})
    ahead = [outcomes.to_come(one) for one in coming]
    visits = known_when_booked([*history, *ahead])[len(history) :]
    likely, cautious = model.missing(visits).tolist(), model.cautious(visits).tolist()
    pairs = zip(likely, cautious, strict=True)
    return here | {one.id: pair for one, pair in zip(coming, pairs, strict=True)}


def _extras(session: Session, timeline: Timeline, clinician_ids: Sequence[int]) -> set[int]:
    """The appointments that stand on top of the plan."""
    rows = session.scalars(
        select(Allocation.appointment_id).where(
            Allocation.resource_id.in_(clinician_ids),
            Allocation.lane > 0,
            Allocation.active,
            Allocation.starts_at < timeline.end,
            Allocation.ends_at > timeline.origin,
        )
    )
    return {one for one in rows if one is not None}


def _stretches(ticks: int) -> Iterator[tuple[int, int]]:
    """The runs of set bits: (first, first after)."""
    at = 0
    while ticks:
        skip = (ticks & -ticks).bit_length() - 1
        ticks >>= skip
        run = (~ticks & (ticks + 1)).bit_length() - 1
        yield at + skip, at + skip + run
        ticks >>= run
        at += skip + run
