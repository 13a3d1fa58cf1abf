"""The staff's inbox: what a person must read, and that somebody has."""

from booking.appointments.worklist import service as worklist
from booking.calendar.models import Clinic
from booking.platform import audit
from booking.platform.database import Session
from booking.platform.identity import Actor
from booking.platform.localtime import local_date
from reminders.replies.models import InboundMessage

REPLY = "reply"


def put(session: Session, inbound: InboundMessage) -> None:
    """Leave a message of a clinic's for a person to read. Its text stays sealed in the inbox."""
    if inbound.clinic_id is None:
        raise ValueError("a message that is nobody's has no inbox")
    inbound.handled_at = None
    clinic = session.get_one(Clinic, inbound.clinic_id)
    worklist.add(
        session,
        clinic.id,
        REPLY,
        patient_id=inbound.patient_id,
        appointment_id=inbound.appointment_id,
        details={"inbound": inbound.id},
        due_on=local_date(session.now(), clinic.zone),
        key=_key(inbound),
    )


def handle(session: Session, by: Actor, inbound: InboundMessage) -> None:
    """Someone at the clinic has seen to a message. Seen to twice is harmless."""
    session.refresh(inbound, with_for_update={"of": InboundMessage})
    if inbound.handled_at is not None:
        return
    inbound.handled_at, inbound.handled_by = session.now(), by.name
    session.flush()
    worklist.withdraw(session, _key(inbound))
    patients = [inbound.patient_id] if inbound.patient_id is not None else []
    audit.record(session, by, "reply.handled", patients, clinic_id=inbound.clinic_id)


def _key(inbound: InboundMessage) -> str:
    return f"{REPLY}:{inbound.id}"
