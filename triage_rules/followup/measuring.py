"""Writing down what was measured, and taking back what was entered in error."""

from datetime import datetime
from decimal import Decimal

from flask_babel import gettext as _

from booking.calendar.models import Clinic
from booking.people.models import Patient
from booking.platform import audit
from booking.platform.database import Session
from booking.platform.errors import InvalidInput
from booking.platform.identity import Actor, Role
from triage_rules.authoring import queries as rule_sets
from triage_rules.followup import facts, queries
from triage_rules.followup.deciding import decide
from triage_rules.followup.events import MeasurementTaken, MeasurementWithdrawn
from triage_rules.followup.measurements import MEASURES
from triage_rules.followup.models import FollowUpPlan, Measurement
from triage_rules.questionnaires.models import THOUSAND


def measure(
    session: Session,
    by: Actor,
    patient: Patient,
    clinic: Clinic,
    code: str,
    value: Decimal,
    taken_at: datetime | None = None,
) -> Measurement:
    """Write down a measurement; plans whose rules ask for it are decided on again.

    taken_at: when it was taken, now unless given. Raises InvalidInput for a code there is not,
    a value that cannot be right, or an instant that has not been.
    """
    by.at(clinic.id, Role.CLINICIAN, Role.LEADER, Role.SECRETARY)
    taken_at = taken_at or session.now()
    known = MEASURES.get(code)
    if known is None:
        raise InvalidInput({"code": _("Vælg en af mulighederne.")})
    if not known.fits(value):
        raise InvalidInput(
            {
                "value": _(
                    "Skriv et tal fra %(low)s til %(high)s i trin på %(step)s.",
                    low=_number(known.low),
                    high=_number(known.high),
                    step=_number(known.step),
                )
            }
        )
    if taken_at > session.now():
        raise InvalidInput({"taken_on": _("Datoen er ikke kommet endnu.")})
    measurement = Measurement(
        patient_id=patient.id,
        clinic_id=clinic.id,
        code=code,
        thousandths=int(value * THOUSAND),
        taken_at=taken_at,
        entered_at=session.now(),
        entered_by=by.name,
    )
    session.add(measurement)
    session.flush()
    audit.record(session, by, "measurement.taken", [patient.id], clinic_id=clinic.id)
    session.publish(MeasurementTaken(measurement.id, patient.id, clinic.id))
    _decide_again(session, by, measurement)
    return measurement


def withdraw(session: Session, by: Actor, measurement: Measurement) -> None:
    """Take back what was entered in error: it stays to be seen, and counts no more."""
    by.at(measurement.clinic_id, Role.CLINICIAN, Role.LEADER, Role.SECRETARY)
    if measurement.withdrawn_at is not None:
        return
    measurement.withdrawn_at, measurement.withdrawn_by = session.now(), by.name
    session.flush()
    patient_id, clinic_id = measurement.patient_id, measurement.clinic_id
    audit.record(session, by, "measurement.withdrawn", [patient_id], clinic_id=clinic_id)
    session.publish(MeasurementWithdrawn(measurement.id, patient_id, clinic_id))
    _decide_again(session, by, measurement)


def _decide_again(session: Session, by: Actor, measurement: Measurement) -> None:
    """Plans that have been decided on before, and whose rules ask for this: a plan whose first
    answers are still to come waits for them."""
    for plan in queries.plans_of(session, measurement.patient_id, measurement.clinic_id):
        decided = queries.latest_decision(session, plan.id) is not None
        if decided and _asks_for(session, plan, measurement.code):
            decide(session, by, plan, "measured")


def _asks_for(session: Session, plan: FollowUpPlan, code: str) -> bool:
    version = rule_sets.in_force(session, plan.pathway.rule_set_id, session.now())
    if version is None:
        return False
    asked = facts.inputs_of(version.rules).values()
    return any(one.source == f"measurement:{code}" for one in asked)


def _number(value: Decimal) -> str:
    return format(value, "f").replace(".", ",")
