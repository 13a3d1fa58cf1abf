"""Keeping what is expected of every session the evening before, and what came of it."""

import time
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import numpy as np
from sqlalchemy import and_, exists, or_, select

from booking.appointments.models import ACTIVE, STOOD, Allocation, Appointment, AppointmentChange
from booking.appointments.wording import REASONS_OF_CLINIC
from booking.calendar.models import Clinic
from booking.overbooking import queries, sessions, shocks
from booking.overbooking.models import SessionPrediction
from booking.overbooking.observing import CAME, Visit, overtime, waited
from booking.overbooking.outcomes import TOO_LATE
from booking.overbooking.session_risk import LONG_WAIT
from booking.overbooking.sessions import ClinicSession
from booking.platform.database import Database, Session
from booking.platform.localtime import day_bounds, to_local

# From this local hour on, tomorrow's sessions are predicted.
EVENING = 18
# So long after a session whatever was noted of it has been noted.
SETTLED_AFTER = timedelta(hours=24)
_RUN_FOR = timedelta(seconds=20)
_PREDICTED = (
    "site_id", "ends_at", "kept_at", "booked", "extras", "expected", "missing", "late", "overtime",
    "idle", "wait", "longest_wait", "long_wait",
)  # fmt: skip


def expected(session: Session, clinic: Clinic, day: date) -> list[SessionPrediction]:
    """What is expected of the sessions of a local day that have not begun; nothing is written.

    As likely, not as cautiously, as the clinic's model has it: what is decided on cautiously is to
    be told from what is believed. Who has yet to come has the session's rate, as in `sessions`.
    """
    model = queries.believed(session, clinic)
    likely = replace(model, caution=1.0)
    return [
        _expected(one, model.caution, clinic, session.now())
        for one in sessions.read(session, clinic, day, day, likely, beforehand=True)
        if one.booked and one.start > session.now()
    ]


def write(session: Session, clinic: Clinic, day: date, found: Iterable[SessionPrediction]) -> int:
    """Keep what `expected` found, in place of what was; how many sessions that is.

    A session that has begun keeps what was expected of it; one that is no more is forgotten.
    """
    first, last = day_bounds(day, clinic.zone)
    wanted = select(SessionPrediction).where(
        SessionPrediction.clinic_id == clinic.id,
        SessionPrediction.starts_at >= first,
        SessionPrediction.starts_at < last,
        SessionPrediction.starts_at > session.now(),
    )
    before = {(one.clinician_id, one.starts_at): one for one in session.scalars(wanted)}
    count = 0
    for one in found:
        if one.starts_at <= session.now():
            continue
        known = before.pop((one.clinician_id, one.starts_at), None)
        if known is None:
            session.add(one)
        else:
            for name in _PREDICTED:
                setattr(known, name, getattr(one, name))
        count += 1
    for gone in before.values():
        session.delete(gone)
    session.flush()
    return count


def keep(session: Session, clinic: Clinic, day: date) -> int:
    """Keep what is expected of a day's sessions that have not begun; how many that is."""
    return write(session, clinic, day, expected(session, clinic, day))


def observe(session: Session, clinic: Clinic) -> int:
    """Fill in what came of the clinic's sessions that are over; of how many.

    Over: past its end, with every visit settled or a day gone by.
    """
    now = session.now()
    wanted = select(SessionPrediction).where(
        SessionPrediction.clinic_id == clinic.id,
        SessionPrediction.observed_at.is_(None),
        SessionPrediction.ends_at <= now,
    )
    count = 0
    for one in session.scalars(wanted).all():
        visits = _visits(session, one)
        waiting = any(visit.status in ACTIVE for visit in visits)
        if waiting and one.ends_at + SETTLED_AFTER > now:
            continue
        _observe(session, one, visits)
        one.observed_at = now
        count += 1
    session.flush()
    return count


def predict_tomorrow(database: Database) -> int:
    """In the evening, at each clinic not done yet, what is expected of tomorrow: a job.

    What takes time is done while nothing is locked; a day it does not run on is missing.
    """
    until, count = time.monotonic() + _RUN_FOR.total_seconds(), 0
    for number in _clinics(database):
        if time.monotonic() > until:
            break
        with database.reading() as session:
            clinic = session.get_one(Clinic, number)
            day = _due(session, clinic)
            found = expected(session, clinic, day) if day else []
        if day and found:
            with database.transaction() as session:
                count += write(session, session.get_one(Clinic, number), day, found)
    return count


def observe_over(database: Database) -> int:
    """What came of the sessions that are over, a clinic at a time: a job."""
    until, count = time.monotonic() + _RUN_FOR.total_seconds(), 0
    for number in _clinics(database):
        if time.monotonic() > until:
            break
        with database.transaction() as session:
            count += observe(session, session.get_one(Clinic, number))
    return count


def kept_since(session: Session, clinic: Clinic, since: datetime) -> Sequence[SessionPrediction]:
    """What was expected of the clinic's sessions from an instant until now, in order."""
    wanted = (
        select(SessionPrediction)
        .where(
            SessionPrediction.clinic_id == clinic.id,
            SessionPrediction.starts_at >= since,
            SessionPrediction.starts_at <= session.now(),
        )
        .order_by(SessionPrediction.starts_at, SessionPrediction.id)
    )
    return session.scalars(wanted).all()


def _expected(
    one: ClinicSession, caution: float, clinic: Clinic, now: datetime
) -> SessionPrediction:
    risk = shocks.evaluate(one.patients, one.length, shocks.USUAL)
    coming = [patient.comes for patient in one.patients]
    return SessionPrediction(
        clinic_id=clinic.id,
        clinician_id=one.clinician_id,
        site_id=one.site_id,
        starts_at=one.start,
        ends_at=one.end,
        kept_at=now,
        booked=len(one.booked),
        extras=one.extras,
        expected=one.expected,
        missing=one.expected * caution,
        late=risk.late,
        overtime=risk.overtime,
        idle=risk.idle,
        wait=float(np.average(risk.waits, weights=coming)),
        longest_wait=float(risk.waits.max()),
        long_wait=float(np.average(risk.long_waits, weights=coming)),
    )


def _due(session: Session, clinic: Clinic) -> date | None:
    """Tomorrow, if it is evening at the clinic and nothing was kept of it yet this evening."""
    local = to_local(session.now(), clinic.zone)
    if local.hour < EVENING:
        return None
    evening = local.replace(hour=EVENING, minute=0, second=0, microsecond=0).astimezone(UTC)
    tomorrow = local.date() + timedelta(days=1)
    first, last = day_bounds(tomorrow, clinic.zone)
    done = exists().where(
        SessionPrediction.clinic_id == clinic.id,
        SessionPrediction.starts_at >= first,
        SessionPrediction.starts_at < last,
        SessionPrediction.kept_at >= evening,
    )
    return None if session.scalar(select(done)) else tomorrow


def _visits(session: Session, one: SessionPrediction) -> Sequence[Appointment]:
    """Who was or is in the session: taking the clinician's time, or in a group of theirs."""
    theirs = exists().where(
        Allocation.appointment_id == Appointment.id,
        Allocation.resource_id == one.clinician_id,
    )
    in_group = and_(
        Appointment.group_session_id.is_not(None), Appointment.clinician_id == one.clinician_id
    )
    wanted = select(Appointment).where(
        Appointment.clinic_id == one.clinic_id,
        Appointment.site_id == one.site_id,
        Appointment.starts_at >= one.starts_at,
        Appointment.starts_at < one.ends_at,
        or_(theirs, in_group),
    )
    return session.scalars(wanted).all()


def _observe(session: Session, one: SessionPrediction, visits: Sequence[Appointment]) -> None:
    """missed, came: of those it was expected of. The end and the waits are everybody's."""
    stood = [visit for visit in visits if visit.status in STOOD]
    alone = [_noted(visit) for visit in stood if visit.group_session_id is None]
    known = [waited(visit, one.ends_at) for visit in alone]
    waits = [minutes for minutes in known if minutes is not None]
    meant = _meant(session, one, visits)
    one.missed = sum(visit.status in ("noshow", "cancelled") for visit in meant)
    one.came = sum(visit.status in CAME for visit in meant)
    one.observed_overtime = overtime([_noted(visit) for visit in stood], one.ends_at)
    one.waits = len(waits)
    one.observed_wait = float(np.mean(waits)) if waits else None
    one.long_waits = sum(minutes > LONG_WAIT for minutes in waits)


def _meant(
    session: Session, one: SessionPrediction, visits: Sequence[Appointment]
) -> list[Appointment]:
    """Those booked when it was kept who were to come, or gave up too late: as `outcomes` has it.

    What was moved here since, or called off by the clinic, is left out.
    """
    changed = set(
        session.scalars(
            select(AppointmentChange.appointment_id).where(
                AppointmentChange.appointment_id.in_([visit.id for visit in visits]),
                AppointmentChange.at > one.kept_at,
                or_(
                    AppointmentChange.what == "moved",
                    AppointmentChange.reason.in_(list(REASONS_OF_CLINIC)),
                ),
            )
        )
    )
    return [
        visit
        for visit in visits
        if visit.id not in changed
        and visit.group_session_id is None
        and visit.booked_at <= one.kept_at
        and (visit.status in STOOD or _given_up_too_late(visit, one.kept_at))
    ]


def _given_up_too_late(visit: Appointment, since: datetime) -> bool:
    return (
        visit.status == "cancelled"
        and visit.cancelled_at is not None
        and visit.cancelled_at > since
        and visit.starts_at - visit.cancelled_at <= TOO_LATE
    )


def _noted(one: Appointment) -> Visit:
    return Visit(one.starts_at, one.status, one.arrived_at, one.called_in_at, one.done_at)


def _clinics(database: Database) -> Sequence[int]:
    with database.reading() as session:
        return session.scalars(select(Clinic.id).order_by(Clinic.id)).all()
