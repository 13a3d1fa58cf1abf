"""What a patient chooses, and STOP and START."""

from sqlalchemy import CursorResult, update
from sqlalchemy.exc import IntegrityError

from booking.people.models import Patient
from booking.platform import audit
from booking.platform.database import Session
from booking.platform.identity import Actor
from reminders.policies.steps import Channel
from reminders.preferences import reach
from reminders.preferences.events import PreferenceChanged
from reminders.preferences.models import ContactPreference, OptOut


def of(session: Session, patient_id: int) -> ContactPreference:
    """What a patient has chosen; one that says nothing, and is not kept, where they have not."""
    return session.get(ContactPreference, patient_id) or ContactPreference(
        patient_id=patient_id, channel="", extra_help=False
    )


def choose(session: Session, by: Actor, patient: Patient, channel: str) -> None:
    """The channel to try first, '' for the clinic's own order; what is planned follows."""
    preference = _kept(session, patient)
    if preference.channel == channel:
        return
    preference.channel, preference.changed_at = channel, session.now()
    session.flush()
    audit.record(session, by, "messages.channel_chosen", [patient.id])
    session.publish(PreferenceChanged(patient.id))


def give_extra_help(
    session: Session, by: Actor, patient: Patient, clinic_id: int, *, on: bool
) -> None:
    """Someone at the clinic says whether this patient gets more help to come."""
    preference = _kept(session, patient)
    if preference.extra_help == on:
        return
    preference.extra_help, preference.changed_at = on, session.now()
    session.flush()
    action = "messages.extra_help_on" if on else "messages.extra_help_off"
    audit.record(session, by, action, [patient.id], clinic_id=clinic_id)
    session.publish(PreferenceChanged(patient.id))


def stop(session: Session, address_hash: str, channel: str) -> bool:
    """An address said STOP on a channel; False if it had already."""
    try:
        with session.begin_nested():
            session.add(OptOut(address_hash=address_hash, channel=channel, since=session.now()))
            session.flush()
    except IntegrityError:
        return False
    return True


def start(session: Session, address_hash: str, channel: str) -> bool:
    """An address said START; False if nothing was stopped."""
    ended = session.execute(
        update(OptOut)
        .where(
            OptOut.address_hash == address_hash, OptOut.channel == channel, OptOut.until.is_(None)
        )
        .values(until=session.now())
    )
    assert isinstance(ended, CursorResult)
    return bool(ended.rowcount)


def start_again(session: Session, by: Actor, patient: Patient, channel: Channel) -> bool:
    """A patient, signed in, takes back the STOP of their own address on a channel; what is planned
    follows. False if nothing was stopped.
    """
    there = reach.address(patient, channel)
    address_hash = reach.fingerprint(session.vault, channel, there)
    if not there or not start(session, address_hash, channel):
        return False
    audit.record(session, by, "messages.started_again", [patient.id])
    session.publish(PreferenceChanged(patient.id))
    return True


def stopped(session: Session, patient: Patient) -> list[Channel]:
    """The channels on which a patient's address has said STOP."""
    ways: list[Channel] = ["sms", "voice", "email"]
    addresses = {one: reach.address(patient, one) for one in ways}
    hashes = {
        one: reach.fingerprint(session.vault, one, there)
        for one, there in addresses.items()
        if there
    }
    said = reach.opted_out(session, set(hashes.values()))
    return [one for one, address_hash in hashes.items() if (address_hash, one) in said]


def _kept(session: Session, patient: Patient) -> ContactPreference:
    preference = of(session, patient.id)
    if preference not in session:
        preference.changed_at = session.now()
        session.add(preference)
    return preference
