"""What would be planned, with nothing written: for a person to look at first."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass

from booking.platform.database import Session
from reminders.planning.gathering import Facts, gather
from reminders.planning.planner import Planned, plan
from reminders.planning.service import AT_ONCE
from reminders.policies import queries as policies
from reminders.policies.steps import Policy, from_json
from reminders.preferences.reach import usable


@dataclass(frozen=True)
class Foreseen:
    """An appointment and the messages that lie ahead of it."""

    facts: Facts
    planned: tuple[Planned, ...]


def foresee(
    session: Session, appointment_ids: Collection[int], *, trial: Policy | None = None
) -> Iterator[Foreseen]:
    """What lies ahead of booked appointments by the policies that count, or by a trial for all.

    What has been sent already is not looked at, nor whether an experiment runs.
    """
    known: dict[tuple[int, int], Policy] = {}
    ids = sorted(appointment_ids)
    for at in range(0, len(ids), AT_ONCE):
        for facts in gather(session, ids[at : at + AT_ONCE]):
            policy = trial or _in_force(session, facts, known)
            planned = plan(
                facts.about,
                policy,
                session.now(),
                None,
                preferred=facts.preferred,
                usable=usable(facts.has, session.ports["channels"]),
            )
            yield Foreseen(facts, planned)


def _in_force(session: Session, facts: Facts, known: dict[tuple[int, int], Policy]) -> Policy:
    whose = facts.clinic_id, facts.visit_type_id
    if whose not in known:
        version = policies.in_force(session, *whose)
        known[whose] = from_json(version.body) if version else Policy(())
    return known[whose]
