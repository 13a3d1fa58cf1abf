"""One day at a clinic as rows: contacts, group sessions, and time spent elsewhere."""

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import func, select

from booking.appointments import queries
from booking.appointments.models import Allocation, Appointment, GroupSession
from booking.calendar.models import Clinic, Resource
from booking.clinic_web import words
from booking.clinic_web.referrals.pressing import Mark, marks
from booking.people.needs import Need, named
from booking.people.queries import needs_of_each
from booking.platform.database import Session


@dataclass(frozen=True)
class DayRow:
    """One line of the day: an appointment, a group session, or a clinician busy elsewhere.

    rooms: names of rooms and equipment. actions: codes of what may be done now. mark: the
    nearest clock of the patient's referral. extra: it stands on top of the plan, and is seen after
    whoever is booked at the same time.
    """

    starts_at: datetime
    ends_at: datetime
    clinician: Resource
    appointment: Appointment | None = None
    group: GroupSession | None = None
    taken: int = 0
    rooms: str = ""
    others: str = ""
    needs: tuple[Need, ...] = ()
    standing: words.Standing | None = None
    actions: tuple[str, ...] = ()
    css: str = ""
    mark: Mark | None = None
    extra: bool = False


def rows_of(
    session: Session,
    clinic: Clinic,
    day: date,
    clinician: Resource | None,
    everyone: list[int],
    *,
    own: bool = False,
) -> list[DayRow]:
    """The rows of a local day at a clinic, in order of time.

    clinician: only theirs; None for all of `everyone` (the numbers of the clinic's clinicians).
    own: whoever looks is that clinician, who calls in rather than notes who has arrived.
    """
    only = clinician.id if clinician else None
    appointments = queries.day_list(session, clinic, day, only)
    groups = queries.groups_on(session, clinic, day, only)
    needs = needs_of_each(session, {one.patient_id for one in appointments})
    of_groups = _group_allocations(session, {g.id for g in groups})
    taken = _places_taken(session, {g.id for g in groups})
    now = session.now()
    pressing = marks(session, clinic.id, {one.patient_id for one in appointments})
    rows = [
        _contact_row(
            one,
            needs.get(one.patient_id, set()),
            of_groups,
            now,
            pressing.get(one.patient_id),
            own=own,
        )
        for one in appointments
    ]
    rows += [
        DayRow(
            group.starts_at,
            group.ends_at,
            group.clinician,
            group=group,
            taken=taken.get(group.id, 0),
            rooms=_places(of_groups.get(group.id, [])),
            others=_others(of_groups.get(group.id, []), group.clinician_id),
        )
        for group in groups
    ]
    busy = queries.taken_elsewhere(session, clinic, day, [only] if only else everyone)
    rows += [DayRow(one.starts_at, one.ends_at, one.resource) for one in busy]
    return sorted(rows, key=_order)


def actions_for(appointment: Appointment, now: datetime, *, own: bool = False) -> tuple[str, ...]:
    """What may be done to an appointment on the day, the likeliest first.

    own: for the clinician who has it.
    """
    if appointment.status == "booked":
        here = () if appointment.form == "phone" else ("arrive",)
        if appointment.ends_at <= now:
            return ("done", "did_not_come", *here, "call_in")
        absent = ("did_not_come",) if appointment.starts_at <= now else ()
        return ("call_in", *here, *absent) if own else (*here, "call_in", *absent)
    if appointment.status == "arrived":
        return ("call_in", "done", "undo")
    if appointment.status == "checked-in":
        return ("done", "undo")
    return ("undo",) if appointment.status in ("fulfilled", "noshow") else ()


def _contact_row(
    appointment: Appointment,
    needs: set[str],
    of_groups: dict[int, list[Allocation]],
    now: datetime,
    mark: Mark | None,
    *,
    own: bool,
) -> DayRow:
    takes = list(appointment.allocations)
    if appointment.group_session_id is not None:
        takes = of_groups.get(appointment.group_session_id, [])
    css = ""
    if not appointment.active:
        css = "row-over"
    elif appointment.status == "checked-in" or appointment.starts_at <= now < appointment.ends_at:
        css = "row-now"
    return DayRow(
        appointment.starts_at,
        appointment.ends_at,
        appointment.clinician,
        appointment=appointment,
        rooms=_places(takes),
        others=_others(takes, appointment.clinician_id),
        needs=tuple(named(needs)),
        standing=words.standing(appointment),
        actions=actions_for(appointment, now, own=own),
        css=css,
        mark=mark,
        extra=any(one.grant_id is not None for one in takes),
    )


def _places(takes: list[Allocation]) -> str:
    return ", ".join(take.resource.name for take in takes if take.resource.kind != "clinician")


def _others(takes: list[Allocation], clinician_id: int) -> str:
    """The further clinicians of a contact that needs several."""
    return ", ".join(
        take.resource.name
        for take in takes
        if take.resource.kind == "clinician" and take.resource_id != clinician_id
    )


def _group_allocations(session: Session, ids: set[int]) -> dict[int, list[Allocation]]:
    found: dict[int, list[Allocation]] = {}
    for one in session.scalars(select(Allocation).where(Allocation.group_session_id.in_(ids))):
        found.setdefault(one.group_session_id or 0, []).append(one)
    return found


def _places_taken(session: Session, ids: set[int]) -> dict[int, int]:
    counted = (
        select(Appointment.group_session_id, func.count())
        .where(
            Appointment.group_session_id.in_(ids),
            Appointment.status.not_in(("cancelled", "entered-in-error")),
        )
        .group_by(Appointment.group_session_id)
    )
    return {group or 0: number for group, number in session.execute(counted)}


def _order(row: DayRow) -> tuple[datetime, bool, str, bool, int]:
    number = row.appointment.id if row.appointment else 0
    return (row.starts_at, row.group is None, row.clinician.name, row.extra, number)
