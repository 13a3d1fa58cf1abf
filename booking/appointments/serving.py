"""Who and what can serve a visit type, read in one statement: searching asks it every time."""

from dataclasses import dataclass

from sqlalchemy import Integer, String, bindparam, false, literal, or_, select, union_all

from booking.appointments.visit_types.models import (
    Requirement,
    VisitType,
    requirement_option,
    visit_type_clinician,
)
from booking.calendar.models import Resource, resource_clinic
from booking.platform.database import Session


@dataclass(frozen=True)
class Serving:
    """Active resources by number, in order.

    clinicians: those the visit type names, else everyone of its profession. needed: (role,
    options) of each thing the form of contact needs beside its clinicians.
    """

    clinicians: tuple[int, ...]
    needed: tuple[tuple[str, tuple[int, ...]], ...]


def serving(session: Session, visit_type: VisitType, form: str = "in_person") -> Serving:
    """Read it for one visit type in one form of contact."""
    asked = {
        "visit_type": visit_type.id,
        "clinic": visit_type.clinic_id,
        "profession": visit_type.profession,
    }
    named: dict[int, bool] = {}
    of_profession: list[int] = []
    needed: dict[int, tuple[str, list[int]]] = {}
    for kind, requirement, role, every_form, resource, active in session.execute(_ALL, asked):
        if kind == "named":
            named[resource] = active
        elif kind == "profession":
            of_profession.append(resource)
        elif form == "in_person" or every_form:
            options = needed.setdefault(requirement, (role, []))[1]
            if active:
                options.append(resource)
    able = [number for number, active in named.items() if active] if named else of_profession
    return Serving(
        tuple(sorted(able)),
        tuple((role, tuple(sorted(options))) for _, (role, options) in sorted(needed.items())),
    )


# Built once: composing a statement takes longer than running it.
_ALL = union_all(
    select(
        literal("named").label("kind"),
        literal(0, Integer).label("requirement"),
        literal("", String).label("role"),
        false().label("every_form"),
        Resource.id.label("resource"),
        Resource.active.label("active"),
    )
    .join(visit_type_clinician, visit_type_clinician.c.resource_id == Resource.id)
    .where(visit_type_clinician.c.visit_type_id == bindparam("visit_type")),
    select(
        literal("profession"),
        literal(0, Integer),
        literal("", String),
        false(),
        Resource.id,
        Resource.active,
    )
    .join(resource_clinic, resource_clinic.c.resource_id == Resource.id)
    .where(
        resource_clinic.c.clinic_id == bindparam("clinic"),
        Resource.kind == "clinician",
        Resource.active,
        or_(
            bindparam("profession", type_=String) == "",
            Resource.profession == bindparam("profession"),
        ),
    ),
    select(
        literal("needed"),
        Requirement.id,
        Requirement.label,
        Requirement.every_form,
        Resource.id,
        Resource.active,
    )
    .outerjoin(requirement_option, requirement_option.c.requirement_id == Requirement.id)
    .outerjoin(Resource, Resource.id == requirement_option.c.resource_id)
    .where(Requirement.visit_type_id == bindparam("visit_type")),
)
