"""Booking codes: ten characters printed in a letter, kept only as a keyed hash.

The alphabet leaves out what is misread in print (0 O 1 I L); 31^10 codes cannot be guessed
within the limits of `sign_in`.
"""

import re
import secrets
from datetime import timedelta

from sqlalchemy import select, update

from booking.people.models import BookingCode, Patient
from booking.platform.database import Session

ALPHABET = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"
LASTS = timedelta(days=365)


def normalised(code: str) -> str:
    """A code as typed, in capitals without spaces and hyphens."""
    return re.sub(r"[\s-]", "", code).upper()


def works(session: Session, code: str) -> bool:
    """True for a code, as typed or printed, that lets its patient in."""
    wanted = select(BookingCode.id).where(
        BookingCode.code_hash == session.vault.fingerprint("booking-code", normalised(code)),
        BookingCode.revoked_at.is_(None),
        BookingCode.expires_at > session.now(),
    )
    return session.scalar(wanted) is not None


def issue(
    session: Session, patient_id: int, *, clinic_id: int | None = None, replace: bool = False
) -> str:
    """Make a code for a patient and return it as printed ('ABCDE-FGHJK'); it cannot be read again.

    replace: revoke the earlier codes of the same clinic, as when a letter was lost, and end the
    patient's sessions: whoever has the letter may have signed in. Other clinics' letters still
    hold.
    """
    now = session.now()
    if replace:
        session.execute(
            update(BookingCode)
            .where(
                BookingCode.patient_id == patient_id,
                BookingCode.clinic_id == clinic_id,
                BookingCode.revoked_at.is_(None),
            )
            .values(revoked_at=now)
        )
        session.execute(
            update(Patient).where(Patient.id == patient_id).values(epoch=Patient.epoch + 1)
        )
    plain = "".join(secrets.choice(ALPHABET) for _ in range(10))
    session.add(
        BookingCode(
            code_hash=session.vault.fingerprint("booking-code", plain),
            patient_id=patient_id,
            clinic_id=clinic_id,
            issued_at=now,
            expires_at=now + LASTS,
        )
    )
    session.flush()
    return f"{plain[:5]}-{plain[5:]}"
