"""Whom to call today, and writing down what came of a call."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from booking.appointments import service as booking
from booking.appointments.errors import TooLate, WrongState
from booking.appointments.models import Appointment
from booking.appointments.worklist import service as worklist
from booking.calendar.models import Clinic
from booking.calendar.public_holidays import closed_days
from booking.people.queries import needs_of_each
from booking.platform import audit
from booking.platform.database import Session
from booking.platform.errors import NotFound
from booking.platform.identity import Actor
from booking.platform.localtime import local_date
from reminders.help_list import queries
from reminders.help_list.errors import AlreadyCalled
from reminders.help_list.models import OUTCOMES, HelpCall
from reminders.help_list.ranking import MAX_TRIES, Known, order, window

NEEDS_HELP = {"needs_transport": "help_transport", "needs_other": "help_other"}
SATURDAY = 5
# No clinic is closed for longer on end than one looks ahead here.
A_MONTH = timedelta(days=31)


@dataclass(frozen=True)
class ToCall:
    """Someone to call. phone: in E.164. interpreter: they need one, which the call does too.

    tried: the call that nobody took.
    """

    appointment: Appointment
    phone: str
    interpreter: bool
    tried: HelpCall | None


@dataclass(frozen=True)
class Called:
    """A call made today. unfinished: they wanted the time moved or cancelled, and it stands yet."""

    call: HelpCall
    appointment: Appointment
    unfinished: bool


@dataclass(frozen=True)
class Today:
    """A clinic's calls of a day. to_call: those first to whom a call can help most.

    waiting: how many more could be called. without_phone: times whose patient has no number.
    first, last: the local days whose times they are.
    """

    to_call: list[ToCall]
    waiting: int
    without_phone: list[Appointment]
    called: list[Called]
    first: date
    last: date


def today(session: Session, clinic: Clinic, most: int) -> Today:
    """Whom to call today: at most so many calls, those already made today counted in.

    Not those who have been spoken with or have said yes by telephone, who were called earlier
    today, or who have been called in vain often enough.
    """
    day = local_date(session.now(), clinic.zone)
    first, last = _window(clinic, day)
    called = _called(session, clinic, day)
    open_ones, calls = _open(session, clinic, day, first, last)
    reachable = {one.id: one for one in open_ones if one.patient.phone_sealed is not None}
    ordered = order(_known(session, clinic, list(reachable.values()), calls))
    chosen = [reachable[one] for one in ordered[: max(0, most - len(called))]]
    needs = needs_of_each(session, {one.patient_id for one in chosen})
    to_call = [
        ToCall(
            one,
            one.patient.phone or "",
            "interpreter" in needs.get(one.patient_id, set()),
            next(reversed(calls.get(one.id, [])), None),
        )
        for one in chosen
    ]
    without = [one for one in open_ones if one.id not in reachable]
    return Today(to_call, len(ordered) - len(to_call), without, called, first, last)


def record_call(
    session: Session, by: Actor, appointment: Appointment, outcome: str, words: str = ""
) -> HelpCall:
    """Write down what came of a call about a coming time; outcome: one of OUTCOMES.

    'comes' says yes to the time; a need goes on the worklist. Moving and cancelling are done
    where they always are. Raises AlreadyCalled where someone has spoken with the patient about
    it, WrongState where the time no longer stands, TooLate where it has begun.
    """
    if outcome not in OUTCOMES:
        raise NotFound
    # Locked, so that two who call the same patient at once see each other's.
    session.refresh(appointment, with_for_update={"of": Appointment})
    if appointment.status != "booked":
        raise WrongState
    if appointment.starts_at <= session.now():
        raise TooLate(phone=appointment.clinic.phone)
    zone, now = appointment.clinic.zone, session.now()
    for earlier in queries.calls_about(session, [appointment]).get(appointment.id, []):
        same_day = local_date(earlier.called_at, zone) == local_date(now, zone)
        if earlier.outcome != "no_answer" or (outcome == "no_answer" and same_day):
            raise AlreadyCalled
    call = HelpCall(
        clinic_id=appointment.clinic_id,
        patient_id=appointment.patient_id,
        appointment_id=appointment.id,
        called_at=now,
        called_by=by.name,
        outcome=outcome,
        words=words,
    )
    session.add(call)
    session.flush()
    audit.record(
        session,
        by,
        "help_list.called",
        [appointment.patient_id],
        clinic_id=appointment.clinic_id,
    )
    if outcome == "comes":
        booking.keep(session, by, appointment, "phone")
    if outcome in NEEDS_HELP:
        worklist.add(
            session,
            appointment.clinic_id,
            NEEDS_HELP[outcome],
            patient_id=appointment.patient_id,
            appointment_id=appointment.id,
            words=words,
            due_on=local_date(now, zone),
            key=f"help:{appointment.id}",
        )
    return call


def _window(clinic: Clinic, day: date) -> tuple[date, date]:
    free = closed_days(clinic, day, day + A_MONTH)
    return window(day, lambda one: one.weekday() >= SATURDAY or one in free)


def _open(
    session: Session, clinic: Clinic, day: date, first: date, last: date
) -> tuple[list[Appointment], dict[int, list[HelpCall]]]:
    """The times that may be called about, in order of time, and the calls that were."""
    booked = queries.booked(session, clinic, first, last)
    calls = queries.calls_about(session, booked)
    said = queries.said_of(session, [one.id for one in booked])
    return [
        one
        for one in booked
        if not (one.id in said and said[one.id].yes)
        and _may_be_called(calls.get(one.id, []), clinic, day)
    ], calls


def _may_be_called(calls: list[HelpCall], clinic: Clinic, day: date) -> bool:
    return len(calls) < MAX_TRIES and all(
        one.outcome == "no_answer" and local_date(one.called_at, clinic.zone) != day
        for one in calls
    )


def _known(
    session: Session,
    clinic: Clinic,
    appointments: list[Appointment],
    calls: dict[int, list[HelpCall]],
) -> Iterable[Known]:
    patients = {one.patient_id for one in appointments}
    ids = [one.id for one in appointments]
    visits = queries.visits_of(session, clinic.id, patients)
    unreached, helped = queries.unreached(session, ids), queries.extra_help(session, patients)
    for one in appointments:
        booked_on = local_date(one.booked_at, clinic.zone)
        yield Known(
            one.id,
            one.starts_at,
            came=visits[one.patient_id, "fulfilled"],
            missed=visits[one.patient_id, "noshow"],
            booked_days=(local_date(one.starts_at, clinic.zone) - booked_on).days,
            answered=one.participant == "accepted",
            unreached=one.id in unreached,
            extra_help=one.patient_id in helped,
            tries=len(calls.get(one.id, [])),
        )


def _called(session: Session, clinic: Clinic, day: date) -> list[Called]:
    calls = queries.calls_on(session, clinic, day)
    appointments = queries.appointments_of(session, calls)
    said = queries.said_of(session, appointments)
    made = []
    for call in calls:
        appointment = appointments[call.appointment_id]
        moved_at = said[appointment.id].moved_at if appointment.id in said else None
        stands = appointment.status == "booked"
        unfinished = stands and (
            call.outcome == "cancelled"
            or (call.outcome == "moved" and (moved_at is None or moved_at < call.called_at))
        )
        made.append(Called(call, appointment, unfinished))
    return made
