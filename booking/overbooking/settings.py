"""What a clinic allows: its limits and weights, for whom overbooking is on, and stopping it."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from flask_babel import gettext as _
from sqlalchemy import delete, select, update

from booking.appointments.models import OverbookingGrant
from booking.appointments.serving import serving
from booking.appointments.visit_types.models import VisitType
from booking.appointments.visit_types.queries import visit_types_of
from booking.calendar.models import Clinic, Resource
from booking.calendar.queries import resources_of
from booking.overbooking.deciding import Limits, Weights
from booking.overbooking.models import OverbookingSetting, OverbookingUse
from booking.platform import audit
from booking.platform.database import Session
from booking.platform.errors import ChangedMeanwhile, InvalidInput
from booking.platform.identity import Actor, Role


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


def possible_uses(session: Session, clinic: Clinic) -> list[tuple[Resource, Sequence[VisitType]]]:
    """Each of the clinic's clinicians with the visit types they can be given an extra of."""
    able = [
        (one, serving(session, one).clinicians)
        for one in visit_types_of(session, clinic.id)
        if not cannot_be_extra(one)
    ]
    return [
        (clinician, [one for one, clinicians in able if clinician.id in clinicians])
        for clinician in resources_of(session, clinic.id, "clinician")
    ]


def save(session: Session, by: Actor, clinic: Clinic, limits: Limits, version: int) -> None:
    """A clinic's own limits from now on, which each grant to come is judged by again.

    version: of the setting they were filled in on, 0 for none. Raises ChangedMeanwhile.
    """
    by.at(clinic.id, Role.LEADER)
    setting = setting_of(session, clinic)
    if version != (setting.version if setting else 0):
        raise ChangedMeanwhile
    setting = setting or own(session, clinic)
    setting.late, setting.wait, setting.long_wait = limits.late, limits.wait, limits.long_wait
    setting.extras = limits.extras
    weights = limits.weights
    setting.waiting, setting.idle = weights.waiting, weights.idle
    setting.overtime = weights.overtime
    session.flush()
    _judge_again(session, clinic)
    audit.record(session, by, "overbooking.limits", clinic_id=clinic.id)


def turn_on(
    session: Session, by: Actor, clinic: Clinic, pairs: Collection[tuple[int, int]]
) -> None:
    """Let it be on for exactly these (clinician, visit type) pairs.

    Raises InvalidInput for a pair that cannot be: see `possible_uses`.
    """
    by.at(clinic.id, Role.LEADER)
    able = {
        (clinician.id, one.id)
        for clinician, visit_types in possible_uses(session, clinic)
        for one in visit_types
    }
    if not able.issuperset(pairs):
        raise InvalidInput(
            {"uses": _("En behandler kan ikke længere have en af de valgte kontakter.")}
        )
    wanted, before = set(pairs), policy_of(session, clinic).uses
    if wanted == before:
        return
    for clinician, visit_type in before - wanted:
        session.execute(
            delete(OverbookingUse).where(
                OverbookingUse.clinic_id == clinic.id,
                OverbookingUse.clinician_id == clinician,
                OverbookingUse.visit_type_id == visit_type,
            )
        )
    session.add_all(
        OverbookingUse(clinic_id=clinic.id, clinician_id=clinician, visit_type_id=visit_type)
        for clinician, visit_type in sorted(wanted - before)
    )
    session.flush()
    _judge_again(session, clinic)
    audit.record(session, by, "overbooking.uses", clinic_id=clinic.id)


def _judge_again(session: Session, clinic: Clinic) -> None:
    """The grants that are to come are looked at by the new rules at the next minute's job."""
    session.execute(
        update(OverbookingGrant)
        .where(
            OverbookingGrant.clinic_id == clinic.id,
            OverbookingGrant.session_start > session.now(),
            OverbookingGrant.revoked_at.is_(None),
        )
        .values(judged_at=None)
    )
