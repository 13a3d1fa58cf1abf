"""Putting things before a person, and taking them off again."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Literal, cast
from zoneinfo import ZoneInfo

from sqlalchemy.exc import IntegrityError

from booking.appointments.worklist.events import WorklistItemFinished
from booking.appointments.worklist.models import WorklistItem
from booking.appointments.worklist.queries import with_key
from booking.platform import audit
from booking.platform.database import Session
from booking.platform.identity import SYSTEM, Actor
from booking.platform.localtime import local_date

Urgency = Literal["", "yellow", "red"]
NOTICE = timedelta(weeks=2)


def add(
    session: Session,
    clinic_id: int,
    kind: str,
    *,
    patient_id: int | None = None,
    appointment_id: int | None = None,
    invitation_id: int | None = None,
    closure_id: int | None = None,
    words: str = "",
    details: dict[str, object] | None = None,
    due_on: date | None = None,
    key: str | None = None,
    urgency: Urgency = "",
    owner_id: int | None = None,
    escalate_at: datetime | None = None,
) -> WorklistItem:
    """Put something on a clinic's worklist; the open item with the same `key`, if there is one.

    words: a person's own. details: what the kind's text needs, never a CPR or phone number.
    due_on: a local day. owner_id: the member of staff whose it is, None for the leaders'.
    escalate_at: still unread then, it goes to the leaders too. Two writers with one key end
    with one item.
    """
    if key is not None and (already := with_key(session, key)) is not None:
        return already
    item = WorklistItem(
        clinic_id=clinic_id,
        kind=kind,
        patient_id=patient_id,
        appointment_id=appointment_id,
        invitation_id=invitation_id,
        closure_id=closure_id,
        words=words,
        details=details or {},
        due_on=due_on,
        open_key=key,
        created_at=session.now(),
        urgency=urgency,
        owner_id=owner_id,
        escalate_at=escalate_at,
    )
    try:
        with session.begin_nested():
            session.add(item)
            session.flush()
    except IntegrityError:
        already = with_key(session, key) if key is not None else None
        if already is None:
            raise
        return already
    return item


def in_time_to_tell(session: Session, visit_on: date, zone: ZoneInfo) -> date:
    """The local day by which a coming visit's trouble should be settled: two weeks before the
    visit, so that the patient can be told; today for one that is nearer.
    """
    return max(local_date(session.now(), zone), visit_on - NOTICE)


def add_words(session: Session, item: WorklistItem, words: str, wishes: Sequence[str]) -> None:
    """Put more words and wishes to an open item; said twice, they stand once."""
    if words and words not in item.words.splitlines():
        item.words = f"{item.words}\n{words}".strip()
    known = [str(wish) for wish in cast(list[object], item.details.get("wishes", []))]
    more = [wish for wish in wishes if wish not in known]
    if more:
        item.details = {**item.details, "wishes": known + more}
    session.flush()


def mark_read(session: Session, by: Actor, item: WorklistItem) -> None:
    """Note that somebody has opened an item; only the first counts, until it is `unread`."""
    if item.status != "open" or item.read_at is not None:
        return
    item.read_at, item.read_by = session.now(), by.name
    session.flush()
    patients = [item.patient_id] if item.patient_id is not None else []
    audit.record(session, by, "worklist.read", patients, clinic_id=item.clinic_id)


def unread(session: Session, item: WorklistItem, escalate_at: datetime | None) -> None:
    """Something new has come to an open item: whoever read it before must read it again."""
    item.read_at, item.read_by = None, ""
    item.escalated_at, item.escalate_at = None, escalate_at
    session.flush()


def close(session: Session, by: Actor, item: WorklistItem, outcome: str) -> WorklistItem:
    """Take an item off the list with what came of it; whether that may be is `settling`'s."""
    _close(session, by, item, outcome)
    patients = [item.patient_id] if item.patient_id is not None else []
    audit.record(session, by, "worklist.finished", patients, clinic_id=item.clinic_id)
    session.publish(WorklistItemFinished(item.id, item.clinic_id))
    return item


def due_by(session: Session, key: str, day: date) -> None:
    """Give the open item with this key, if there is one, another local day."""
    item = with_key(session, key)
    if item is not None:
        item.due_on = day
        session.flush()


def withdraw(session: Session, key: str) -> None:
    """Close the open item with this key, if there is one, as no longer needed."""
    item = with_key(session, key)
    if item is not None:
        _close(session, SYSTEM, item, "")


def _close(session: Session, by: Actor, item: WorklistItem, outcome: str) -> None:
    item.status, item.open_key = "done", None
    item.done_at, item.done_by, item.outcome = session.now(), by.name, outcome
    session.flush()
