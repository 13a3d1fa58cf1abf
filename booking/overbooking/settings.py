"""What a clinic allows: its limits and weights, for whom overbooking is on, and stopping it."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from booking.appointments.visit_types.models import VisitType
from booking.calendar.models import Clinic
from booking.overbooking.deciding import Limits, Weights
from booking.overbooking.models import OverbookingSetting, OverbookingUse
from booking.platform.database import Session


@dataclass(frozen=True)
class Policy:
    """A clinic's limits, the (clinician, visit type) pairs it is on for, and since when stopped."""

    limits: Limits
    uses: frozenset[tuple[int, int]]
    stopped_at: datetime | None

    def on(self, clinician_id: int, visit_type_id: int) -> bool:
        """Whether an extra may be granted at all."""
        return self.stopped_at is None and (clinician_id, visit_type_id) in self.uses


def policy_of(session: Session, clinic: Clinic) -> Policy:
    """What a clinic allows; nothing where nobody has turned it on."""
    setting = setting_of(session, clinic)
    uses = select(OverbookingUse.clinician_id, OverbookingUse.visit_type_id).where(
        OverbookingUse.clinic_id == clinic.id
    )
    return Policy(
        limits_of(setting) if setting else Limits(),
        frozenset((clinician, visit_type) for clinician, visit_type in session.execute(uses)),
        setting.stopped_at if setting else None,
    )


def setting_of(session: Session, clinic: Clinic) -> OverbookingSetting | None:
    """The clinic's own limits, if somebody has set any."""
    wanted = select(OverbookingSetting).where(OverbookingSetting.clinic_id == clinic.id)
    return session.scalars(wanted).one_or_none()


def own(session: Session, clinic: Clinic) -> OverbookingSetting:
    """The clinic's own limits, written down as the usual ones where nobody has set any."""
    setting = setting_of(session, clinic)
    if setting is None:
        usual = Limits()
        setting = OverbookingSetting(
            clinic_id=clinic.id,
            late=usual.late,
            wait=usual.wait,
            long_wait=usual.long_wait,
            extras=usual.extras,
            waiting=usual.weights.waiting,
            idle=usual.weights.idle,
            overtime=usual.weights.overtime,
        )
        session.add(setting)
        session.flush()
    return setting


def limits_of(setting: OverbookingSetting) -> Limits:
    """Its limits, as `deciding` has them."""
    return Limits(
        setting.late,
        setting.wait,
        setting.long_wait,
        setting.extras,
        Weights(setting.waiting, setting.idle, setting.overtime),
    )


def cannot_be_extra(visit_type: VisitType) -> str:
    """Why visits of a type cannot stand on top of the plan, as a code; '' where they can.

    An extra takes the clinician's time alone, and is seen in whatever room the clinician is in.
    """
    if visit_type.group_capacity > 1:
        return "group"
    if visit_type.clinicians_needed > 1:
        return "several_clinicians"
    needed = (option.kind for one in visit_type.requirements for option in one.options)
    return "equipment" if "equipment" in needed else ""
