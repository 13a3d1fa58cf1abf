"""From the tables to what `matching` computes on, in a few questions however many wait."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from booking.appointments import search
from booking.appointments.belonging import PORT as TOGETHER
from booking.appointments.belonging import Belonging
from booking.appointments.errors import WrongState
from booking.appointments.models import ACTIVE, Appointment
from booking.appointments.occasions import Occasion, for_invitation, for_move, lengths_for
from booking.appointments.serving import serving
from booking.platform.database import Session
from booking.platform.identity import Actor
from booking.platform.localtime import day_bounds, local_date
from booking.waitlist import stretches
from booking.waitlist.matching import Gap, Starts, Waiting
from booking.waitlist.models import FreedTime, Offer, WaitlistEntry
from booking.waitlist.reaching import PORT, Question, Reach

# The clinic itself offers the time: its own closing period does not bar it.
CLINIC = Actor("staff", 0, "Rettid")
REFUSED = ("declined", "expired")


def gap_of(session: Session, freed: FreedTime) -> Gap:
    """A freed time as it is matched, with the free time it lies in."""
    left_by = session.get(Appointment, freed.appointment_id) if freed.appointment_id else None
    return Gap(
        freed.id,
        freed.starts_at,
        freed.ends_at,
        freed.clinician_id,
        freed.site_id,
        freed.clinic.zone,
        left_by.patient_id if left_by else None,
        stretches.around(session, freed),
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
            joinedload(WaitlistEntry.clinic),
        )
        .order_by(WaitlistEntry.created_at, WaitlistEntry.id)
    ).all()


def waiting(
    session: Session,
    entries: Sequence[WaitlistEntry],
    freed: FreedTime,
    told_by: datetime | None = None,
) -> list[Waiting]:
    """The entries, in their order, as they are matched against one freed time.

    told_by: until when an offer could be answered; where given, so is who would not hear of it.
    """
    offers = offers_of(session, entries)
    busy = _busy(session, {entry.patient_id for entry in entries}, freed)
    deaf = unreachable(session, entries, freed, told_by) if told_by else {}
    return [
        replace(
            one,
            busy=tuple(
                (start, end)
                for number, start, end in busy[entry.patient_id]
                if number != entry.appointment_id
            ),
            asked=any(about(offer, freed) for offer in offers[entry.id]),
            unreachable=deaf.get(entry.patient_id, ""),
        )
        for entry, one in zip(entries, standing(session, entries, offers), strict=True)
    ]


def standing(
    session: Session, entries: Sequence[WaitlistEntry], offers: Mapping[int, Sequence[Offer]]
) -> list[Waiting]:
    """What is so of entries whichever time came free. offers: by entry, all they ever had."""
    able: dict[int, frozenset[int]] = {}
    invitations = [
        entry.invitation or (entry.appointment.invitation if entry.appointment else None)
        for entry in entries
    ]
    asked = set(
        session.scalars(
            select(Offer.patient_id).where(
                Offer.patient_id.in_({entry.patient_id for entry in entries}),
                Offer.status == "open",
            )
        )
    )
    belonging: Belonging = session.ports[TOGETHER]
    together = belonging(session, [one.appointment_id for one in entries if one.appointment_id])
    lengths = lengths_for(
        session,
        [
            (entry.visit_type, entry.patient_id, one.id if one else None)
            for entry, one in zip(entries, invitations, strict=True)
        ],
    )
    made = []
    for entry, invitation, length in zip(entries, invitations, lengths, strict=True):
        visit_type = entry.visit_type
        if visit_type.id not in able:
            able[visit_type.id] = frozenset(serving(session, visit_type).clinicians)
        theirs, own = offers[entry.id], entry.appointment
        deadline = invitation.deadline_on if invitation else None
        in_time = own and deadline and local_date(own.starts_at, entry.clinic.zone) <= deadline
        made.append(
            Waiting(
                key=entry.id,
                patient_id=entry.patient_id,
                minutes=length.minutes,
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
                together=entry.appointment_id in together,
                has_offer=entry.patient_id in asked,
                refused_at=tuple(
                    one.answered_at for one in theirs if one.status in REFUSED and one.answered_at
                ),
            )
        )
    return made


def about(offer: Offer, freed: FreedTime) -> bool:
    """Whether an offer was about this freed time, or refused about what it was joined with."""
    if offer.freed_time_id == freed.id:
        return offer.status != "withdrawn"
    inside = freed.starts_at <= offer.starts_at < freed.ends_at
    return inside and offer.clinician_id == freed.clinician_id and offer.status in REFUSED


def unreachable(
    session: Session, entries: Collection[WaitlistEntry], freed: FreedTime, until: datetime
) -> Mapping[int, str]:
    """Patient -> why they would not hear of it in time."""
    forms = {entry.patient_id: entry.forms.split(",")[0] for entry in entries}
    reach: Reach = session.ports[PORT]
    return reach(session, Question(freed.clinic_id, freed.starts_at, until, forms))


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
        return [
            slot.start
            for slot in found
            if slot.start < freed.ends_at and slot.end > freed.starts_at
        ]

    return starts


def offers_of(session: Session, entries: Collection[WaitlistEntry]) -> dict[int, list[Offer]]:
    """All they ever had, by entry."""
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
