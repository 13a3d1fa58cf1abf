"""The print queue of letters: printing, posting, and taking out what is no longer so.

An attempt by letter is 'sent' while it waits to be posted, and 'delivered' once it is. `looked_at`
says when it was last printed.
"""

from collections.abc import Iterable, Sequence
from datetime import date, timedelta

from sqlalchemy import select

from booking.calendar.models import Clinic
from booking.calendar.public_holidays import closed_days
from booking.platform import audit
from booking.platform.database import Session
from booking.platform.identity import Actor
from booking.platform.localtime import local_date
from reminders.delivery import hearing
from reminders.delivery.hearing import Heard
from reminders.messages.models import Message, MessageAttempt
from reminders.messages.overtaken import overtaken
from reminders.policies.bounds import POSTAL_DAYS

SATURDAY = 5
LONGEST_CLOSED = timedelta(days=30)


def out_of_date(session: Session, message: Message) -> str:
    """Why a letter should not be posted any more, as a code; '' where it should."""
    why = overtaken(message)
    if why:
        return why
    return "too_late" if session.now() > message.not_after else ""


def latest_posting(message: Message, clinic: Clinic) -> date:
    """The last local day on which somebody at the clinic can post a letter and it arrives while it
    is of use: not at a weekend, nor when the clinic is closed.
    """
    day = local_date(message.not_after - timedelta(days=POSTAL_DAYS), clinic.zone)
    closed = closed_days(clinic, day - LONGEST_CLOSED, day)
    while day.weekday() >= SATURDAY or day in closed:
        day -= timedelta(days=1)
    return day


def printed(session: Session, by: Actor, letters: Sequence[MessageAttempt]) -> None:
    """Note that these locked letters have been printed."""
    for letter in letters:
        letter.looked_at = session.now()
    session.flush()
    _log(session, by, "messages.letters_printed", letters)


def posted(session: Session, by: Actor, letters: Sequence[MessageAttempt]) -> None:
    """These locked letters are in the post."""
    for letter in letters:
        hearing.hear(session, letter, Heard("delivered"))
    _log(session, by, "messages.letters_posted", letters)


def not_posted(session: Session) -> int:
    """Letters that would not arrive in time any more if somebody posted them now; how many.

    The message goes on by its next channel, or before a person. Those about what is no longer so
    stay for whoever empties the queue.
    """
    wanted = (
        select(MessageAttempt)
        .join(MessageAttempt.message)
        .where(
            MessageAttempt.channel == "letter",
            MessageAttempt.state == "sent",
            Message.state == "sent",
            Message.not_after < session.now() + timedelta(days=POSTAL_DAYS),
        )
        .order_by(MessageAttempt.id)
        .with_for_update(skip_locked=True)
    )
    late = [one for one in session.scalars(wanted) if not overtaken(one.message)]
    for letter in late:
        hearing.hear(session, letter, Heard("failed", error_code="not_posted"))
    return len(late)


def take_out(session: Session, by: Actor, letters: Sequence[MessageAttempt]) -> None:
    """Someone has seen that these locked letters are not to be posted."""
    for letter in letters:
        message, why = letter.message, out_of_date(session, letter.message)
        message.state = "too_late" if why == "too_late" else "withdrawn"
        message.state_at, message.reason = session.now(), why
        hearing.hear(session, letter, Heard("failed", error_code=why))
    _log(session, by, "messages.letters_taken_out", letters)


def _log(session: Session, by: Actor, action: str, letters: Iterable[MessageAttempt]) -> None:
    by_clinic: dict[int, set[int]] = {}
    for letter in letters:
        by_clinic.setdefault(letter.message.clinic_id, set()).add(letter.message.patient_id)
    for clinic_id, patients in by_clinic.items():
        audit.record(session, by, action, patients, clinic_id=clinic_id)
