"""What counts at a clinic now, and the rows that messages become."""

from collections.abc import Iterable, Sequence

from booking.platform.database import Session
from reminders.experiments import drawing
from reminders.experiments.models import ExperimentArm
from reminders.planning.gathering import Concern, Facts
from reminders.planning.planner import Planned
from reminders.policies import queries as policies
from reminders.policies.models import ReminderPolicyVersion
from reminders.policies.steps import Policy, from_json

Row = dict[str, object]


class Rules:
    """A clinic's policies and wordings as they count now, read once for many appointments."""

    def __init__(self, session: Session, clinic_id: int) -> None:
        self._session, self._clinic_id = session, clinic_id
        self.sends = policies.sends(session, clinic_id)
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

    def for_all(self) -> tuple[ReminderPolicyVersion, Policy]:
        """What counts for what is no appointment: the clinic's policy for all."""
        version = policies.in_force(self._session, self._clinic_id, None)
        assert version is not None  # a clinic that sends has a policy for all
        return version, from_json(version.body)

    def has_wording(self, code: str) -> bool:
        """Whether the clinic has words for it: one that began before there were any has not."""
        return code in self._wordings

    def rows(
        self,
        concern: Concern,
        planned: Iterable[Planned],
        version: ReminderPolicyVersion,
        arm: ExperimentArm | None = None,
    ) -> list[Row]:
        """The rows of the messages about something."""
        now = self._session.now()
        return [
            {
                "key": f"{concern.subject}:{concern.version}:{one.step}",
                "clinic_id": self._clinic_id,
                "patient_id": concern.patient_id,
                "subject": concern.subject,
                "subject_version": concern.version,
                "step": one.step,
                "kind": one.kind,
                "appointment_id": concern.appointment_id,
                "policy_version_id": version.id,
                "wording_version_id": self._wordings[one.wording],
                "arm_id": arm.id if arm else None,
                "about_at": concern.about_at,
                "created_at": now,
                "state_at": now,
                **_timing(one),
            }
            for one in planned
        ]

    def _version(self, facts: Facts) -> ReminderPolicyVersion:
        if facts.visit_type_id not in self._in_force:
            found = policies.in_force(self._session, self._clinic_id, facts.visit_type_id)
            assert found is not None  # a clinic that sends has a policy for all
            self._in_force[facts.visit_type_id] = found
        return self._in_force[facts.visit_type_id]


def _timing(planned: Planned) -> Row:
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
