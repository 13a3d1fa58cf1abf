"""How long people wait and how late clinicians run, in words for staff."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from flask_babel import gettext as _

from booking.appointments.delays import waited
from booking.appointments.models import Appointment
from booking.appointments.waiting import Running, before_it, waits_since
from booking.calendar.models import Resource


@dataclass(frozen=True)
class Late:
    """A clinician who runs late, by so many minutes."""

    clinician: Resource
    minutes: int


def waited_text(
    appointment: Appointment, running: Running, today: Sequence[Appointment] = ()
) -> str:
    """'Her i 25 min, 10 min over tiden'; '' for whoever is not waiting.

    The minutes count from when they came, or came out from an earlier contact of theirs among
    today's; what of it lies after their time is said beside it.
    """
    since = waits_since(appointment, today)
    if appointment.status != "arrived" or since is None:
        return ""
    first = before_it(appointment, today)
    if first is not None and first.status == "arrived":
        return _("Skal først ind til %(name)s", name=first.clinician.name)
    if first is not None:
        return _("Er inde hos %(name)s", name=first.clinician.name)
    wait = waited(since, appointment.starts_at, running.now)
    here = {"here": wait.here}
    if since != appointment.arrived_at and wait.past > 0:
        return _(
            "Ude fra forrige for %(here)s min siden, %(past)s min over tiden",
            past=wait.past,
            **here,
        )
    if wait.past <= 0:
        return _("Her i %(here)s min, tiden er om %(ahead)s min", ahead=-wait.past, **here)
    if wait.past > wait.here:
        return _(
            "Her i %(here)s min, kom %(late)s min efter tiden", late=wait.past - wait.here, **here
        )
    return _("Her i %(here)s min, %(past)s min over tiden", past=wait.past, **here)


def who_runs_late(running: Running, clinicians: Iterable[Resource]) -> list[Late]:
    """Those who are at least ten minutes late, the latest first."""
    found = [Late(one, running.told(one.id)) for one in clinicians]
    return sorted((one for one in found if one.minutes), key=lambda one: -one.minutes)
