"""A clinic's sessions as they are booked: who comes, how likely, and how long each will take."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import TypeVar

from sqlalchemy import ColumnElement, exists, select
from sqlalchemy.orm import joinedload

from booking.appointments.models import (
    STOOD,
    Allocation,
    Appointment,
    GroupSession,
    OverbookingGrant,
)
from booking.appointments.visit_types.models import VisitType
from booking.calendar import availability
from booking.calendar.models import Clinic
from booking.calendar.queries import resources_of
from booking.calendar.slots import Timeline
from booking.overbooking import deciding, outcomes
from booking.overbooking.missing_model import Model
from booking.overbooking.records import known_when_booked
from booking.overbooking.service_times import ServiceTime, learnt
from booking.overbooking.session_risk import Distribution, Patient
from booking.platform.database import Session

T = TypeVar("T")

_MINUTE = timedelta(minutes=1)
# How long visits took is learnt from so far back.
LEARNT_FROM = timedelta(days=365)


@dataclass(frozen=True)
class ClinicSession:
    """One clinician's stretch of a day at one site, from start to end (aware UTC).

    booked: the appointments that begin in it, in order. patients: they, the groups that meet in it
    and the extras granted but not placed, in minutes from the start, with the session's cautious
    rate for each who has yet to come: nobody's own risk says where an extra is put. expected,
    missing: how many are expected to miss, and how many cautiously. extras: how many stand on top
    of the plan, granted: the grants not placed among them; on_top: the minutes they begin.
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
    rate: float
    granted: tuple[int, ...] = ()
    on_top: tuple[int, ...] = ()

    @property
    def length(self) -> int:
        """Minutes."""
        return (self.end - self.start) // _MINUTE

    def at(self, start: datetime) -> int:
        """Minutes from the start of the session."""
        return (start - self.start) // _MINUTE

    def question(
        self, visit_type: VisitType, minutes: int, after: datetime | None = None
    ) -> deciding.Session:
        """What `deciding` is asked of an extra of this type and length, later than `after`."""
        latest = self.end - _MINUTE * minutes
        starts, at = [], self.start
        while at <= latest:
            if at.minute % visit_type.grid_minutes == 0 and (after is None or at > after):
                starts.append(self.at(at))
            at += _MINUTE * 5
        return self.asked(tuple(starts))

    def asked(self, starts: tuple[int, ...]) -> deciding.Session:
        """What `deciding` is asked of an extra at one of these minutes."""
        return deciding.Session(self.patients, self.length, starts, self.missing, self.extras)

    def one_more(self, how_long: Distribution) -> Patient:
        """An extra of this service time, who misses as the others do."""
        return Patient(0, 1.0 - self.rate, how_long)


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
    session: Session,
    clinic: Clinic,
    first: date,
    last: date,
    model: Model,
    *,
    clinician_id: int | None = None,
    beforehand: bool = False,
    plan: bool = False,
    aside: int = 0,
) -> list[ClinicSession]:
    """The sessions of local days first to last, both included, by start and clinician.

    clinician_id: of this one alone. beforehand: as if nobody had come or missed yet, and with
    nothing granted that was not placed. plan: without whoever stands on top of it. aside: a grant
    that is not counted.
    """
    ids = [one.id for one in resources_of(session, clinic.id, "clinician")]
    ids = [one for one in ids if clinician_id in (None, one)]
    open_time = availability.read(session, clinic, ids, first, last)
    timeline = open_time.timeline
    standing = _standing(session, clinic, timeline, ids, plan=plan)
    chances = _chances(session, clinic, standing, model, beforehand=beforehand)
    groups = _groups(session, clinic, timeline, ids)
    grants = {} if beforehand else _grants(session, clinic, timeline, ids)
    times = ServiceTimes(session, clinic)
    return [
        _made(
            stretch,
            [one for one in standing.get(stretch.clinician_id, ()) if stretch.has(one.appointment)],
            [one for one in groups.get(stretch.clinician_id, ()) if stretch.has(one)],
            [
                one
                for one in grants.get(stretch.clinician_id, ())
                if stretch.has(one) and one.id != aside
            ],
            chances,
            times,
        )
        for stretch in _stretches(open_time)
    ]


@dataclass(frozen=True, order=True)
class _Stretch:
    start: datetime
    clinician_id: int
    site_id: int
    end: datetime

    def has(self, one: Appointment | GroupSession | OverbookingGrant) -> bool:
        """Whether it begins in it."""
        return one.site_id == self.site_id and self.start <= one.starts_at < self.end


@dataclass(frozen=True)
class _Standing:
    """An appointment, and whether it stands on top of the plan."""

    appointment: Appointment
    extra: bool


@dataclass(frozen=True)
class _Chance:
    """That one visit is missed, and cautiously; open: nobody knows yet. Nobody is shown it."""

    likely: float
    cautious: float
    open: bool


CAME, MISSED = _Chance(0.0, 0.0, False), _Chance(1.0, 1.0, False)


def _made(
    stretch: _Stretch,
    here: Sequence[_Standing],
    groups: Sequence[GroupSession],
    grants: Sequence[OverbookingGrant],
    chances: Mapping[int, _Chance],
    times: ServiceTimes,
) -> ClinicSession:
    """One session, of those who begin in it."""
    theirs = [chances[one.appointment.id] for one in here]
    doubtful = [one.cautious for one in theirs if one.open]
    rate = sum(doubtful) / len(doubtful) if doubtful else 0.0

    def patient(comes: float, one: Appointment | GroupSession | OverbookingGrant) -> Patient:
        minutes = (one.ends_at - one.starts_at) // _MINUTE
        how_long = times.of(one.visit_type_id, minutes).distribution
        return Patient((one.starts_at - stretch.start) // _MINUTE, comes, how_long)

    patients = [
        patient(1.0 - (rate if chance.open else chance.cautious), one.appointment)
        for one, chance in zip(here, theirs, strict=True)
    ]
    patients += [patient(1.0, one) for one in groups]
    patients += [patient(1.0 - rate, one) for one in grants]
    on_top = [one.appointment.starts_at for one in here if one.extra]
    on_top += [one.starts_at for one in grants]
    return ClinicSession(
        stretch.clinician_id,
        stretch.site_id,
        stretch.start,
        stretch.end,
        tuple(one.appointment.id for one in here),
        tuple(sorted(patients, key=lambda one: one.at)),
        sum(one.likely for one in theirs),
        sum(one.cautious for one in theirs),
        sum(one.extra for one in here) + len(grants),
        rate,
        tuple(one.id for one in grants),
        tuple((start - stretch.start) // _MINUTE for start in on_top),
    )


def _standing(
    session: Session,
    clinic: Clinic,
    timeline: Timeline,
    clinician_ids: Sequence[int],
    *,
    plan: bool,
) -> Mapping[int, Sequence[_Standing]]:
    """clinician -> the contacts that take their time, in order; one may take several clinicians."""
    wanted = (
        select(Allocation.resource_id, Allocation.lane, Appointment)
        .join(Appointment, Appointment.id == Allocation.appointment_id)
        .options(joinedload(Appointment.patient), joinedload(Appointment.visit_type))
        .where(
            Appointment.clinic_id == clinic.id,
            Appointment.status.in_(STOOD),
            *_begins_in(timeline, clinician_ids),
        )
        .order_by(Appointment.starts_at, Appointment.id)
    )
    if plan:
        wanted = wanted.where(Allocation.lane == 0)
    return _by_clinician(
        (clinician, _Standing(one, lane > 0)) for clinician, lane, one in session.execute(wanted)
    )


def _groups(
    session: Session, clinic: Clinic, timeline: Timeline, clinician_ids: Sequence[int]
) -> Mapping[int, Sequence[GroupSession]]:
    wanted = (
        select(Allocation.resource_id, GroupSession)
        .join(GroupSession, GroupSession.id == Allocation.group_session_id)
        .where(
            GroupSession.clinic_id == clinic.id,
            GroupSession.cancelled_at.is_(None),
            *_begins_in(timeline, clinician_ids),
        )
    )
    return _by_clinician((clinician, one) for clinician, one in session.execute(wanted))


def _grants(
    session: Session, clinic: Clinic, timeline: Timeline, clinician_ids: Sequence[int]
) -> Mapping[int, Sequence[OverbookingGrant]]:
    """clinician -> the grants nobody has been placed on."""
    placed = exists().where(
        Allocation.grant_id == OverbookingGrant.id,
        Appointment.id == Allocation.appointment_id,
        Appointment.status.in_(STOOD),
    )
    wanted = (
        select(OverbookingGrant)
        .where(
            OverbookingGrant.clinic_id == clinic.id,
            OverbookingGrant.resource_id.in_(clinician_ids),
            OverbookingGrant.starts_at >= timeline.origin,
            OverbookingGrant.starts_at < timeline.end,
            OverbookingGrant.starts_at > session.now(),
            OverbookingGrant.revoked_at.is_(None),
            ~placed,
        )
        .order_by(OverbookingGrant.starts_at, OverbookingGrant.id)
    )
    return _by_clinician((one.resource_id, one) for one in session.scalars(wanted))


def _begins_in(timeline: Timeline, clinician_ids: Sequence[int]) -> list[ColumnElement[bool]]:
    return [
        Allocation.resource_id.in_(clinician_ids),
        Allocation.starts_at >= timeline.origin,
        Allocation.starts_at < timeline.end,
    ]


def _by_clinician(rows: Iterable[tuple[int, T]]) -> Mapping[int, Sequence[T]]:
    found: dict[int, list[T]] = defaultdict(list)
    for clinician, one in rows:
        found[clinician].append(one)
    return found


def _chances(
    session: Session,
    clinic: Clinic,
    standing: Mapping[int, Sequence[_Standing]],
    model: Model,
    *,
    beforehand: bool,
) -> Mapping[int, _Chance]:
    """appointment -> the probability that it is missed: nobody is shown it.

    Whoever is here has come, and who was marked as missing has missed.
    """
    everyone = {one.appointment.id: one.appointment for row in standing.values() for one in row}
    open_ = [one for one in everyone.values() if beforehand or one.status == "booked"]
    found = {number: MISSED if one.status == "noshow" else CAME for number, one in everyone.items()}
    if not open_:
        return found
    history = outcomes.of_clinic(session, clinic, {one.patient_id for one in open_})
    ahead = outcomes.all_to_come(session, open_)
    visits = known_when_booked([*history, *ahead])[len(history) :]
    likely, cautious = model.missing(visits).tolist(), model.cautious(visits).tolist()
    for one, each, lower in zip(open_, likely, cautious, strict=True):
        found[one.id] = _Chance(each, lower, True)
    return found


def _stretches(open_time: availability.Availability) -> list[_Stretch]:
    """The unbroken stretches of open time, by start."""
    timeline = open_time.timeline
    return sorted(
        _Stretch(timeline.instant(begins), clinician, site, timeline.instant(after))
        for (clinician, site), ticks in open_time.opening.items()
        for begins, after in _runs(ticks)
    )


def _runs(ticks: int) -> Iterator[tuple[int, int]]:
    """The runs of set bits: (first, first after)."""
    at = 0
    while ticks:
        skip = (ticks & -ticks).bit_length() - 1
        ticks >>= skip
        run = (~ticks & (ticks + 1)).bit_length() - 1
        yield at + skip, at + skip + run
        ticks >>= run
        at += skip + run
