"""What stands in the way of a move, in words, and the move itself."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import cast
from zoneinfo import ZoneInfo

from flask_babel import gettext as _

from booking.appointments import service
from booking.appointments.conflicts import Conflict, conflicts
from booking.appointments.errors import OldPlaceTaken, PastDeadline
from booking.appointments.models import Appointment
from booking.appointments.occasions import for_move
from booking.appointments.service import LateReason
from booking.clinic_web import conflict_words
from booking.clinic_web.grid.target import Target, slot_of
from booking.clinic_web.refusals import in_words
from booking.platform.database import Session
from booking.platform.errors import DomainError
from booking.platform.identity import Actor


@dataclass(frozen=True)
class Obstacle:
    """One thing in the way. stops: nobody may go past it. late: going past it needs a reason."""

    text: str
    stops: bool = True
    late: bool = False


def obstacles(
    session: Session, by: Actor, appointment: Appointment, target: Target
) -> list[Obstacle]:
    """Everything that stands in the way of moving an appointment there; nothing is changed."""
    slot = slot_of(session, appointment, target)
    return _told(conflicts(session, by, appointment, slot), appointment.clinic.zone)


def obstacles_of(error: DomainError, zone: ZoneInfo) -> list[Obstacle]:
    """What was refused at the last moment, as what stands in the way."""
    if isinstance(error, PastDeadline):
        return [Obstacle(_("Tiden ligger efter fristen."), stops=False, late=True)]
    if isinstance(error, OldPlaceTaken):
        return _told(cast(list[Conflict], error.context["conflicts"]), zone)
    return [Obstacle(in_words(error))]


def _told(found: Iterable[Conflict], zone: ZoneInfo) -> list[Obstacle]:
    return [
        Obstacle(conflict_words.in_words(one, zone), one.stops, late=one.code == "deadline")
        for one in found
    ]


def carry_out(
    session: Session,
    by: Actor,
    appointment: Appointment,
    target: Target,
    reason: LateReason | None,
) -> Appointment:
    """Move the appointment there. Raises what booking refuses; what was stays then."""
    occasion, slot = for_move(session, by, appointment), slot_of(session, appointment, target)
    return service.book(session, by, occasion, slot, "desk", late_reason=reason)
