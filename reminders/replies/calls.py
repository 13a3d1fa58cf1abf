"""A call that someone has answered: whom it is about is proven first, and told and asked then."""

from datetime import date, timedelta

from booking.people.models import Patient
from booking.platform import audit, limits
from booking.platform.database import Session
from booking.platform.i18n import said_in
from booking.platform.limits import Limit
from booking.platform.phone import readable
from reminders.delivery import hearing
from reminders.delivery.hearing import Heard
from reminders.messages.models import Message, MessageAttempt
from reminders.messages.overtaken import overtaken
from reminders.planning.gathering import subject_of
from reminders.planning.service import withdraw
from reminders.policies.queries import sender_of
from reminders.replies import queries, wordings
from reminders.replies.acting import Wants, act, as_patient
from reminders.replies.inbox import put
from reminders.replies.models import InboundMessage
from reminders.replies.service import code_of


def N_(text: str) -> str:  # noqa: N802  (the catalogue's own name for a text said later)
    """A text of the catalogue, said later in the language of the call."""
    return text


WRONG = Limit("birth date in a call", 3, timedelta(hours=1))
TRIES = 3

KEYS: dict[str, Wants] = {"1": "confirm", "2": "cancel", "3": "new_time"}

# Before a birth date is proven nothing is said but where the call comes from.
GREETING = N_(
    "Goddag. Der er en besked til dig fra %(place)s. "
    "Tast din fødselsdato med otte tal: dag, måned og år."
)
AGAIN = N_("Det passede ikke. Tast din fødselsdato med otte tal: dag, måned og år.")
GOODBYE = N_("Vi kan ikke give beskeden her. Ring til os på %(phone)s. Farvel.")
NOTHING = N_("Vi kan ikke give beskeden. Farvel.")
CHANGED = N_("Tiden er ændret siden. Ring til os på %(phone)s, hvis du er i tvivl. Farvel.")


def greeting(session: Session, attempt: MessageAttempt) -> str:
    """Where the call comes from, and the question for a birth date."""
    sender = sender_of(session, attempt.message.clinic_id)
    return said_in(_spoken(attempt), GREETING, place=sender.place if sender else "Rettid")


def ask_again(attempt: MessageAttempt) -> str:
    """The same question, after a wrong date."""
    return said_in(_spoken(attempt), AGAIN)


def goodbye(attempt: MessageAttempt) -> str:
    """That the message cannot be given here, and whom to ring instead."""
    return said_in(_spoken(attempt), GOODBYE, phone=_phone(attempt))


def nothing() -> str:
    """That there is no such message; nobody knows in which language."""
    return said_in("da", NOTHING)


def proves(session: Session, attempt: MessageAttempt, digits: str) -> bool:
    """Whether the digits are the patient's birth date: ddmmyyyy, or ddmmyy.

    Raises TooManyAttempts after three wrong ones in an hour, whichever calls they came in.
    """
    patient: Patient = attempt.message.patient
    limits.count(session, WRONG, str(patient.id))
    if patient.birth_date is None or digits not in _as_typed(patient.birth_date):
        return False
    limits.forget(session, WRONG, str(patient.id))
    return True


def over(session: Session, attempt: MessageAttempt) -> bool:
    """Whether the time for the message is past, so that a call says nothing of it."""
    return session.now() > attempt.message.not_after


def told(session: Session, attempt: MessageAttempt) -> str:
    """The message, to someone who has proven who they are; what to press is part of it.

    It has been given then, however the call ends.
    """
    hearing.hear(session, attempt, Heard("delivered"))
    return _changed(attempt) if overtaken(attempt.message) else attempt.body


def asks(message: Message) -> bool:
    """Whether a key can answer: it is about a time as it stands, and the time is to come."""
    return (
        message.kind in queries.ASKING
        and message.appointment is not None
        and not overtaken(message)
    )


def answer(session: Session, attempt: MessageAttempt, provider_id: str, digit: str) -> str | None:
    """Do what a key says, and what to say then; None for a key that means nothing.

    provider_id: of this question in this call; the same again changes nothing and says the same.
    """
    wants, message = KEYS.get(digit), attempt.message
    if wants is None:
        return None
    already = queries.received(session, attempt.provider, provider_id)
    if already is not None:
        return already.answer
    if message.appointment_id is None or not asks(message):
        return _changed(attempt)
    appointment, outcome = act(session, message.appointment_id, wants, "phone")
    inbound = InboundMessage(
        provider=attempt.provider,
        provider_id=provider_id[:120],
        channel="voice",
        from_hash=attempt.to_hash,
        from_sealed=attempt.to_sealed,
        to="",
        body_sealed=session.vault.seal(digit),
        received_at=session.now(),
        understood=wants,
        outcome=outcome,
        patient_id=appointment.patient_id,
        appointment_id=appointment.id,
        clinic_id=appointment.clinic_id,
        handled_at=session.now(),
    )
    inbound.answer = wordings.answer(
        session,
        code_of(wants, outcome),
        message.clinic,
        attempt.language,
        channel="voice",
        about=appointment,
    )
    session.add(inbound)
    session.flush()
    if outcome in ("too_late", "to_staff"):
        put(session, inbound)
    elif wants == "cancel":
        withdraw(session, subject_of(appointment.id), "answered")
    audit.record(
        session,
        as_patient(appointment),
        "reply.received",
        [appointment.patient_id],
        clinic_id=appointment.clinic_id,
    )
    return inbound.answer


def _as_typed(day: date) -> tuple[str, str]:
    return f"{day:%d%m%Y}", f"{day:%d%m%y}"


def _changed(attempt: MessageAttempt) -> str:
    return said_in(_spoken(attempt), CHANGED, phone=_phone(attempt))


def _phone(attempt: MessageAttempt) -> str:
    return readable(attempt.message.clinic.phone)


def _spoken(attempt: MessageAttempt) -> str:
    """The language of our own sentences: Danish, or English for every other."""
    return "da" if attempt.language == "da" else "en"
