"""What planning again does to the messages that are planned and not yet claimed. Pure."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from reminders.planning.planner import Planned
from reminders.policies.steps import Occasion


@dataclass(frozen=True)
class Changes:
    """What is to be planned anew, changed (before, after), withdrawn, and left as it is."""

    new: tuple[Planned, ...] = ()
    changed: tuple[tuple[Planned, Planned], ...] = ()
    withdrawn: tuple[Planned, ...] = ()
    same: tuple[Planned, ...] = ()


def compare(
    before: Mapping[str, Planned],
    after: Iterable[Planned],
    *,
    now: datetime,
    happened: Occasion | None,
    done: frozenset[str] = frozenset(),
) -> Changes:
    """Hold what is planned and not claimed (by step) against a new plan.

    done: steps of this very time that are claimed, sent, failed or given up; they are not planned
    again. Where nothing has happened (a policy was changed, a patient said yes), only the future is
    replanned: a message that is due, or on an occasion of the past, stays as it is. Where something
    has, the new plan replaces the old.
    """
    wanted = {one.step: one for one in after if one.step not in done}
    stays = {
        step
        for step, one in before.items()
        if happened is None and (one.due_at <= now or one.kind != "reminder")
    }
    both = [(one, wanted[step]) for step, one in before.items() if step in wanted.keys() - stays]
    return Changes(
        new=tuple(one for step, one in wanted.items() if step not in before),
        changed=tuple((old, new) for old, new in both if old != new),
        withdrawn=tuple(
            one for step, one in before.items() if step not in stays and step not in wanted
        ),
        same=tuple(one for step, one in before.items() if step in stays or wanted.get(step) == one),
    )
