"""What a process does while a day is moved: carries the plan out, or books where it would go."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from multiprocessing.synchronize import Event
from threading import Event as Never

from sqlalchemy import event, func, select

from booking.appointments import belonging
from booking.appointments.events import AppointmentMoved
from booking.appointments.models import AppointmentChange
from booking.people.models import Staff
from booking.people.sign_in import actor_of
from booking.platform.database import Database, Session
from booking.rescheduling import service
from booking.rescheduling.models import Rescheduling
from booking.sequences.queries import belong_together
from tests.integration.appointments import racing

TURNS = 20
POINTS = ("half moved", "before commit", "committed")


@dataclass(frozen=True)
class Mover:
    """Plain values: the database, the plan, and who carries it out."""

    url: str
    key: str
    plan_id: int
    staff_id: int

    def opened(self) -> Database:
        """The process's own connection."""
        opened = racing.database(racing.Runner(self.url, self.key, 0, [], [], 0))
        opened.ports[belonging.PORT] = belong_together
        return opened


def act(runner: Mover | racing.Runner) -> dict[str, int]:
    """How the attempts ended."""
    if isinstance(runner, racing.Runner):
        return racing.one_booking_each(runner)
    return _until_carried_out(runner)


def _until_carried_out(mover: Mover) -> dict[str, int]:
    """Carry it out; where that is refused, look that nothing was moved, and make the plan again."""
    opened = mover.opened()
    outcomes: Counter[str] = Counter()
    for _ in range(TURNS):
        outcome = racing.attempt(opened, partial(carry_out, mover=mover))
        outcomes[f"carry_out:{outcome}"] += 1
        if outcome == "done":
            break
        with opened.transaction() as session:
            moved = select(func.count()).where(AppointmentChange.what == "moved")
            outcomes["half"] += session.scalars(moved).one()
        outcomes[f"again:{racing.attempt(opened, partial(_again, mover=mover))}"] += 1
    opened.engine.dispose()
    return dict(outcomes)


def carry_out(session: Session, *, mover: Mover) -> None:
    """As the secretary does, with the plan as it is."""
    plan = session.get_one(Rescheduling, mover.plan_id)
    by = actor_of(session.get_one(Staff, mover.staff_id))
    service.carry_out(session, by, plan, plan.version)


def _again(session: Session, *, mover: Mover) -> None:
    plan = session.get_one(Rescheduling, mover.plan_id)
    by = actor_of(session.get_one(Staff, mover.staff_id))
    service.propose_again(session, by, plan, plan.version)


def stop_at(mover: Mover, point: str, reached: Event) -> None:
    """Carry it out up to one of POINTS, say so, and wait to be killed."""
    opened = mover.opened()

    def stop(*_: object) -> None:
        reached.set()
        Never().wait()

    if point == "half moved":
        opened._make.kw["events"].subscribe(AppointmentMoved, _second(stop))
    with opened.writing() as session:
        if point == "before commit":
            event.listen(session, "before_commit", stop)
        carry_out(session, mover=mover)
        session.commit()
        stop()


def _second(stop: Callable[[], None]) -> Callable[[object, object], None]:
    """At the second move."""
    turns: list[object] = []

    def moved(_session: object, happened: object) -> None:
        turns.append(happened)
        if len(turns) == 2:
            stop()

    return moved
