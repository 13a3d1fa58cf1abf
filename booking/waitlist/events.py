"""What happens to offers, told to whoever subscribed, inside the same transaction."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True)
class OfferMade:
    """A freed time was put to a patient, who may answer until `expires_at`."""

    offer_id: int
    patient_id: int
    clinic_id: int
    expires_at: datetime


@dataclass(frozen=True)
class OfferClosed:
    """An offer is over. how: accepted, declined, expired, lost (another was first), withdrawn."""

    offer_id: int
    patient_id: int
    clinic_id: int
    how: str
