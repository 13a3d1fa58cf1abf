"""Reading what a clinic believes of who misses, and what it has granted."""

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from booking.appointments.models import STOOD, Allocation, Appointment, OverbookingGrant
from booking.calendar.models import Clinic
from booking.overbooking.missing_model import Model, flat
from booking.overbooking.models import MissingModel
from booking.platform.database import Session
from booking.platform.errors import NotFound

# The usual rate of missing: North Denmark 3.7 %, the South 4.7 %, and some departments near 10 %
# (docs/overbooking.md).
USUAL = 0.05


def newest(session: Session, clinic: Clinic) -> MissingModel | None:
    """The training that is in force."""
    wanted = (
        select(MissingModel)
        .where(MissingModel.clinic_id == clinic.id)
        .order_by(MissingModel.number.desc())
        .limit(1)
    )
    return session.scalars(wanted).one_or_none()


def believed(session: Session, clinic: Clinic) -> Model:
    """What is believed of who misses at a clinic; cautiously nobody does before it is trained."""
    trained = newest(session, clinic)
    return in_force(trained) if trained is not None else flat(USUAL, 0.0)


def in_force(trained: MissingModel) -> Model:
    """The fitted model where it passed its gate, else the clinic's own rate for everybody."""
    if trained.passes and trained.fitted is not None:
        return Model.from_data(trained.fitted)
    return flat(trained.rate, trained.caution)


def coming_grants(
    session: Session, clinic: Clinic
) -> list[tuple[OverbookingGrant, Appointment | None]]:
    """The clinic's grants that are still to come, and who stands on each, by time."""
    wanted = (
        select(OverbookingGrant, Appointment)
        .outerjoin(
            Allocation, (Allocation.grant_id == OverbookingGrant.id) & Allocation.active.is_(True)
        )
        .outerjoin(Appointment, Appointment.id == Allocation.appointment_id)
        .where(
            OverbookingGrant.clinic_id == clinic.id,
            OverbookingGrant.revoked_at.is_(None),
            OverbookingGrant.starts_at > session.now(),
        )
        .options(
            joinedload(OverbookingGrant.clinician),
            joinedload(OverbookingGrant.visit_type),
            joinedload(Appointment.patient),
        )
        .order_by(OverbookingGrant.starts_at, OverbookingGrant.id)
    )
    return [(grant, standing) for grant, standing in session.execute(wanted)]


def grant_at(session: Session, clinic_id: int, grant_id: int) -> OverbookingGrant:
    """A grant of the clinic; raises NotFound for any other."""
    grant = session.get(OverbookingGrant, grant_id)
    if grant is None or grant.clinic_id != clinic_id:
        raise NotFound
    return grant


def standing_on(session: Session, grant: OverbookingGrant) -> Appointment | None:
    """Who stands on a grant, or did and came or was missed."""
    return session.scalars(
        select(Appointment)
        .join(Allocation, Allocation.appointment_id == Appointment.id)
        .where(Allocation.grant_id == grant.id, Appointment.status.in_(STOOD))
    ).first()


def grants_of(session: Session, grant: OverbookingGrant) -> Sequence[OverbookingGrant]:
    """The grants of the same session that stand, this one among them."""
    return session.scalars(
        select(OverbookingGrant).where(
            OverbookingGrant.clinic_id == grant.clinic_id,
            OverbookingGrant.resource_id == grant.resource_id,
            OverbookingGrant.session_start == grant.session_start,
            OverbookingGrant.revoked_at.is_(None),
        )
    ).all()
