"""What happened to people, told inside the same transaction."""

from dataclasses import dataclass


@dataclass(frozen=True)
class PatientNeedsChanged:
    """The patient now has these needs (codes); times already reserved may be too short."""

    patient_id: int
    before: frozenset[str]
    now: frozenset[str]
