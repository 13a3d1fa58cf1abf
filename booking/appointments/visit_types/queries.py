"""Reading a clinic's visit types."""

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import selectinload

from booking.appointments.visit_types.models import Requirement, VisitType
from booking.platform.database import Session
from booking.platform.errors import NotFound


def visit_types_of(
    session: Session, clinic_id: int, *, active: bool | None = True
) -> Sequence[VisitType]:
    """A clinic's visit types by name, with all they consist of. active: None for all."""
    wanted = (
        select(VisitType)
        .where(VisitType.clinic_id == clinic_id)
        .options(
            selectinload(VisitType.need_additions),
            selectinload(VisitType.requirements).selectinload(Requirement.options),
            selectinload(VisitType.clinicians),
        )
        .order_by(VisitType.name, VisitType.id)
    )
    if active is not None:
        wanted = wanted.where(VisitType.active.is_(active))
    return session.scalars(wanted).all()


def visit_type_of(session: Session, clinic_id: int, visit_type_id: int) -> VisitType:
    """One visit type of a clinic; raises NotFound for a foreign one."""
    visit_type = session.get(VisitType, visit_type_id)
    if visit_type is None or visit_type.clinic_id != clinic_id:
        raise NotFound
    return visit_type
