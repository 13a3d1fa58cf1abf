"""The nearest referral clock of each patient, as a mark wherever the patient appears."""

from collections.abc import Collection
from dataclasses import dataclass

from flask import url_for

from booking.clinic_web.referrals.words import countdown, look
from booking.platform.database import Session
from booking.platform.i18n import long_day
from booking.platform.web import rettid
from booking.referrals import queries
from booking.referrals.wording import CLOCKS


@dataclass(frozen=True)
class Mark:
    """text: '2 arbejdsdage tilbage'; what: which clock; kind, icon: for the status macro."""

    what: str
    text: str
    last_day: str
    kind: str
    icon: str
    href: str


def marks(session: Session, clinic_id: int, patient_ids: Collection[int]) -> dict[int, Mark]:
    """patient id -> the mark; patients with no open referral clock at the clinic have none."""
    corrections = rettid().config.instance / "rights.toml"
    found = queries.pressing(session, clinic_id, patient_ids, corrections)
    return {
        patient_id: Mark(
            str(CLOCKS[clock.code]),
            countdown(clock),
            long_day(clock.due_on),
            *look(clock),
            url_for("staff_referral.show", clinic_id=clinic_id, referral_id=referral.id),
        )
        for patient_id, (referral, clock) in found.items()
    }
