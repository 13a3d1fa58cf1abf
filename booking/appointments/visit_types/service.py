"""Defining kinds of contact. What is booked already keeps the length and resources it has."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from flask_babel import gettext as _
from sqlalchemy import func, select
from sqlalchemy.orm.attributes import flag_modified

from booking.appointments.visit_types.forms import FORMS, GRIDS, MODES
from booking.appointments.visit_types.models import NeedAddition, Requirement, VisitType
from booking.calendar import queries as calendar
from booking.calendar.models import Clinic, Resource
from booking.people import needs
from booking.platform import audit
from booking.platform.database import Session
from booking.platform.errors import ChangedMeanwhile, InvalidInput, NotFound
from booking.platform.identity import Actor

MOST_DEMANDS = 6


@dataclass(frozen=True)
class Demand:
    """A resource needed beside the clinician: any one of these. label: 'Rum', 'Ultralyd', …"""

    label: str
    resource_ids: Sequence[int]
    every_form: bool = False


@dataclass(frozen=True)
class Definition:
    """All that a visit type is; fields as in the table. additions: need code -> minutes."""

    name: str
    base_minutes: int
    cap_minutes: int
    name_en: str = ""
    forms: Sequence[str] = ("in_person",)
    grid_minutes: int = 15
    buffer_before: int = 0
    buffer_after: int = 0
    mode: str = "code"
    closing_hours: int = 24
    move_limit: int = 3
    profession: str = ""
    clinicians_needed: int = 1
    group_capacity: int = 1
    preparation: str = ""
    preparation_en: str = ""
    additions: Mapping[str, int] = field(default_factory=dict)
    clinician_ids: Sequence[int] = ()
    demands: Sequence[Demand] = ()


_PLAIN = (
    "name", "name_en", "base_minutes", "cap_minutes", "grid_minutes", "buffer_before",
    "buffer_after", "mode", "closing_hours", "move_limit", "profession", "clinicians_needed",
    "group_capacity", "preparation", "preparation_en",
)  # fmt: skip


def create(session: Session, by: Actor, clinic: Clinic, definition: Definition) -> VisitType:
    """Add a kind of contact to a clinic."""
    visit_type = VisitType(clinic_id=clinic.id)
    _write(session, clinic, visit_type, definition)
    session.add(visit_type)
    session.flush()
    audit.record(session, by, "visit_type.created", reason=visit_type.name, clinic_id=clinic.id)
    return visit_type


def edit(
    session: Session,
    by: Actor,
    clinic: Clinic,
    visit_type: VisitType,
    version: int,
    definition: Definition,
    *,
    active: bool = True,
) -> VisitType:
    """Change a kind of contact for what is booked from now on, or take it out of use."""
    if visit_type.version != version:
        raise ChangedMeanwhile
    _write(session, clinic, visit_type, definition)
    visit_type.active = active
    # What hangs on a visit type is part of it, and a change to that is a new version too.
    flag_modified(visit_type, "name")
    session.flush()
    audit.record(session, by, "visit_type.changed", reason=visit_type.name, clinic_id=clinic.id)
    return visit_type


def _write(session: Session, clinic: Clinic, visit_type: VisitType, wanted: Definition) -> None:
    _check(session, clinic, visit_type, wanted)
    clinicians = [_resource(session, clinic, i, "clinician") for i in wanted.clinician_ids]
    if clinicians and len(clinicians) < wanted.clinicians_needed:
        raise InvalidInput(
            {"clinicians": _("Vælg mindst så mange behandlere, som der skal være med.")}
        )
    named = [number for one in wanted.demands for number in one.resource_ids]
    if len(named) > len(set(named)):
        # One room cannot be two of the things a visit needs at once.
        raise InvalidInput(
            {"_demands": _("Det samme rum eller udstyr kan ikke stå under to krav.")}
        )
    requirements = [
        Requirement(
            label=one.label,
            every_form=one.every_form,
            options=[_resource(session, clinic, i, "room", "equipment") for i in one.resource_ids],
        )
        for one in wanted.demands
    ]
    for name in _PLAIN:
        setattr(visit_type, name, getattr(wanted, name))
    visit_type.forms = ",".join(form for form in FORMS if form in wanted.forms)
    visit_type.clinicians = clinicians
    if _as_demands(visit_type.requirements) != _as_demands(requirements):
        visit_type.requirements = requirements
    _write_additions(visit_type, wanted.additions)


def _write_additions(visit_type: VisitType, wanted: Mapping[str, int]) -> None:
    held = {one.need: one for one in visit_type.need_additions}
    for need, minutes in wanted.items():
        if need in held:
            held[need].minutes = minutes
        else:
            visit_type.need_additions.append(NeedAddition(need=need, minutes=minutes))
    for need, addition in held.items():
        if need not in wanted:
            visit_type.need_additions.remove(addition)


def _as_demands(requirements: Sequence[Requirement]) -> list[tuple[str, bool, set[int]]]:
    return [(r.label, r.every_form, {o.id for o in r.options}) for r in requirements]


def _check(session: Session, clinic: Clinic, visit_type: VisitType, wanted: Definition) -> None:
    same = select(VisitType.id).where(
        VisitType.clinic_id == clinic.id, func.lower(VisitType.name) == wanted.name.lower()
    )
    wrong: dict[str, str] = {}
    if any(found != visit_type.id for found in session.scalars(same)):
        wrong["name"] = _("Klinikken har allerede en kontakttype med det navn.")
    if not wanted.forms or not set(wanted.forms) <= set(FORMS):
        wrong["forms"] = _("Vælg mindst én kontaktform.")
    if wanted.base_minutes < 1:
        wrong["base_minutes"] = _("Skriv en længde i minutter.")
    if wanted.cap_minutes < wanted.base_minutes:
        wrong["cap_minutes"] = _("Den højeste længde kan ikke være under grundlængden.")
    if wanted.grid_minutes not in GRIDS:
        wrong["grid_minutes"] = _("Vælg en af mulighederne.")
    if wanted.mode not in MODES:
        wrong["mode"] = _("Vælg en af mulighederne.")
    if not set(wanted.additions) <= set(needs.CODES):
        wrong["_additions"] = _("Vælg blandt mulighederne.")
    if any(not one.label or not one.resource_ids for one in wanted.demands):
        wrong["_demands"] = _("Skriv, hvad der er brug for, og vælg mindst én mulighed.")
    if len(wanted.demands) > MOST_DEMANDS:
        wrong["_demands"] = _("Der kan højst være %(most)s slags.", most=MOST_DEMANDS)
    if wrong:
        raise InvalidInput(wrong)


def _resource(session: Session, clinic: Clinic, resource_id: int, *kinds: str) -> Resource:
    resource = calendar.resource_of(session, clinic.id, resource_id)
    if resource.kind not in kinds:
        raise NotFound
    return resource
