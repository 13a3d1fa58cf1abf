"""Who waits: a wish for an earlier time, given and taken back, and those whose deadline presses."""

from dataclasses import dataclass
from datetime import date, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, Exists, exists, select
from sqlalchemy.orm import joinedload

from booking.appointments.belonging import PORT, Belonging
from booking.appointments.guard import lock
from booking.appointments.invitations.models import Invitation
from booking.appointments.models import ACTIVE, Appointment, AppointmentChange
from booking.appointments.visit_types.models import VisitType
from booking.calendar.models import Clinic
from booking.platform import audit
from booking.platform.database import Session
from booking.platform.identity import SYSTEM, Actor
from booking.platform.localtime import local_date
from booking.waitlist import closing
from booking.waitlist.errors import BelongsTogether, NothingEarlier, NotWaiting
from booking.waitlist.matching import Rules
from booking.waitlist.models import WaitlistEntry
from booking.waitlist.reopening import for_whoever_came, heard_by_now, rested

EVERY_DAY = "0,1,2,3,4,5,6"
# Who waits already, and who has been taken off by somebody, is not put on the list by the job.
_STANDS = WaitlistEntry.status.in_(("waiting", "withdrawn"))
AT_A_TIME = 200
# How few and how many may be offered the same freed time at once.
AT_ONCE = (1, 10)


@dataclass(frozen=True)
class Wishes:
    """What would suit. Empty or None: anything. weekdays: 0 = Monday; parts: 'am', 'pm'.

    earliest_on: a local day, today where None. notice_hours: the shortest useful warning.
    """

    forms: tuple[str, ...] = ()
    clinician_id: int | None = None
    site_id: int | None = None
    earliest_on: date | None = None
    latest_on: date | None = None
    weekdays: tuple[int, ...] = ()
    parts: tuple[str, ...] = ()
    notice_hours: int = 24


def wish(
    session: Session, by: Actor, about: Appointment | Invitation, wishes: Wishes
) -> WaitlistEntry:
    """Put somebody on the list for an earlier time than they have, or for any on an invitation.

    Said again it changes the wishes and keeps the place in the order. Raises as `check` does.
    """
    lock(session, [], [about.patient_id])
    check(session, about)
    entry = waiting_entry(session, about)
    if entry is None:
        entry = _new(session, by, about, "wish")
    entry.cause = "wish"  # their own from now on, also where a deadline had put them here
    _write(session, entry, wishes)
    session.flush()
    for_whoever_came(session, [entry])
    audit.record(session, by, "waitlist.wished", [entry.patient_id], clinic_id=entry.clinic_id)
    return entry


def check(session: Session, about: Appointment | Invitation) -> None:
    """Raise NotWaiting where there is nothing to wait with, BelongsTogether for a time that is
    moved with others of its day only, and NothingEarlier for one on the first day it may be on.
    """
    timed = isinstance(about, Invitation) and _has_time(session, about.id)
    if timed or not _stands(session, about):
        raise NotWaiting
    if isinstance(about, Invitation):
        return
    belonging: Belonging = session.ports[PORT]
    if belonging(session, [about.id]):
        raise BelongsTogether
    day, invitation = local_date(about.starts_at, about.clinic.zone), about.invitation
    if invitation is not None and day <= invitation.window_from:
        raise NothingEarlier


def ask_at_once(session: Session, by: Actor, clinic: Clinic, number: int) -> None:
    """Say how many are offered the same freed time in a round; it counts from the next round."""
    clinic.offers_at_once = number
    session.flush()
    audit.record(session, by, "waitlist.at_once", clinic_id=clinic.id)


def withdraw(session: Session, by: Actor, entry: WaitlistEntry) -> None:
    """Take somebody off the list; an offer they have is over. Twice is harmless."""
    session.refresh(entry, with_for_update={"of": WaitlistEntry, "key_share": True})
    if entry.status != "waiting":
        return
    closing.end_entry(session, entry, "withdrawn")
    audit.record(session, by, "waitlist.withdrawn", [entry.patient_id], clinic_id=entry.clinic_id)


def waiting_entry(session: Session, about: Appointment | Invitation) -> WaitlistEntry | None:
    """The entry that waits about an appointment or an invitation, if there is one."""
    return session.scalars(
        select(WaitlistEntry).where(_about(about), WaitlistEntry.status == "waiting")
    ).one_or_none()


def tend(session: Session) -> int:
    """Put those on the list whose deadline presses, and take off whose wait is over.

    A job: how many entries came or went. It asks as many questions for ten as for a thousand. Holes
    are offered again to those who came, those a message can tell by now, and those left in peace.
    """
    done = 0
    entries = session.scalars(
        select(WaitlistEntry)
        .where(WaitlistEntry.status == "waiting")
        .options(
            joinedload(WaitlistEntry.clinic),
            joinedload(WaitlistEntry.visit_type),
            joinedload(WaitlistEntry.appointment).joinedload(Appointment.invitation),
            joinedload(WaitlistEntry.appointment).joinedload(Appointment.visit_type),
            joinedload(WaitlistEntry.invitation).joinedload(Invitation.visit_type),
        )
        .order_by(WaitlistEntry.id)
    ).all()
    timed = set(
        session.scalars(
            select(Appointment.invitation_id)
            .join(WaitlistEntry, WaitlistEntry.invitation_id == Appointment.invitation_id)
            .where(WaitlistEntry.status == "waiting", Appointment.status.in_(ACTIVE))
        )
    )
    for entry in entries:
        if entry.invitation_id in timed or not _still_waits(session, entry):
            closing.end_entry(session, entry, "ended")
            done += 1
    pressing: list[Appointment | Invitation] = [*_pressing(session), *_too_late(session)]
    came = [_new(session, SYSTEM, about, "deadline") for about in pressing]
    for_whoever_came(session, came)
    heard_by_now(session)
    rested(session)
    session.flush()
    return done + len(came)


def _new(session: Session, by: Actor, about: Appointment | Invitation, cause: str) -> WaitlistEntry:
    """An entry that takes anything; whose deadline presses takes it at short notice."""
    is_appointment = isinstance(about, Appointment)
    entry = WaitlistEntry(
        clinic_id=about.clinic_id,
        patient_id=about.patient_id,
        appointment_id=about.id if is_appointment else None,
        invitation_id=None if is_appointment else about.id,
        visit_type_id=about.visit_type_id,
        forms=about.form,
        clinician_id=None,
        site_id=None,
        earliest_on=local_date(session.now(), about.clinic.zone),
        weekdays=EVERY_DAY,
        parts="am,pm",
        notice_hours=24,
        cause=cause,
        created_at=session.now(),
        created_by=by.name,
    )
    session.add(entry)
    session.flush()
    return entry


def _write(session: Session, entry: WaitlistEntry, wishes: Wishes) -> None:
    possible = entry.visit_type.form_list
    forms = [one for one in wishes.forms if one in possible]
    entry.forms = ",".join(forms or [one for one in entry.forms.split(",") if one in possible])
    entry.clinician_id, entry.site_id = wishes.clinician_id, wishes.site_id
    entry.earliest_on = wishes.earliest_on or local_date(session.now(), entry.clinic.zone)
    entry.latest_on = wishes.latest_on
    entry.weekdays = ",".join(map(str, wishes.weekdays)) or EVERY_DAY
    entry.parts = ",".join(wishes.parts) or "am,pm"
    entry.notice_hours = wishes.notice_hours


def _stands(session: Session, about: Appointment | Invitation) -> bool:
    """Whether there is something to wait with, but for a time that an invitation has got."""
    if about.visit_type.group_capacity > 1:
        return False
    if isinstance(about, Appointment):
        return about.status == "booked" and about.starts_at > session.now()
    return about.status == "open"


def _still_waits(session: Session, entry: WaitlistEntry) -> bool:
    about = entry.appointment or entry.invitation
    if about is None:
        return False
    today = local_date(session.now(), entry.clinic.zone)
    if entry.latest_on is not None and entry.latest_on < today:
        return False
    late = entry.appointment if entry.cause == "deadline" else None
    return _stands(session, about) and (late is None or _after_deadline(late))


def _pressing(session: Session) -> list[Invitation]:
    """Open invitations without a time whose deadline is near, at each clinic's own day."""
    known = exists().where(WaitlistEntry.invitation_id == Invitation.id, _STANDS)
    found: list[Invitation] = []
    for clinic in session.scalars(select(Clinic).order_by(Clinic.id)):
        today = local_date(session.now(), clinic.zone)
        wanted = (
            select(Invitation)
            .join(VisitType, VisitType.id == Invitation.visit_type_id)
            .where(
                VisitType.group_capacity == 1,
                Invitation.clinic_id == clinic.id,
                Invitation.status == "open",
                Invitation.deadline_on <= today + Rules().pressing,
                Invitation.window_to >= today,
                ~_live(),
                ~known,
            )
            .options(joinedload(Invitation.visit_type))
            .order_by(Invitation.deadline_on, Invitation.id)
            .limit(AT_A_TIME)
        )
        found += session.scalars(wanted)
    return found


def _too_late(session: Session) -> list[Appointment]:
    """Booked times after their deadline, which no one has wished to have so late."""
    known = exists().where(WaitlistEntry.appointment_id == Appointment.id, _STANDS)
    wanted = (
        select(Appointment.id, Appointment.starts_at, Invitation.deadline_on, Clinic.zone_name)
        .join(Invitation, Invitation.id == Appointment.invitation_id)
        .join(Clinic, Clinic.id == Appointment.clinic_id)
        .where(
            Appointment.status == "booked",
            Appointment.group_session_id.is_(None),
            Appointment.starts_at > session.now() + timedelta(days=1),
            Invitation.deadline_on.is_not(None),
            ~known,
            ~_chosen_late(),
        )
        .order_by(Appointment.starts_at)
    )
    # Which day it is is the clinic's to say, so the database is not asked to.
    late = [
        number
        for number, start, deadline, zone in session.execute(wanted)
        if deadline is not None and local_date(start, ZoneInfo(zone)) > deadline
    ]
    theirs = (
        select(Appointment)
        .where(Appointment.id.in_(late[:AT_A_TIME]))
        .options(joinedload(Appointment.invitation), joinedload(Appointment.visit_type))
        .order_by(Appointment.starts_at, Appointment.id)
    )
    return list(session.scalars(theirs))


def _after_deadline(appointment: Appointment) -> bool:
    deadline = appointment.invitation.deadline_on if appointment.invitation else None
    day = local_date(appointment.starts_at, appointment.clinic.zone)
    return deadline is not None and day > deadline


def _about(about: Appointment | Invitation) -> ColumnElement[bool]:
    if isinstance(about, Appointment):
        return WaitlistEntry.appointment_id == about.id
    return WaitlistEntry.invitation_id == about.id


def _live() -> Exists:
    return exists().where(
        Appointment.invitation_id == Invitation.id, Appointment.status.in_(ACTIVE)
    )


def _has_time(session: Session, invitation_id: int) -> bool:
    live = select(Appointment.id).where(
        Appointment.invitation_id == invitation_id, Appointment.status.in_(ACTIVE)
    )
    return session.scalar(live.limit(1)) is not None


def _chosen_late() -> Exists:
    """The patient has said that a time after the deadline is their own wish."""
    return exists().where(
        AppointmentChange.appointment_id == Appointment.id,
        AppointmentChange.reason == "patient_wish",
    )
