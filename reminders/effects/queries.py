"""Reading what became of appointments, and what was sent about them."""

from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import cast

import numpy as np
from sqlalchemy import Select, case, exists, func, select
from sqlalchemy.orm import aliased

from booking.appointments.models import ACTIVE, Appointment, AppointmentChange
from booking.appointments.visit_types.models import VisitType
from booking.appointments.wording import REASONS_OF_CLINIC
from booking.calendar.models import Clinic
from booking.platform.database import Session
from booking.platform.localtime import local_date
from reminders.effects.endings import CAME, GivenBack, LeftOut, Story, ending_of, left_out
from reminders.effects.prices import Prices
from reminders.experiments.analysis import Result, Visit, analyse, may_be_called
from reminders.experiments.clustered import likeness
from reminders.experiments.models import Experiment, ExperimentVisit
from reminders.experiments.observed import Observed, Seen, observed_effect
from reminders.messages.models import Message, MessageAttempt
from reminders.policies.models import ReminderPolicy
from reminders.policies.steps import Channel

# What a provider may charge for: also what did not arrive, or arrived after it was given up.
PAID = ("sent", "delivered", "unknown", "failed", "double")
GOT = ("sent", "delivered")
YEAR = timedelta(days=365)

Ids = Select[int]


@dataclass(frozen=True)
class Found:
    """An experiment's result. left_out: how many appointments are not counted, and why."""

    result: Result
    left_out: Mapping[LeftOut, int]


def result(session: Session, experiment: Experiment, prices: Prices) -> Found:
    """What an experiment shows as things stand now; `analysis` says what may be told."""
    counted: Ids = select(ExperimentVisit.appointment_id).where(
        ExperimentVisit.experiment_id == experiment.id
    )
    places = {arm.id: place for place, arm in enumerate(experiment.arms)}
    lots = session.execute(
        select(ExperimentVisit.appointment_id, ExperimentVisit.arm_id).where(
            ExperimentVisit.experiment_id == experiment.id
        )
    )
    drawn = dict(lots.all())
    patients, stories = _stories(session, counted)
    refilled, sent = _refilled(session, counted), _sent(session, counted)
    now = session.now()
    visits: list[Visit] = []
    out: Counter[LeftOut] = Counter()
    for appointment_id, story in stories.items():
        why = left_out(story, experiment.ends_at, now)
        if why is not None:
            out[why] += 1
            continue
        visits.append(
            Visit(
                patients[appointment_id],
                places[drawn[appointment_id]],
                ending_of(story, experiment.ends_at),
                appointment_id in refilled,
                prices.of(sent[appointment_id]),
            )
        )
    return Found(
        analyse(
            visits,
            [arm.weight for arm in experiment.arms],
            0,
            called=may_be_called(now, experiment.ends_at, experiment.stopped_at)
            and experiment.starts_at is not None,
        ),
        out,
    )


@dataclass(frozen=True)
class Pace:
    """How it went in a stretch of the clinic's past, as long as an experiment would be.

    lost: share of visits. per_patient, spread: visits a patient, and their standard deviation by
    that mean. icc: how alike a patient's visits are.
    """

    patients: int
    visits: int
    lost: float
    per_patient: float
    spread: float
    icc: float


def pace(session: Session, policy: ReminderPolicy, length: timedelta) -> Pace | None:
    """The last stretch of `length` (at most a year) of what a policy is about; None if empty.

    Only visits that were booked within it as well: an experiment counts no others.
    """
    now = session.now()
    since = now - min(length, YEAR)
    asked = _of_policy(policy).where(
        Appointment.booked_at >= since, Appointment.starts_at >= since, Appointment.starts_at < now
    )
    patients, stories = _stories(session, asked)
    totals: dict[int, list[int]] = defaultdict(lambda: [0, 0])
    for appointment_id, story in stories.items():
        if left_out(story, now, now) is None:
            total = totals[patients[appointment_id]]
            total[0] += ending_of(story, now) in ("did_not_come", "cancelled_late")
            total[1] += 1
    if not totals:
        return None
    table = np.array(list(totals.values()), dtype=np.float64)
    lost, visits = table[:, 0], table[:, 1]
    mean = float(visits.mean())
    return Pace(
        patients=len(table),
        visits=int(visits.sum()),
        lost=float(lost.sum() / visits.sum()),
        per_patient=mean,
        spread=float(visits.std() / mean),
        icc=likeness(lost, visits),
    )


def without_experiment(session: Session, clinic: Clinic) -> Observed:
    """The last year's visits with and without a reminder: rates, and no effect."""
    now = session.now()
    reminded = exists(
        select(MessageAttempt.id)
        .join(Message)
        .where(
            Message.appointment_id == Appointment.id,
            Message.kind == "reminder",
            MessageAttempt.state.in_(GOT),
            MessageAttempt.started_at < Appointment.starts_at,
        )
    )
    rows = session.execute(
        select(Appointment.booked_at, Appointment.starts_at, Appointment.status, reminded).where(
            Appointment.clinic_id == clinic.id,
            Appointment.starts_at >= now - YEAR,
            Appointment.starts_at < now,
            Appointment.status.in_((*CAME, "noshow")),
        )
    )
    zone = clinic.zone
    return observed_effect(
        Seen(
            bool(got),
            (local_date(starts_at, zone) - local_date(booked_at, zone)).days,
            status == "noshow",
        )
        for booked_at, starts_at, status, got in rows
    )


def _of_policy(policy: ReminderPolicy) -> Ids:
    """The appointments a policy is about: a visit type's, or all that have none of their own."""
    asked: Ids = select(Appointment.id).where(Appointment.clinic_id == policy.clinic_id)
    if policy.visit_type_id is not None:
        return asked.where(Appointment.visit_type_id == policy.visit_type_id)
    own = select(ReminderPolicy.visit_type_id).where(
        ReminderPolicy.clinic_id == policy.clinic_id, ReminderPolicy.visit_type_id.is_not(None)
    )
    return asked.where(Appointment.visit_type_id.not_in(own))


def _stories(session: Session, asked: Ids) -> tuple[dict[int, int], dict[int, Story]]:
    """The patient and the story of each appointment."""
    moves: dict[int, list[tuple[datetime, datetime]]] = defaultdict(list)
    back: dict[int, list[GivenBack]] = defaultdict(list)
    by_clinic: set[int] = set()
    for change in session.execute(
        select(
            AppointmentChange.appointment_id,
            AppointmentChange.at,
            AppointmentChange.what,
            AppointmentChange.actor_kind,
            AppointmentChange.reason,
            AppointmentChange.channel,
            AppointmentChange.from_start,
            AppointmentChange.to_start,
        )
        .where(
            AppointmentChange.appointment_id.in_(asked),
            AppointmentChange.what.in_(("moved", "cancelled")),
        )
        .order_by(AppointmentChange.id)
    ):
        start = change.from_start if change.what == "moved" else change.to_start
        if change.what == "moved" and change.from_start is not None:
            moves[change.appointment_id].append((change.at, change.from_start))
        if change.what == "cancelled" and change.reason in REASONS_OF_CLINIC:
            by_clinic.add(change.appointment_id)
        elif start is not None and _for_the_patient(change.what, change.actor_kind, change.channel):
            back[change.appointment_id].append(GivenBack(change.at, start))
    patients: dict[int, int] = {}
    stories: dict[int, Story] = {}
    for row in session.execute(
        select(
            Appointment.id,
            Appointment.patient_id,
            Appointment.status,
            Appointment.starts_at,
            Appointment.ends_at,
            VisitType.closing_hours,
        )
        .join(VisitType, VisitType.id == Appointment.visit_type_id)
        .where(Appointment.id.in_(asked))
    ):
        patients[row.id] = row.patient_id
        moved = moves.get(row.id)
        stories[row.id] = Story(
            status=row.status,
            first_start=moved[0][1] if moved else row.starts_at,
            starts_at=row.starts_at,
            ends_at=row.ends_at,
            given_back=tuple(back.get(row.id, ())),
            by_clinic=row.id in by_clinic,
            closing=timedelta(hours=row.closing_hours),
        )
    return patients, stories


def _for_the_patient(what: str, actor_kind: str, channel: str) -> bool:
    """Whether a time was given back for the patient's sake: by them, or by staff as they rang.

    A cancellation says so by its reason; a move by staff without a call is the clinic's own.
    """
    return what == "cancelled" or actor_kind == "patient" or channel in ("phone", "sms")


def _refilled(session: Session, asked: Ids) -> set[int]:
    """The cancelled appointments whose clinician's time somebody else got after it was free."""
    other, came = aliased(Appointment), aliased(AppointmentChange)
    taken = exists(
        select(other.id)
        .join(came, came.appointment_id == other.id)
        .where(
            other.clinician_id == Appointment.clinician_id,
            other.id != Appointment.id,
            other.status.in_((*ACTIVE, "fulfilled", "noshow")),
            other.starts_at < Appointment.ends_at,
            other.ends_at > Appointment.starts_at,
            came.what.in_(("booked", "moved")),
            came.to_start == other.starts_at,
            came.at >= Appointment.cancelled_at,
        )
    )
    return set(
        session.scalars(
            select(Appointment.id).where(
                Appointment.id.in_(asked), Appointment.status == "cancelled", taken
            )
        )
    )


def _sent(session: Session, asked: Ids) -> Mapping[int, dict[Channel, tuple[int, int]]]:
    """What was sent about each appointment: (messages, SMS parts) by channel."""
    sent: dict[int, dict[Channel, tuple[int, int]]] = defaultdict(dict)
    for appointment_id, channel, messages, parts in session.execute(
        select(
            Message.appointment_id,
            MessageAttempt.channel,
            func.count(),
            func.sum(case((MessageAttempt.parts < 1, 1), else_=MessageAttempt.parts)),
        )
        .join(Message)
        .where(Message.appointment_id.in_(asked), MessageAttempt.state.in_(PAID))
        .group_by(Message.appointment_id, MessageAttempt.channel)
    ):
        if appointment_id is not None:
            sent[appointment_id][cast(Channel, channel)] = (messages, parts)
    return sent
