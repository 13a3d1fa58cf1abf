"""Reading what a clinic believes of who misses."""

from sqlalchemy import select

from booking.calendar.models import Clinic
from booking.overbooking.missing_model import Model, flat
from booking.overbooking.models import MissingModel
from booking.platform.database import Session

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
