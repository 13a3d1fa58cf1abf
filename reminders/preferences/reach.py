"""By which channels a patient can be reached, and at which address."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from booking.people.models import Patient
from booking.platform.database import Session
from booking.platform.vault import Vault
from reminders.policies.steps import Channel
from reminders.preferences.models import OptOut

BY_PHONE: tuple[Channel, ...] = ("sms", "voice")


@dataclass(frozen=True)
class Has:
    """Which addresses a patient has given; nothing sealed is opened to know it."""

    phone: bool
    email: bool
    address: bool
    digital_post: bool


def has(patient: Patient) -> Has:
    """The addresses of a patient at hand."""
    return Has(
        patient.phone_sealed is not None,
        patient.email_sealed is not None,
        patient.address_sealed is not None,
        patient.cpr_sealed is not None and not patient.digital_exempt,
    )


def usable(has: Has, connected: Collection[str]) -> frozenset[Channel]:
    """The connected channels that have an address to use."""
    there: dict[Channel, bool] = {
        "sms": has.phone,
        "voice": has.phone,
        "email": has.email,
        "letter": has.address,
        "digital_post": has.digital_post,
    }
    return frozenset(channel for channel, yes in there.items() if yes and channel in connected)


def address(patient: Patient, channel: Channel) -> str:
    """Where a channel reaches the patient, opened; '' where it does not."""
    if channel in BY_PHONE:
        return patient.phone or ""
    if channel == "email":
        return patient.email or ""
    if channel == "letter":
        return patient.address or ""
    return patient.cpr or ""


def fingerprint(vault: Vault, channel: str, to: str) -> str:
    """The keyed hash by which an address is found; a phone's is the patient's own."""
    return vault.fingerprint("phone" if channel in BY_PHONE else channel, to)


def opted_out(session: Session, hashes: Collection[str]) -> set[tuple[str, str]]:
    """The (address hash, channel) pairs among these that have said STOP, and not START since."""
    rows = session.execute(
        select(OptOut.address_hash, OptOut.channel).where(
            OptOut.address_hash.in_(hashes), OptOut.until.is_(None)
        )
    )
    return {(one, channel) for one, channel in rows}


def number_stopped(session: Session, patient: Patient) -> list[tuple[str, datetime]]:
    """On which channels a patient's number has said STOP, and since when; the first to stop first.

    Found by the number's fingerprint: it is not opened.
    """
    if patient.phone_hash is None:
        return []
    found = session.execute(
        select(OptOut.channel, OptOut.since)
        .where(OptOut.address_hash == patient.phone_hash, OptOut.until.is_(None))
        .order_by(OptOut.since)
    )
    return [(channel, since) for channel, since in found]
