"""What happens to referrals, told to whoever subscribed, inside the same transaction."""

from dataclasses import dataclass


@dataclass(frozen=True)
class ReferralReceived:
    """A referral came in; its clocks run."""

    referral_id: int
    patient_id: int
    clinic_id: int


@dataclass(frozen=True)
class ReferralDecided:
    """Somebody took it in or sent it back. status: 'triaged', 'returned' or 'closed'."""

    referral_id: int
    patient_id: int
    clinic_id: int
    status: str
