"""Asking whose time an answer is about, where a number was told of several."""

from collections.abc import Sequence
from datetime import timedelta

from sqlalchemy import update

from booking.appointments.models import Appointment
from booking.platform.database import Session
from reminders.replies import queries
from reminders.replies.acting import Wants
from reminders.replies.models import ReplyQuestion
from reminders.replies.parse import LETTERS
from reminders.replies.wordings import times

GOOD_FOR = timedelta(hours=24)


def ask(
    session: Session,
    from_hash: str,
    to: str,
    wants: Wants,
    candidates: Sequence[Appointment],
    language: str,
) -> str:
    """Remember what was asked and wanted; the letters and their times, in words.

    '' where two of the times read alike: no name may tell them apart in a text message. A number
    is asked one question at a time: the one before is no longer waited for.
    """
    shown = sorted(candidates[: len(LETTERS)], key=lambda one: (one.starts_at, one.id))
    lettered = list(zip(LETTERS, shown, strict=False))
    if len({times([("", one)], language) for one in shown}) < len(shown):
        return ""
    _close(session, from_hash)
    question = ReplyQuestion(
        from_hash=from_hash,
        to=to,
        wants=wants,
        options=[[letter, one.id, one.sequence] for letter, one in lettered],
        asked_at=session.now(),
        expires_at=session.now() + GOOD_FOR,
    )
    session.add(question)
    session.flush()
    return times(lettered, language)


def answered(session: Session, from_hash: str, letter: str) -> tuple[Wants, Appointment] | None:
    """What was wanted, and for which time; None where nothing was asked, or not that.

    A time that has been moved since is not the one that was asked about.
    """
    question = queries.open_question(session, from_hash)
    if question is None:
        return None
    for option, appointment_id, sequence in question.options:
        appointment = session.get(Appointment, appointment_id) if option == letter else None
        if appointment is None or appointment.patient.phone_hash != from_hash:
            continue  # not that letter, or the number is somebody else's by now
        if _stands(appointment, sequence):
            question.answered_at = session.now()
            session.flush()
            return question.wants, appointment  # type: ignore[return-value]  # as it was asked
    return None


def _stands(appointment: Appointment, sequence: int) -> bool:
    """Whether it is at the time it was; a cancelled one is, and can be told of as cancelled."""
    return appointment.sequence == sequence or appointment.status == "cancelled"


def _close(session: Session, from_hash: str) -> None:
    session.execute(
        update(ReplyQuestion)
        .where(ReplyQuestion.from_hash == from_hash, ReplyQuestion.answered_at.is_(None))
        .values(answered_at=session.now())
    )
