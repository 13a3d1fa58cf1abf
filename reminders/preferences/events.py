"""What patients choose, told inside the same transaction."""

from dataclasses import dataclass


@dataclass(frozen=True)
class PreferenceChanged:
    """A patient wants to hear in another way: what is planned for them follows."""

    patient_id: int
