"""What happened to people, told inside the same transaction."""

from dataclasses import dataclass


@dataclass(frozen=True)
class PatientNeedsChanged:
    """The patient now has these needs (codes); times already reserved may be too short."""

    patient_id: int
    before: frozenset[str]
    now: frozenset[str]


@dataclass(frozen=True)
class PatientReachChanged:
    """The patient has got, or lost, a telephone, an address or another way to be reached."""

    patient_id: int
