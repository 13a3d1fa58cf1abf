"""From the tables to what `matching` computes on, in a few questions however many wait."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from booking.appointments import search
from booking.appointments.errors import WrongState
from booking.appointments.models import ACTIVE, Appointment
from booking.appointments.occasions import Occasion, for_invitation, for_move, length_for
from booking.appointments.serving import serving
from booking.platform.database import Session
from booking.platform.identity import Actor
from booking.platform.localtime import day_bounds, local_date
from booking.waitlist.matching import Gap, Rules, Starts, Waiting, unfit
from booking.waitlist.models import FreedTime, Offer, WaitlistEntry

# The clinic itself offers the time: its own closing period does not bar it.
CLINIC = Actor("staff", 0, "Rettid")


def gap_of(session: Session, freed: FreedTime) -> Gap:
    """A freed time as it is matched."""
    left_by = session.get(Appointment, freed.appointment_id) if freed.appointment_id else None
    return Gap(
        freed.id,
        freed.starts_at,
        freed.ends_at,
        freed.clinician_id,
        freed.site_id,
        freed.clinic.zone,
        left_by.patient_id if left_by else None,
    )


def entries_at(session: Session, clinic_id: int) -> Sequence[WaitlistEntry]:
    """Everyone who waits at a clinic, whoever came first first."""
    return session.scalars(
        select(WaitlistEntry)
        .where(WaitlistEntry.clinic_id == clinic_id, WaitlistEntry.status == "waiting")
        .options(
            joinedload(WaitlistEntry.patient),
            joinedload(WaitlistEntry.visit_type),
            joinedload(WaitlistEntry.appointment).joinedload(Appointment.invitation),
            joinedload(WaitlistEntry.invitation),
        )
        .order_by(WaitlistEntry.created_at, WaitlistEntry.id)
    ).all()


def waiting(
    session: Session, entries: Collection[WaitlistEntry], freed: FreedTime
) -> list[Waiting]:
    """The entries as they are matched against one freed time."""
    offers = _offers(session, entries)
    busy = _busy(session, {entry.patient_id for entry in entries}, freed)
    able: dict[int, frozenset[int]] = {}
    made = []
    for entry in entries:
        visit_type = entry.visit_type
        if visit_type.id not in able:
            able[visit_type.id] = frozenset(serving(session, visit_type).clinicians)
        theirs, own = offers[entry.id], entry.appointment
        invitation = entry.invitation or (own.invitation if own else None)
        deadline = invitation.deadline_on if invitation else None
        in_time = own and deadline and local_date(own.starts_at, freed.clinic.zone) <= deadline
        made.append(
            Waiting(
                key=entry.id,
                patient_id=entry.patient_id,
                minutes=length_for(
                    session, visit_type, entry.patient_id, invitation.id if invitation else None
                ).minutes,
                forms=tuple(entry.forms.split(",")),
                possible=frozenset(visit_type.form_list),
                able=able[visit_type.id],
                earliest_on=max(
                    entry.earliest_on, invitation.window_from if invitation else date.min
                ),
                latest_on=min(
                    entry.latest_on or date.max, invitation.window_to if invitation else date.max
                ),
                since=entry.created_at,
                clinician_id=entry.clinician_id,
                site_id=entry.site_id,
                weekdays=frozenset(int(day) for day in entry.weekdays.split(",")),
                parts=frozenset(entry.parts.split(",")),
                notice=timedelta(hours=entry.notice_hours),
                deadline_on=None if in_time else deadline,
                own_start=own.starts_at if own else None,
                busy=tuple(
                    (start, end)
                    for number, start, end in busy[entry.patient_id]
                    if own is None or number != own.id
                ),
                has_offer=any(one.status == "open" for one in theirs),
                asked=any(one.freed_time_id == freed.id for one in theirs),
                refused_at=tuple(
                    one.answered_at
                    for one in theirs
                    if one.status in ("declined", "expired") and one.answered_at
                ),
            )
        )
    return made


def occasion_of(session: Session, entry: WaitlistEntry, form: str) -> Occasion | None:
    """What an entry would be booked as, inside its window; None where it can wait no longer."""
    try:
        if entry.appointment is not None:
            occasion = for_move(session, CLINIC, entry.appointment, form)
        elif entry.invitation is not None:
            occasion = for_invitation(session, CLINIC, entry.invitation, form)
        else:
            return None
    except WrongState:
        return None
    invitation = occasion.invitation
    if invitation is None:
        return occasion
    return replace(
        occasion,
        first=max(occasion.first, invitation.window_from),
        last=min(occasion.last, invitation.window_to),
    )


def starts_in(session: Session, freed: FreedTime, entries: Collection[WaitlistEntry]) -> Starts:
    """The starts at which an entry fits in a freed time, as the slot search finds them."""
    by_key = {entry.id: entry for entry in entries}
    day = local_date(freed.starts_at, freed.clinic.zone)

    def starts(one: Waiting, form: str) -> list[datetime]:
        occasion = occasion_of(session, by_key[one.key], form)
        if occasion is None:
            return []
        narrowed = occasion.wish(day, day, clinician_id=freed.clinician_id, site_id=freed.site_id)
        found = search.find(session, narrowed).slots()
        return [slot.start for slot in found if freed.starts_at <= slot.start < freed.ends_at]

    return starts


def reopen_for(session: Session, entry: WaitlistEntry) -> int:
    """Offer listed holes on to someone who has just come, where they may be of use to them."""
    listed = session.scalars(
        select(FreedTime)
        .where(
            FreedTime.clinic_id == entry.clinic_id,
            FreedTime.status == "listed",
            FreedTime.starts_at > session.now(),
        )
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    reopened = 0
    for freed in listed:
        (one,) = waiting(session, [entry], freed)
        if not unfit(gap_of(session, freed), one, session.now(), Rules()):
            freed.status, freed.decided_at = "offering", None
            reopened += 1
    session.flush()
    return reopened


def _offers(session: Session, entries: Collection[WaitlistEntry]) -> dict[int, list[Offer]]:
    by_entry: dict[int, list[Offer]] = defaultdict(list)
    ids = [entry.id for entry in entries]
    for offer in session.scalars(select(Offer).where(Offer.entry_id.in_(ids))):
        by_entry[offer.entry_id].append(offer)
    return by_entry


def _busy(
    session: Session, patients: Collection[int], freed: FreedTime
) -> dict[int, list[tuple[int, datetime, datetime]]]:
    day = local_date(freed.starts_at, freed.clinic.zone)
    first, after = day_bounds(day, freed.clinic.zone)
    rows = session.execute(
        select(
            Appointment.patient_id, Appointment.id, Appointment.starts_at, Appointment.ends_at
        ).where(
            Appointment.patient_id.in_(patients),
            Appointment.status.in_(ACTIVE),
            Appointment.starts_at < after,
            Appointment.ends_at > first,
        )
    )
    by_patient: dict[int, list[tuple[int, datetime, datetime]]] = defaultdict(list)
    for patient, number, start, end in rows:
        by_patient[patient].append((number, start, end))
    return by_patient
