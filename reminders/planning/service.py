"""Writing what is planned, and taking it back: in the transaction of whatever made it so."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import CursorResult, exists, insert, select, update
from sqlalchemy.orm import joinedload

from booking.appointments.worklist import service as worklist
from booking.appointments.worklist.models import WorklistItem
from booking.platform.database import Session
from reminders.messages.models import Message
from reminders.planning.comparing import Changes, compare
from reminders.planning.gathering import Facts, gather
from reminders.planning.planner import Planned, plan
from reminders.planning.rules import Row, Rules
from reminders.policies.models import ReminderWordingVersion
from reminders.policies.steps import OCCASIONS, Occasion, Policy
from reminders.preferences.reach import usable

NOT_REACHED = "not_reached"
AT_ONCE = 500


@dataclass
class Changed:
    """How many planned messages are new, altered, taken back, or as they were."""

    new: int = 0
    altered: int = 0
    withdrawn: int = 0
    same: int = 0

    def count(self, changes: Changes) -> None:
        """Add one appointment's."""
        self.new += len(changes.new)
        self.altered += len(changes.changed)
        self.withdrawn += len(changes.withdrawn)
        self.same += len(changes.same)


def plan_appointment(session: Session, appointment_id: int, happened: Occasion) -> None:
    """Plan what a booking, a move or a cancellation brings, where the clinic sends messages.

    What was planned for the appointment's earlier version must be withdrawn before.
    """
    for facts in gather(session, [appointment_id]):
        rules = Rules(session, facts.clinic_id)
        if not rules.sends:
            return
        arms = rules.draw([facts]) if happened in ("booked", "offered") else rules.drawn([facts])
        version, policy = rules.of(facts, arms.get(facts.appointment_id))
        planned = plan(
            facts.about,
            policy,
            session.now(),
            happened,
            preferred=facts.preferred,
            usable=usable(facts.has, session.ports["channels"]),
        )
        insert_rows(
            session, rules.rows(facts.concern, planned, version, arms.get(facts.appointment_id))
        )


def withdraw(session: Session, subject: str, reason: str) -> int:
    """Take back what is planned about something and is not on its way; how many messages."""
    taken = session.execute(
        update(Message)
        .where(Message.subject == subject, Message.state == "planned")
        .values(state="withdrawn", reason=reason, state_at=session.now())
    )
    take_off(session, subject)
    assert isinstance(taken, CursorResult)
    return taken.rowcount


def plan_ahead(
    session: Session,
    appointment_ids: Collection[int],
    *,
    trial: Policy | None = None,
    reason: str = "policy",
) -> Changed:
    """Plan again what lies ahead of these appointments; what has gone or is on its way stands.

    For appointments that came in bulk, for a patient's new wishes, and for a policy's new version.
    trial: a policy that does not count yet; then nothing is written. reason: why what no longer
    follows from the policy is withdrawn.
    """
    changed = Changed()
    ids = sorted(appointment_ids)
    for at in range(0, len(ids), AT_ONCE):
        _ahead(session, gather(session, ids[at : at + AT_ONCE]), trial, reason, changed)
    return changed


def _ahead(
    session: Session, batch: list[Facts], trial: Policy | None, reason: str, changed: Changed
) -> None:
    """Plan a batch of one or several clinics' appointments again."""
    of_clinic: dict[int, list[Facts]] = {}
    for facts in batch:
        if facts.active:
            of_clinic.setdefault(facts.clinic_id, []).append(facts)
    for clinic_id, theirs in of_clinic.items():
        rules = Rules(session, clinic_id)
        if not rules.sends:
            continue
        known = _known(session, theirs, lock=trial is None)
        arms = rules.drawn(theirs)
        if trial is None:
            met = known.keys() | arms.keys()
            arms |= rules.draw([one for one in theirs if one.appointment_id not in met])
        rows: list[Row] = []
        for facts in theirs:
            arm, there = arms.get(facts.appointment_id), known.get(facts.appointment_id, {})
            version, policy = rules.of(facts, arm)
            changes = compare(
                {step: _as_planned(one) for step, one in there.items() if one.state == "planned"},
                plan(
                    facts.about,
                    trial if trial is not None and arm is None else policy,
                    session.now(),
                    None,
                    preferred=facts.preferred,
                    usable=usable(facts.has, session.ports["channels"]),
                    told_at=_told_at(there.values()),
                ),
                now=session.now(),
                happened=None,
                done=frozenset(step for step, one in there.items() if not _open(one)),
            )
            changed.count(changes)
            if trial is None:
                for gone in changes.withdrawn:
                    there[gone.step].state, there[gone.step].reason = "withdrawn", reason
                wanted = [*changes.new, *(new for _old, new in changes.changed)]
                rows += _new(session, rules.rows(facts.concern, wanted, version, arm), there)
                for same in changes.same:
                    there[same.step].policy_version_id = version.id
        insert_rows(session, rows)
    session.flush()


def _known(session: Session, batch: list[Facts], *, lock: bool) -> dict[int, dict[str, Message]]:
    """What there is already of the appointments' present versions, by appointment and step; an
    appointment about which there is only what was of earlier versions has nothing, and is there.

    lock: so that nothing of it is claimed meanwhile, and altered on its way.
    """
    versions = {facts.appointment_id: facts.version for facts in batch}
    known: dict[int, dict[str, Message]] = {}
    theirs = (
        select(Message)
        .where(Message.appointment_id.in_(versions))
        .order_by(Message.id)
        .options(joinedload(Message.wording_version).joinedload(ReminderWordingVersion.wording))
    )
    if lock:
        theirs = theirs.with_for_update(of=Message).execution_options(populate_existing=True)
    for message in session.scalars(theirs):
        appointment_id = message.appointment_id
        if appointment_id is None:
            continue
        theirs_now = known.setdefault(appointment_id, {})
        if message.subject_version == versions[appointment_id]:
            theirs_now[message.step] = message
    return known


def _as_planned(message: Message) -> Planned:
    return Planned(
        message.step,
        message.kind,
        message.wording_version.wording.code,
        tuple(message.channels),
        message.due_at,
        message.not_after,
    )


def _told_at(messages: Iterable[Message]) -> datetime | None:
    """When the last message on an occasion about this very time is due or went; a letter comes
    when it comes, and what did not go tells nobody.
    """
    told = (
        one.due_at
        for one in messages
        if one.kind in OCCASIONS
        and one.channel not in ("", "letter")
        and one.state not in ("withdrawn", "failed", "too_late")
    )
    return max(told, default=None)


def _new(session: Session, rows: list[Row], there: dict[str, Message]) -> list[Row]:
    """The rows of messages that were never planned; those that were are altered where they are.

    One of them that can reach nobody any more goes before a person, once.
    """
    new: list[Row] = []
    for row in rows:
        message = there.get(str(row["step"]))
        if message is None:
            new.append(row)
            continue
        known = message.state == "failed"
        for column, value in row.items():
            setattr(message, column, value)
        if row["state"] == "failed" and not known:
            _tell_staff(session, row)
    return new


def _open(message: Message) -> bool:
    """Whether planning again may still change a message: it has not gone, and is not on its way."""
    return message.state in ("planned", "withdrawn") or message.reason == "no_channel"


def insert_rows(session: Session, rows: list[Row]) -> None:
    """Write new messages; those that can reach nobody go before a person."""
    if not rows:
        return
    session.execute(insert(Message), rows)
    for row in rows:
        if row["state"] == "failed":
            _tell_staff(session, row)


def _tell_staff(session: Session, row: Row) -> None:
    """A message reaches nobody. That whoever is told of the time by letter cannot be reminded of
    it besides is no matter for a person.
    """
    heard = exists().where(
        Message.subject == row["subject"],
        Message.subject_version == row["subject_version"],
        Message.channel == "letter",
        Message.state.not_in(("failed", "withdrawn", "too_late")),
    )
    if row["kind"] != "reminder" or not session.scalar(select(heard)):
        put_before_staff(session, row)


def put_before_staff(session: Session, row: Row) -> None:
    """A patient could not be reached: one item for each thing it was about."""
    worklist.add(
        session,
        int(str(row["clinic_id"])),
        NOT_REACHED,
        patient_id=int(str(row["patient_id"])),
        appointment_id=int(str(row["appointment_id"])) if row["appointment_id"] else None,
        details={"reason": str(row["reason"]), "kind": str(row["kind"])},
        key=f"{NOT_REACHED}:{row['subject']}",
    )


def take_off(session: Session, subject: str) -> None:
    """Nobody need call the patient about it any more."""
    worklist.withdraw(session, f"{NOT_REACHED}:{subject}")


def waiting_for_call(session: Session, subjects: Collection[str]) -> set[str]:
    """Those of these subjects about which somebody is to call the patient."""
    keys = [f"{NOT_REACHED}:{subject}" for subject in subjects]
    waiting = session.scalars(select(WorklistItem.open_key).where(WorklistItem.open_key.in_(keys)))
    return {(key or "").removeprefix(f"{NOT_REACHED}:") for key in waiting}
