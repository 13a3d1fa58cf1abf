"""What a patient sends: taken in once, understood, done, and answered."""

from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy.exc import IntegrityError

from booking.appointments.models import Appointment
from booking.calendar.models import Clinic
from booking.people.models import Patient
from booking.platform import audit, limits
from booking.platform.database import Session
from booking.platform.errors import TooManyAttempts
from booking.platform.identity import SYSTEM, Actor
from booking.platform.limits import Limit
from booking.platform.phone import e164
from reminders.planning.gathering import subject_of
from reminders.planning.service import withdraw
from reminders.preferences import service as preferences
from reminders.preferences.reach import fingerprint, opted_out
from reminders.replies import asking, inbox, offers, queries, wordings
from reminders.replies.acting import Outcome, Wants, act
from reminders.replies.models import InboundMessage
from reminders.replies.parse import Understood, to_offer, understand

# Two machines that answer each other stop by this; what they send is still taken in.
ANSWERS = Limit("answers to a number", 12, timedelta(hours=1))
LONGEST = 2000
# What a provider that acts on STOP and START by itself tells in its own words.
PROVIDERS = ("stop_confirmed", "start_confirmed", "not_understood", "number_unknown")


@dataclass(frozen=True)
class Reply:
    """What came of a message. code: of the wording that answers it, '' for none."""

    outcome: str
    code: str
    appointment: Appointment | None = None
    options: str = ""
    for_staff: bool = False


@dataclass(frozen=True)
class Sender:
    """Whom a message may be from. clinics: those it was sent to, none = nobody knows.

    number: the number's keyed hash.
    """

    number: str
    to: str
    channel: str
    patients: tuple[Patient, ...]
    clinics: frozenset[int]

    @property
    def patient(self) -> Patient | None:
        """The patient who has the number, where one alone has it."""
        return self.patients[0] if len(self.patients) == 1 else None

    @property
    def language(self) -> str:
        """Theirs; Danish where nobody is known."""
        return self.patients[0].language if self.patients else "da"


def receive(
    session: Session,
    provider: str,
    provider_id: str,
    channel: str,
    from_number: str,
    to_number: str,
    body: str,
    *,
    acted_on: str = "",
) -> str:
    """Take in a text message and do what it says; the text to answer with, '' = none.

    Taken in again, it changes nothing and is answered as before. Numbers come in any notation. What
    is not understood is put before the clinic's staff, where the number is a patient's. acted_on:
    'STOP', 'START' or 'HELP' where the provider has done that, and said so, by itself.
    """
    sender = _sender(session, channel, from_number, to_number)
    understood = _understood(body, acted_on)
    inbound = InboundMessage(
        provider=provider,
        provider_id=provider_id[:120],
        channel=channel,
        from_hash=sender.number,
        from_sealed=session.vault.seal(e164(from_number) or from_number[:40]),
        to=sender.to,
        body_sealed=session.vault.seal(body[:LONGEST]),
        received_at=session.now(),
        understood=understood.meaning,
    )
    already = _keep(session, inbound)
    if already is not None:
        return already.answer
    if acted_on == "START":  # also where it was a YES to a time
        preferences.start(session, sender.number, sender.channel)
    reply = _to_offer(session, sender, body) or _reply(session, sender, understood)
    _write_down(session, inbound, sender, reply)
    if not (acted_on and reply.code in PROVIDERS):
        inbound.answer = _answer(session, inbound, sender, reply)
    if reply.outcome == "asked_whose" and not inbound.answer and inbound.clinic_id is not None:
        inbound.outcome = "to_staff"  # nobody was asked after all
        inbox.put(session, inbound)
    if inbound.answer and reply.code == "done_cancel" and reply.appointment is not None:
        withdraw(session, subject_of(reply.appointment.id), "answered")
    session.flush()
    return inbound.answer


def _sender(session: Session, channel: str, from_number: str, to_number: str) -> Sender:
    number = fingerprint(session.vault, channel, e164(from_number) or from_number)
    to = e164(to_number) or "".join(char for char in to_number if char.isalnum())[:20]
    return Sender(
        number,
        to,
        channel,
        tuple(queries.patients_with(session, number)),
        queries.clinics_sending_from(session, to),
    )


def _keep(session: Session, inbound: InboundMessage) -> InboundMessage | None:
    """Write a message down; the one that is kept already, where two bring the same."""
    already = queries.received(session, inbound.provider, inbound.provider_id)
    if already is not None:
        return already
    try:
        with session.begin_nested():
            session.add(inbound)
            session.flush()
    except IntegrityError:
        already = queries.received(session, inbound.provider, inbound.provider_id)
        if already is None:
            raise
        return already
    return None


def _understood(body: str, acted_on: str) -> Understood:
    """What is understood; where the provider has acted on a word, the number is blocked or not."""
    understood = understand(body)
    if acted_on == "STOP":
        return Understood("stop")
    if acted_on == "START" and understood.meaning != "confirm":
        return Understood("start")
    return understood


def _to_offer(session: Session, sender: Sender, body: str) -> Reply | None:
    """A yes or no to a freed time, where that is what the number was told of last."""
    answer = to_offer(body)
    offer = offers.told_of_last(session, sender.number) if answer else None
    if offer is None:
        return None
    outcome, appointment = offers.answer(session, offer, takes=answer == "take")
    codes = {"done": "offer_taken", "declined": "offer_declined"}
    about = appointment or offer.entry.appointment
    said = "too_late" if outcome == "over" else "done"
    return Reply(said, codes.get(outcome, "offer_over"), about)


def _reply(session: Session, sender: Sender, understood: Understood) -> Reply:
    meaning = understood.meaning
    if meaning == "stop":
        new = preferences.stop(session, sender.number, sender.channel)
        return Reply("stopped", "stop_confirmed" if new else "")
    if meaning == "start":
        preferences.start(session, sender.number, sender.channel)
        return Reply("started", "start_confirmed")
    if meaning == "which":
        chosen = asking.answered(session, sender.number, understood.letter)
        if chosen is None:
            return _unclear(session, sender)
        wants, appointment = chosen
        return _done(session, wants, appointment)
    if meaning == "other":
        return _unclear(session, sender)
    return _about(session, sender, meaning)


def _about(session: Session, sender: Sender, wants: Wants) -> Reply:
    """Do what is wanted with the time it must be about; ask where it may be several, or another.

    A second '2' is not an answer about the next time, which the number was told of before; nor is
    one to what was told of last, where that has been given up or moved meanwhile.
    """
    told = queries.answerable(session, sender.number, sender.clinics)
    if not told:
        return _about_no_time(session, sender, wants)
    candidates = [appointment for appointment, _at in told]
    last = queries.last_told_of(session, sender.number, sender.clinics)
    meant = last is None or last.id == candidates[0].id
    again = queries.cancelled_since(session, sender.number, told[0][1])
    if len(told) == 1 and meant and not again:
        return _done(session, wants, candidates[0])
    language = candidates[0].patient.language
    options = asking.ask(session, sender.number, sender.to, wants, candidates, language)
    if options:
        return Reply("asked_whose", "whose", options=options)
    return Reply("to_staff", "not_understood", for_staff=True)


def _about_no_time(session: Session, sender: Sender, wants: Wants) -> Reply:
    """There is nothing to do it to: what the number was told of last has gone, or begun."""
    last = queries.last_told_of(session, sender.number, sender.clinics)
    if last is None or last.patient.phone_hash != sender.number:
        return Reply("no_time", "number_unknown", for_staff=bool(sender.patients))
    if last.status == "cancelled" and wants == "cancel":
        return Reply("already", "done_cancel", last)
    if last.status == "booked" and last.starts_at <= session.now():
        return Reply("too_late", "too_late", last, for_staff=True)
    return Reply("to_staff", "not_understood", last, for_staff=True)


def _done(session: Session, wants: Wants, appointment: Appointment) -> Reply:
    appointment, outcome = act(session, appointment.id, wants, "sms")
    return Reply(
        outcome,
        code_of(wants, outcome),
        appointment,
        for_staff=outcome in ("too_late", "to_staff"),
    )


def code_of(wants: Wants, outcome: Outcome) -> str:
    """The wording that tells what came of an answer."""
    if outcome in ("done", "already"):
        return f"done_{wants}"
    return "too_late" if outcome == "too_late" else "not_understood"


def _unclear(session: Session, sender: Sender) -> Reply:
    """A person must read it, if it is a patient's."""
    if not sender.patients:
        return Reply("unknown", "number_unknown")
    told = queries.answerable(session, sender.number, sender.clinics)
    about = told[0][0] if len(told) == 1 else None
    return Reply("to_staff", "not_understood", about, for_staff=True)


def _write_down(session: Session, inbound: InboundMessage, sender: Sender, reply: Reply) -> None:
    """Who and what it was about, whose inbox it is in, and who must see to it."""
    appointment = reply.appointment
    patient = appointment.patient if appointment else sender.patient
    inbound.outcome = reply.outcome
    inbound.patient_id = patient.id if patient else None
    inbound.appointment_id = appointment.id if appointment else None
    inbound.clinic_id = appointment.clinic_id if appointment else _clinic(session, sender)
    inbound.handled_at = session.now()
    session.flush()
    if reply.for_staff and inbound.clinic_id is not None:
        inbox.put(session, inbound)
    whom = [patient.id] if patient else [one.id for one in sender.patients]
    by = Actor("patient", patient.id, patient.name) if patient else SYSTEM
    audit.record(session, by, "reply.received", whom, clinic_id=inbound.clinic_id)


def _clinic(session: Session, sender: Sender) -> int | None:
    """Whose inbox a message belongs in: only a clinic's that knows the patient."""
    theirs = queries.clinics_of(session, [one.id for one in sender.patients])
    last = queries.last_told_of(session, sender.number, sender.clinics)
    if last is not None and last.clinic_id in theirs:
        return last.clinic_id
    return min(theirs & sender.clinics or theirs, default=None)


def _answer(session: Session, inbound: InboundMessage, sender: Sender, reply: Reply) -> str:
    """The answer in words. After STOP, that it was heard is all that is sent."""
    if not reply.code:
        return ""
    if reply.code != "stop_confirmed":
        if opted_out(session, [sender.number]) & {(sender.number, sender.channel)}:
            return ""
        try:
            limits.count(session, ANSWERS, sender.number)
        except TooManyAttempts:
            return ""
    clinic_id = inbound.clinic_id or (min(sender.clinics) if len(sender.clinics) == 1 else None)
    return wordings.answer(
        session,
        reply.code,
        session.get(Clinic, clinic_id) if clinic_id is not None else None,
        reply.appointment.patient.language if reply.appointment else sender.language,
        about=reply.appointment,
        options=reply.options,
    )
