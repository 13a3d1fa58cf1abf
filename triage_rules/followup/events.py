"""What happens in follow-up, told inside the same transaction."""

from dataclasses import dataclass


@dataclass(frozen=True)
class FollowUpDecided:
    """The rules have said what a patient needs, and it is set going."""

    decision_id: int
    patient_id: int
    clinic_id: int


@dataclass(frozen=True)
class DecisionReviewed:
    """A clinician has accepted a decision, or done something else instead."""

    review_id: int
    decision_id: int
    patient_id: int
    clinic_id: int


@dataclass(frozen=True)
class MeasurementTaken:
    """Something was measured."""

    measurement_id: int
    patient_id: int
    clinic_id: int


@dataclass(frozen=True)
class MeasurementWithdrawn:
    """A measurement was entered in error, and counts no more."""

    measurement_id: int
    patient_id: int
    clinic_id: int
