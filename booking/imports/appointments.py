"""Importing future appointments, past the same guard as every other booking.

An imported time takes what the other system gave it and no buffers of ours: it was planned,
and its letter sent, without them.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from flask_babel import lazy_gettext as _
from sqlalchemy import insert, select

from booking.appointments.events import AppointmentsImported
from booking.appointments.guard import lock
from booking.appointments.invitations.models import Course
from booking.appointments.models import Allocation, Appointment, AppointmentChange
from booking.appointments.placing import clear_expired
from booking.appointments.visit_types.forms import FORMS
from booking.appointments.visit_types.models import VisitType
from booking.calendar.models import Resource
from booking.imports import whose
from booking.imports.batch import Batch, Checked, Reading, Refused
from booking.imports.fields import MomentCell
from booking.imports.names import Names
from booking.platform.forms import Choice, Number, Text
from booking.platform.identity import SYSTEM
from booking.platform.localtime import local_date

LONGEST = timedelta(hours=12)

PAST = _("Tiden er begyndt eller overstået. Den hører til historikken.")
ENDS_WRONG = _("Tiden slutter, før den begynder, eller mere end 12 timer efter.")
OTHER_FORM = _("Kontakttypen findes ikke i den form.")
GROUP = _("Kontakttypen er et hold. Opret holdet her, og book patienterne på det.")
BOOKED_LATER = _("Bookingtidspunktet ligger i fremtiden.")


@dataclass(frozen=True)
class Planned:
    """A row that names what exists: what to book. takes: (resource id, what it is there as)."""

    row: Checked
    visit_type: VisitType
    clinician: Resource
    site_id: int
    form: str
    starts_at: datetime
    ends_at: datetime
    takes: tuple[tuple[int, str], ...]


def fields(reading: Reading) -> dict[str, Any]:
    """The fields a row may have."""
    instants, zone = reading.mapping.instants, reading.zone
    return {
        **whose.fields(),
        "visit_type": Text(required=True),
        "clinician": Text(required=True),
        "room": Text(),
        "site": Text(),
        "form": Choice(FORMS),
        "starts_at": MomentCell(instants, zone, required=True),
        "ends_at": MomentCell(instants, zone),
        "minutes": Number(5, 720),
        "booked_at": MomentCell(instants, zone),
    }


def load(batch: Batch) -> None:
    """Book what is not here yet; what is here is left alone."""
    session = batch.session
    here = set(
        session.scalars(
            select(Appointment.source_key).where(
                Appointment.source == batch.mapping.source,
                Appointment.source_key.in_([row.key for row in batch.rows]),
            )
        )
    )
    batch.counts["unchanged"] += sum(row.key in here for row in batch.rows)
    names = Names(batch)
    planned = []
    for row in batch.rows:
        if row.key not in here:
            try:
                planned.append(_plan(batch, names, row))
            except Refused as refused:
                batch.refuse(row, refused.field, refused.reason)
    patients = whose.find(batch, [one.row for one in planned])
    planned = [one for one in planned if one.row.number in patients]
    resources = {resource for one in planned for resource, _role in one.takes}
    lock(session, resources)
    clear_expired(session, resources)
    booked = batch.together(
        planned, lambda some: _insert(batch, some, patients), lambda one: one.row
    )
    if booked:
        whom = session.scalars(select(Appointment.patient_id).where(Appointment.id.in_(booked)))
        batch.audit("appointments", list(whom))
        session.publish(AppointmentsImported(tuple(booked), batch.clinic.id))


def _plan(batch: Batch, names: Names, row: Checked) -> Planned:
    said = row.values
    visit_type = names.visit_type("visit_type", said["visit_type"])
    clinician = names.resource("clinician", said["clinician"], "clinician")
    room = names.resource("room", said["room"], "room", "equipment") if "room" in said else None
    form = said.get("form") or visit_type.form_list[0]
    starts_at = said["starts_at"]
    minutes = said.get("minutes", visit_type.base_minutes)
    ends_at = said.get("ends_at", starts_at + timedelta(minutes=minutes))
    if visit_type.group_capacity > 1:
        raise Refused("visit_type", GROUP)
    if form not in visit_type.form_list:
        raise Refused("form", OTHER_FORM)
    if starts_at <= batch.session.now():
        raise Refused("starts_at", PAST)
    if not starts_at < ends_at <= starts_at + LONGEST:
        raise Refused("ends_at", ENDS_WRONG)
    if "booked_at" in said and said["booked_at"] > batch.session.now():
        raise Refused("booked_at", BOOKED_LATER)
    takes = [(clinician.id, "clinician")]
    if room is not None:
        takes.append((room.id, _role(visit_type, room)))
    site = names.site(said.get("site"), room)
    return Planned(row, visit_type, clinician, site.id, form, starts_at, ends_at, tuple(takes))


def _insert(batch: Batch, planned: Sequence[Planned], patients: dict[int, int]) -> list[int]:
    """The appointments with their courses, allocations and histories; their ids."""
    session, now = batch.session, batch.session.now()
    courses = _courses(batch, {patients[one.row.number]: one.clinician.id for one in planned})
    ids = list(
        session.scalars(
            insert(Appointment).returning(Appointment.id, sort_by_parameter_order=True),
            [
                {
                    "clinic_id": batch.clinic.id,
                    "site_id": one.site_id,
                    "patient_id": patients[one.row.number],
                    "course_id": courses[patients[one.row.number]],
                    "visit_type_id": one.visit_type.id,
                    "clinician_id": one.clinician.id,
                    "form": one.form,
                    "starts_at": one.starts_at,
                    "ends_at": one.ends_at,
                    "minutes_reason": [["base", _minutes(one)]],
                    "participant": "accepted",
                    "booked_at": one.row.values.get("booked_at", now),
                    "source": batch.mapping.source,
                    "source_key": one.row.key,
                }
                for one in planned
            ],
        )
    )
    session.execute(
        insert(Allocation),
        [
            {
                "resource_id": resource,
                "role": role,
                "starts_at": one.starts_at,
                "ends_at": one.ends_at,
                "appointment_id": appointment_id,
            }
            for one, appointment_id in zip(planned, ids, strict=True)
            for resource, role in one.takes
        ],
    )
    trace = {
        "at": now,
        "what": "booked",
        "actor_kind": SYSTEM.kind,
        "actor_id": SYSTEM.id,
        "actor_name": SYSTEM.name,
        "channel": "import",
    }
    session.execute(
        insert(AppointmentChange),
        [
            {**trace, "appointment_id": appointment_id, "to_start": one.starts_at}
            for one, appointment_id in zip(planned, ids, strict=True)
        ],
    )
    return ids


def _courses(batch: Batch, clinicians: dict[int, int]) -> dict[int, int]:
    """Patient id -> their newest open course at the clinic, opened with the clinician if none."""
    session, clinic = batch.session, batch.clinic
    courses = _open_courses(batch, clinicians)
    missing = sorted(clinicians.keys() - courses.keys())
    if not missing:
        return courses
    course = {
        "clinic_id": clinic.id,
        "started_on": local_date(session.now(), clinic.zone),
    }
    rows = [{**course, "patient_id": one, "responsible_id": clinicians[one]} for one in missing]
    session.execute(insert(Course), rows)
    return _open_courses(batch, clinicians)


def _open_courses(batch: Batch, patients: Collection[int]) -> dict[int, int]:
    rows = batch.session.execute(
        select(Course.patient_id, Course.id)
        .where(
            Course.clinic_id == batch.clinic.id,
            Course.patient_id.in_(sorted(patients)),
            Course.ended_on.is_(None),
        )
        .order_by(Course.id)
    )
    return dict(rows.all())


def _minutes(planned: Planned) -> int:
    return int((planned.ends_at - planned.starts_at).total_seconds() // 60)


def _role(visit_type: VisitType, room: Resource) -> str:
    """What the room is there as: the requirement it answers, else its kind."""
    for requirement in visit_type.requirements:
        if room in requirement.options:
            return requirement.label
    return room.kind
