"""Writing what is planned, and taking it back: in the transaction of whatever made it so."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import insert, select, update
from sqlalchemy.orm import joinedload

from booking.appointments.worklist import service as worklist
from booking.platform.database import Session
from reminders.experiments import drawing
from reminders.experiments.models import ExperimentArm
from reminders.messages.models import Message
from reminders.planning.comparing import Changes, compare
from reminders.planning.gathering import Facts, gather
from reminders.planning.planner import Planned, plan
from reminders.policies import queries as policies
from reminders.policies.models import ReminderPolicyVersion, ReminderWordingVersion
from reminders.policies.steps import OCCASIONS, Occasion, Policy, from_json
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
        rules = _Rules(session, facts.clinic_id)
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
        _insert(session, rules.rows(facts, planned, version, arms.get(facts.appointment_id)))


def withdraw(session: Session, subject: str, reason: str) -> int:
    """Take back what is planned about something and is not on its way; how many messages."""
    taken = session.execute(
        update(Message)
        .where(Message.subject == subject, Message.state == "planned")
        .values(state="withdrawn", reason=reason, state_at=session.now())
    )
    worklist.withdraw(session, f"{NOT_REACHED}:{subject}")
    return int(taken.rowcount)  # type: ignore[attr-defined]


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


class _Rules:
    """A clinic's policies and wordings as they count now, read once for many appointments."""

    def __init__(self, session: Session, clinic_id: int) -> None:
        self._session, self._clinic_id = session, clinic_id
        self.sends = policies.sender_of(session, clinic_id) is not None
        self._wordings = policies.wordings(session, clinic_id) if self.sends else {}
        self._in_force: dict[int, ReminderPolicyVersion] = {}
        self._read: dict[int, Policy] = {}

    def draw(self, batch: Sequence[Facts]) -> dict[int, ExperimentArm]:
        """The arms of appointments that are planned for the first time, by appointment."""
        by_policy: dict[int, list[drawing.Visit]] = {}
        for facts in batch:
            visit = drawing.Visit(facts.appointment_id, facts.patient_id)
            by_policy.setdefault(self._version(facts).policy_id, []).append(visit)
        drawn: dict[int, ExperimentArm] = {}
        for policy_id, visits in by_policy.items():
            experiment = drawing.running(self._session, policy_id)
            if experiment is not None:
                drawn |= drawing.draw(self._session, experiment, visits)
        return drawn

    def drawn(self, batch: Sequence[Facts]) -> dict[int, ExperimentArm]:
        """The arms under which appointments were planned before."""
        return drawing.arms_of(self._session, [facts.appointment_id for facts in batch])

    def of(self, facts: Facts, arm: ExperimentArm | None) -> tuple[ReminderPolicyVersion, Policy]:
        """What counts for an appointment: its arm's version, else its visit type's."""
        version = arm.policy_version if arm else self._version(facts)
        if version.id not in self._read:
            self._read[version.id] = from_json(version.body)
        return version, self._read[version.id]

    def rows(
        self,
        facts: Facts,
        planned: Iterable[Planned],
        version: ReminderPolicyVersion,
        arm: ExperimentArm | None,
    ) -> list[dict[str, object]]:
        """The rows of an appointment's messages."""
        now = self._session.now()
        return [
            {
                "key": f"{facts.subject}:{facts.version}:{one.step}",
                "clinic_id": facts.clinic_id,
                "patient_id": facts.patient_id,
                "subject": facts.subject,
                "subject_version": facts.version,
                "step": one.step,
                "kind": one.kind,
                "appointment_id": facts.appointment_id,
                "policy_version_id": version.id,
                "wording_version_id": self._wordings[one.wording],
                "arm_id": arm.id if arm else None,
                "about_at": facts.about.starts_at,
                "created_at": now,
                "state_at": now,
                **timing(one),
            }
            for one in planned
        ]

    def _version(self, facts: Facts) -> ReminderPolicyVersion:
        if facts.visit_type_id not in self._in_force:
            found = policies.in_force(self._session, self._clinic_id, facts.visit_type_id)
            assert found is not None  # a clinic that sends has a policy for all
            self._in_force[facts.visit_type_id] = found
        return self._in_force[facts.visit_type_id]


def timing(planned: Planned) -> dict[str, object]:
    """When and by what: the columns that planning again may change."""
    reaches = bool(planned.channels)
    return {
        "channels": list(planned.channels),
        "channel": planned.channels[0] if reaches else "",
        "due_at": planned.due_at,
        "next_at": planned.due_at,
        "not_after": planned.not_after,
        "state": "planned" if reaches else "failed",
        "reason": "" if reaches else "no_channel",
    }


def _ahead(
    session: Session, batch: list[Facts], trial: Policy | None, reason: str, changed: Changed
) -> None:
    """Plan a batch of one or several clinics' appointments again."""
    of_clinic: dict[int, list[Facts]] = {}
    for facts in batch:
        if facts.active:
            of_clinic.setdefault(facts.clinic_id, []).append(facts)
    for clinic_id, theirs in of_clinic.items():
        rules = _Rules(session, clinic_id)
        if not rules.sends:
            continue
        known = _known(session, theirs)
        arms = rules.drawn(theirs)
        if trial is None:
            arms |= rules.draw([one for one in theirs if one.appointment_id not in known])
        rows: list[dict[str, object]] = []
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
                rows += _new(rules.rows(facts, wanted, version, arm), there)
                for same in changes.same:
                    there[same.step].policy_version_id = version.id
        _insert(session, rows)
    session.flush()


def _known(session: Session, batch: list[Facts]) -> dict[int, dict[str, Message]]:
    """What there is already of the appointments' present versions, by appointment and step."""
    versions = {facts.appointment_id: facts.version for facts in batch}
    known: dict[int, dict[str, Message]] = {}
    for message in session.scalars(
        select(Message)
        .where(Message.appointment_id.in_(versions))
        .options(joinedload(Message.wording_version).joinedload(ReminderWordingVersion.wording))
    ):
        appointment_id = message.appointment_id
        if appointment_id is not None and message.subject_version == versions[appointment_id]:
            known.setdefault(appointment_id, {})[message.step] = message
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
    """When the last message on an occasion about this very time is due or went."""
    return max((one.due_at for one in messages if one.kind in OCCASIONS), default=None)


def _new(rows: list[dict[str, object]], there: dict[str, Message]) -> list[dict[str, object]]:
    """The rows of messages that were never planned; those that were are altered where they are."""
    new: list[dict[str, object]] = []
    for row in rows:
        message = there.get(str(row["step"]))
        if message is None:
            new.append(row)
            continue
        for column, value in row.items():
            setattr(message, column, value)
    return new


def _open(message: Message) -> bool:
    """Whether planning again may still change a message: it has not gone, and is not on its way."""
    return message.state in ("planned", "withdrawn") or message.reason == "no_channel"


def _insert(session: Session, rows: list[dict[str, object]]) -> None:
    """Write new messages; those that can reach nobody go before a person."""
    if not rows:
        return
    session.execute(insert(Message), rows)
    for row in rows:
        if row["state"] == "failed":
            put_before_staff(session, row)


def put_before_staff(session: Session, row: dict[str, object]) -> None:
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
