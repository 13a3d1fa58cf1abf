"""What one process does in a race: attempts on a database that others attempt at the same time.

Each attempt is a transaction of its own, with the retries and the refusals of a request
(platform/pages.py).
"""

import random
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from itertools import cycle

from sqlalchemy import select
from sqlalchemy.exc import DBAPIError, IntegrityError
from sqlalchemy.orm.exc import StaleDataError

from booking.appointments import holds, occasions, search, service
from booking.appointments.guard import CONSTRAINTS
from booking.appointments.invitations.models import Course
from booking.appointments.length import default_policies, default_policy
from booking.appointments.models import Appointment
from booking.appointments.visit_types.models import VisitType
from booking.people.models import Patient
from booking.platform.clock import Clock
from booking.platform.database import Database, Session, constraint_of, worth_retrying
from booking.platform.errors import ChangedMeanwhile, DomainError
from booking.platform.events import EventBus
from booking.platform.identity import Actor
from booking.platform.pages import TRIES
from booking.platform.vault import Vault

NOW = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)


class StandingClock:
    """A clock that stands at NOW, so that every process sees the same one."""

    def now(self) -> datetime:
        """NOW."""
        return NOW


@dataclass(frozen=True)
class Runner:
    """What a process is given: plain values only."""

    url: str
    key: str
    seed: int
    patient_ids: list[int]
    slots: list[search.Slot]
    attempts: int


def database(runner: Runner) -> Database:
    """The process's own connection, wired as the application's is."""
    clock: Clock = StandingClock()
    opened = Database(
        runner.url, clock=clock, events=EventBus(), vault=Vault({1: runner.key}, "x" * 32)
    )
    opened.ports |= {"length": default_policy, "lengths": default_policies}
    return opened


def attempt(opened: Database, work: Callable[[Session], None]) -> str:
    """Run one attempt: 'done', or the code of the domain's refusal. Anything else is raised."""
    for tried in range(1, TRIES + 1):
        try:
            with opened.transaction() as session:
                work(session)
            return "done"
        except DomainError as refused:
            return refused.code
        except IntegrityError as refused:
            kind = CONSTRAINTS.get(constraint_of(refused))
            if kind is None:
                raise
            return kind.code
        except StaleDataError:
            return ChangedMeanwhile.code
        except DBAPIError as error:
            if not worth_retrying(error) or tried == TRIES:
                raise
    raise AssertionError("unreachable")


def one_booking_each(runner: Runner) -> dict[str, int]:
    """Every attempt: a patient who has none yet holds and confirms one of the few starts."""
    opened, chance = database(runner), random.Random(runner.seed)
    outcomes: Counter[str] = Counter()
    wanted = cycle(chance.sample(runner.slots, len(runner.slots)))
    for patient_id, slot in zip(runner.patient_ids[: runner.attempts], wanted, strict=False):
        work = partial(_hold_and_confirm, patient_id=patient_id, slot=slot)
        outcomes[attempt(opened, work)] += 1
    opened.engine.dispose()
    return dict(outcomes)


def crowd(runner: Runner) -> dict[str, int]:
    """Mixed lengths, holds left standing, bookings, moves and cancellations on crowded days."""
    opened, chance = database(runner), random.Random(runner.seed)
    outcomes: Counter[str] = Counter()
    for _ in range(runner.attempts):
        patient_id = chance.choice(runner.patient_ids)
        act = chance.choice(("hold", "book", "book", "move", "cancel"))
        seed = chance.random()
        # A retried attempt makes the same choices again.
        work = partial(_one_act, patient_id=patient_id, act=act, seed=seed, slots=runner.slots)
        outcomes[f"{act}:{attempt(opened, work)}"] += 1
    opened.engine.dispose()
    return dict(outcomes)


def _hold_and_confirm(session: Session, *, patient_id: int, slot: search.Slot) -> None:
    patient = session.get_one(Patient, patient_id)
    actor = Actor("patient", patient.id, patient.name)
    hold = holds.place(session, _free(session, actor, patient_id), slot)
    service.confirm(session, actor, hold)


def _one_act(
    session: Session, *, patient_id: int, act: str, seed: float, slots: list[search.Slot]
) -> None:
    chance = random.Random(seed)
    actor = Actor("patient", patient_id, "En Prøve")
    near = chance.choice(slots)
    quarter = timedelta(minutes=15) * chance.randrange(-2, 3)
    slot = search.Slot(near.start + quarter, near.end + quarter, near.clinician_id, near.site_id)
    mine = session.scalars(
        select(Appointment).where(
            Appointment.patient_id == patient_id, Appointment.status == "booked"
        )
    ).all()
    if act in ("hold", "book"):
        hold = holds.place(session, _free(session, actor, patient_id, chance), slot)
        if act == "book":
            service.confirm(session, actor, hold)
    elif mine and act == "move":
        occasion = occasions.for_move(session, actor, chance.choice(mine))
        service.confirm(session, actor, holds.place(session, occasion, slot))
    elif mine:
        service.cancel(session, actor, chance.choice(mine), "other", wants_new=False)


def _free(
    session: Session, actor: Actor, patient_id: int, chance: random.Random | None = None
) -> occasions.Occasion:
    course = session.scalars(select(Course).where(Course.patient_id == patient_id)).one()
    types = session.scalars(select(VisitType).order_by(VisitType.id)).all()
    visit_type = chance.choice(types) if chance else types[0]
    return occasions.free(session, actor, course, visit_type)
