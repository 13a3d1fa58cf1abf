"""Everything that stands in the way of putting an appointment at a place; nothing is written.

What a search leaves out and what booking refuses, said all at once and why, so that a person can
see it before they act. Where nothing stops, `service.book` succeeds in the same transaction.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Literal

from sqlalchemy import bindparam, select

from booking.appointments.groups import in_the_way
from booking.appointments.models import ACTIVE, Appointment
from booking.appointments.occasions import Occasion, for_move, stands_there
from booking.appointments.placing import narrowed
from booking.appointments.search import Slot, find
from booking.appointments.serving import serving
from booking.appointments.standing_in import Standing, standing_in
from booking.platform.database import Session
from booking.platform.errors import DomainError
from booking.platform.identity import Actor
from booking.platform.localtime import local_date


@dataclass(frozen=True)
class Conflict:
    """One thing in the way.

    stops: nobody may go past it. may: staff may, if they say so (`deadline`: with a reason).
    data: what words about it need; names of things and instants, never a person's.
    """

    code: str
    severity: Literal["stops", "may"] = "stops"
    data: Mapping[str, object] = field(default_factory=dict)

    @property
    def stops(self) -> bool:
        """True if nobody may go past it."""
        return self.severity == "stops"


def conflicts(
    session: Session,
    by: Actor,
    what: Appointment | Occasion,
    to: Slot,
    form: str | None = None,
    *,
    beside: bool = False,
) -> list[Conflict]:
    """All that stands in the way of moving an appointment, or booking an occasion, there.

    to: its end is not looked at; the length is what the patient needs. form: the form of contact
    wanted, the present one where None. beside: on top of the plan, where no calendar is in the
    way. Those that stop come first.
    """
    if isinstance(what, Occasion):
        occasion = what
    else:
        try:
            occasion = for_move(session, by, what, form)
        except DomainError as error:
            return [Conflict(error.code, data=error.context)]
    found = _of_the_occasion(session, by, occasion, to)
    if form is not None and form != occasion.form:
        found.append(Conflict("form_not_offered", data={"form": form}))
    if to.group_session_id is not None:
        found += [Conflict(code) for code in in_the_way(session, occasion, to)]
    elif not beside:
        found += _of_the_day(session, occasion, to)
    return sorted(found, key=lambda one: not one.stops)


def _of_the_occasion(session: Session, by: Actor, occasion: Occasion, to: Slot) -> list[Conflict]:
    """What does not depend on anybody's calendar."""
    return [
        *_when(session, occasion, to),
        *_invited(session, by, occasion, to),
        *_from_here(occasion, to),
    ]


def _when(session: Session, occasion: Occasion, to: Slot) -> Iterator[Conflict]:
    """Too early, too late, or at too short notice."""
    now, hours = session.now(), occasion.visit_type.closing_hours
    day = local_date(to.start, occasion.visit_type.clinic.zone)
    if to.start < now:
        yield Conflict("past")
    elif to.start < occasion.not_before:
        yield Conflict("closing_period")
    elif not occasion.first <= day <= occasion.last:
        yield Conflict("too_far", data={"first": occasion.first, "last": occasion.last})
    elif to.start < now + timedelta(hours=hours):
        yield Conflict("short_notice", "may", {"hours": hours})
    if occasion.deadline_on is not None and day > occasion.deadline_on:
        yield Conflict("deadline", "may", {"deadline": occasion.deadline_on})


def _invited(session: Session, by: Actor, occasion: Occasion, to: Slot) -> Iterator[Conflict]:
    """What the invitation says, if there is one."""
    invitation = occasion.invitation
    if invitation is None:
        return
    if invitation.status not in ("open", "planned"):
        yield Conflict("invitation_ended")
    if occasion.moving is None:
        live = session.scalar(_LIVE, {"invitation": invitation.id})
        if live is not None:
            yield Conflict("invitation_has_time", data={"appointment_id": live})
    day = local_date(to.start, occasion.visit_type.clinic.zone)
    if by.kind == "staff" and not invitation.window_from <= day <= invitation.window_to:
        window = {"first": invitation.window_from, "last": invitation.window_to}
        yield Conflict("window", "may", window)


def _from_here(occasion: Occasion, to: Slot) -> Iterator[Conflict]:
    """What has to do with where it stands now."""
    moving = occasion.moving
    if moving is None:
        return
    if stands_there(moving, occasion.fitted(to), occasion.form):
        yield Conflict("same_time")
    if to.group_session_id is not None:
        return
    if moving.group_session_id is not None:
        yield Conflict("group_place")
    elif moving.minutes != occasion.length.minutes:
        lengths = {"was": moving.minutes, "minutes": occasion.length.minutes}
        yield Conflict("other_length", "may", lengths)


def _of_the_day(session: Session, occasion: Occasion, to: Slot) -> list[Conflict]:
    """What stands in calendars: hours, closures, others' time, and what the visit needs."""
    able = serving(session, occasion.visit_type, occasion.form)
    wish = narrowed(occasion.wish(), to)
    if find(session, wish, able).fits(to):
        return []
    found = [_conflict(one) for one in standing_in(session, wish, to, able)]
    moving = occasion.moving
    usual = occasion.visit_type.base_minutes if moving is None else moving.minutes
    if found and usual < occasion.length.minutes:
        shorter = narrowed(occasion.wish(), to, minutes=usual)
        if find(session, shorter, able).fits(to):
            lengths = {"needs": occasion.length.minutes, "room_for": usual}
            found.insert(0, Conflict("too_short", data=lengths))
    return found


def _conflict(one: Standing) -> Conflict:
    return Conflict(one.code, data=one.data)


_LIVE = select(Appointment.id).where(
    Appointment.invitation_id == bindparam("invitation"), Appointment.status.in_(ACTIVE)
)
