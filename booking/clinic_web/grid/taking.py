"""What takes the time of resources between two instants, as plain values."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, func, or_, select

from booking.appointments.models import Allocation, Appointment, GroupSession, Hold
from booking.people.models import Patient
from booking.platform.database import Session

GONE = ("cancelled", "entered-in-error")


@dataclass(frozen=True, slots=True)
class Contact:
    """A booked contact as the grid shows it; times are the patient's."""

    id: int
    version: int
    starts_at: datetime
    ends_at: datetime
    clinician_id: int
    patient_id: int
    patient: str
    visit_type_id: int
    form: str
    status: str
    participant: str


@dataclass(frozen=True, slots=True)
class Group:
    """A group session: how many of its places are taken."""

    id: int
    starts_at: datetime
    ends_at: datetime
    visit_type_id: int
    taken: int
    capacity: int


@dataclass(frozen=True, slots=True)
class Taken:
    """A resource's time, buffers included, and by what: a contact, a group session, a hold
    (`held`), or another clinic (none of the three), which says nothing more."""

    resource_id: int
    lane: int
    starts_at: datetime
    ends_at: datetime
    contact: Contact | None = None
    group: Group | None = None
    held: bool = False


@dataclass(frozen=True, repr=False)
class Rows:
    """What the database says takes some resources, as it came: a stamp is made of these, and the
    grid of what `taken` makes of them only when it is drawn.

    places: group session id -> places taken.
    """

    clinic_id: int
    contacts: Sequence[Any]
    others: Sequence[Any]
    places: dict[int, int]

    def __repr__(self) -> str:
        """All of it, however long: a database row's own is cut short."""
        return repr((list(map(tuple, self.contacts)), list(map(tuple, self.others)), self.places))

    @property
    def patients(self) -> set[int]:
        """Everyone whose name is in them."""
        return {row.patient_id for row in self.contacts}

    def taken(self) -> list[Taken]:
        """The same as values, by resource and start."""
        found = [_of_contact(row) for row in self.contacts]
        found += [self._of_other(row) for row in self.others]
        return sorted(found, key=lambda one: (one.resource_id, one.starts_at, one.lane))

    def _of_other(self, row: Any) -> Taken:
        group = None
        if row.group_id is not None and row.here == self.clinic_id:
            taken = self.places.get(row.group_id, 0)
            group = Group(row.group_id, row.began, row.ended, row.kind, taken, row.room)
        held = row.holder == self.clinic_id
        time = (row.resource_id, row.lane, row.starts_at, row.ends_at)
        return Taken(*time, group=group, held=held)


def rows_on(
    session: Session, clinic_id: int, resource_ids: Collection[int], start: datetime, end: datetime
) -> Rows:
    """What takes these resources between two instants.

    The clinic's own contacts also when they are over; of other clinics only the time.
    """
    asked = {"resources": list(resource_ids), "clinic": clinic_id, "first": start, "after": end}
    contacts = session.execute(_CONTACTS, asked).all()
    others = session.execute(_OTHERS, {**asked, "now": session.now()}).all()
    places = _places_taken(session, {row.group_id for row in others if row.here == clinic_id})
    return Rows(clinic_id, contacts, others, places)


def _of_contact(row: Any) -> Taken:
    contact = Contact(
        row.id,
        row.version,
        row.began,
        row.ended,
        row.clinician_id,
        row.patient_id,
        f"{row.given_name} {row.family_name}".strip(),
        row.visit_type_id,
        row.form,
        row.status,
        row.participant,
    )
    return Taken(row.resource_id, row.lane, row.starts_at, row.ends_at, contact=contact)


def _places_taken(session: Session, groups: set[int]) -> dict[int, int]:
    if not groups:
        return {}
    counted = session.execute(_PLACES, {"groups": sorted(groups)})
    return {group: number for group, number in counted if group is not None}


# Built once: composing a statement takes longer than running it.
_TIME = (Allocation.resource_id, Allocation.lane, Allocation.starts_at, Allocation.ends_at)
_WITHIN = (
    Allocation.resource_id.in_(bindparam("resources", expanding=True)),
    Allocation.starts_at < bindparam("after"),
    Allocation.ends_at > bindparam("first"),
)
_CONTACTS = (
    select(
        *_TIME,
        Appointment.id,
        Appointment.version,
        Appointment.starts_at.label("began"),
        Appointment.ends_at.label("ended"),
        Appointment.clinician_id,
        Appointment.patient_id,
        Patient.given_name,
        Patient.family_name,
        Appointment.visit_type_id,
        Appointment.form,
        Appointment.status,
        Appointment.participant,
    )
    .join(Appointment, Appointment.id == Allocation.appointment_id)
    .join(Patient, Patient.id == Appointment.patient_id)
    .where(
        *_WITHIN,
        Appointment.clinic_id == bindparam("clinic"),
        Appointment.status.not_in(GONE),
    )
    .order_by(Allocation.id)
)
_OTHERS = (
    select(
        *_TIME,
        GroupSession.id.label("group_id"),
        GroupSession.clinic_id.label("here"),
        GroupSession.starts_at.label("began"),
        GroupSession.ends_at.label("ended"),
        GroupSession.visit_type_id.label("kind"),
        GroupSession.capacity.label("room"),
        Hold.clinic_id.label("holder"),
    )
    .outerjoin(GroupSession, GroupSession.id == Allocation.group_session_id)
    .outerjoin(Hold, Hold.id == Allocation.hold_id)
    .outerjoin(Appointment, Appointment.id == Allocation.appointment_id)
    .where(
        *_WITHIN,
        Allocation.active,
        or_(Appointment.id.is_(None), Appointment.clinic_id != bindparam("clinic")),
        or_(Hold.id.is_(None), Hold.expires_at > bindparam("now")),
    )
    .order_by(Allocation.id)
)
_PLACES = (
    select(Appointment.group_session_id, func.count())
    .where(
        Appointment.group_session_id.in_(bindparam("groups", expanding=True)),
        Appointment.status.not_in(GONE),
    )
    .group_by(Appointment.group_session_id)
    .order_by(Appointment.group_session_id)
)
