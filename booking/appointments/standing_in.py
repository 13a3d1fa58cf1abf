"""Why a start does not fit on its day: hours, closures, others' time, rooms, the patient's own.

Reckoned on the same ticks and by the same rules as the search (`search.find`), one start at a
time, so that each reason can be named.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlalchemy import and_, bindparam, or_, select
from sqlalchemy.orm import aliased

from booking.appointments.models import ACTIVE, Allocation, Appointment, GroupSession, Hold
from booking.appointments.search import Slot, Wish
from booking.appointments.serving import Serving
from booking.calendar import availability
from booking.calendar.models import Closure, Resource, Site
from booking.calendar.public_holidays import closed_days
from booking.calendar.slots import TICK_MINUTES, bits
from booking.platform.database import Session

_TICK = timedelta(minutes=TICK_MINUTES)


@dataclass(frozen=True)
class Standing:
    """One reason, as a code and what words about it need."""

    code: str
    data: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True)
class _Taken:
    """Time of a resource that someone has. kind: appointment, group, hold, or elsewhere."""

    resource_id: int
    starts_at: datetime
    ends_at: datetime
    kind: str
    appointment_id: int | None


def standing_in(session: Session, wish: Wish, slot: Slot, able: Serving) -> list[Standing]:
    """Every reason why a slot does not fit a wish narrowed to its day, clinician and site."""
    return list(_Reasons(session, wish, slot, able).all())


class _Reasons:
    """One start on one day, and everything read about it."""

    def __init__(self, session: Session, wish: Wish, slot: Slot, able: Serving) -> None:
        self.session, self.wish, self.slot, self.able = session, wish, slot, able
        visit_type = wish.visit_type
        self.clinic, self.several = visit_type.clinic, visit_type.clinicians_needed > 1
        ids = {slot.clinician_id, *(one for _, options in able.needed for one in options)}
        if self.several:
            ids |= set(able.clinicians)
        self.ids = sorted(ids)
        self.open_time = availability.read(
            session, self.clinic, ids, wish.first, wish.last, wish.past_tick
        )
        self.timeline = self.open_time.timeline
        self.tick = self.timeline.tick(slot.start, "down")
        length = -(-wish.minutes // TICK_MINUTES)
        before = -(-visit_type.buffer_before // TICK_MINUTES)
        after = -(-visit_type.buffer_after // TICK_MINUTES)
        self.first, self.after = self.tick - before, self.tick + length + after
        self.visit = self._mask(self.tick, self.tick + length)
        self.whole = self._mask(self.first, self.after)
        self.past_the_day = self.first < 0 or self.after > self.timeline.ticks
        self.visit_past_the_day = self.tick < 0 or self.tick + length > self.timeline.ticks
        self.taken = self._read_taken()
        self.closures = self._read_closures()

    def all(self) -> Iterator[Standing]:
        """Each reason, what concerns the clinician first."""
        yield from self._start()
        yield from self._clinician()
        yield from self._others()
        yield from self._needed()
        yield from self._patient()

    def _start(self) -> Iterator[Standing]:
        grid = self.wish.visit_type.grid_minutes
        on_tick = self.timeline.instant(self.tick) == self.slot.start
        on_grid = not self.wish.on_grid or self.timeline.grid_mask(grid) >> max(self.tick, 0) & 1
        if not (on_tick and on_grid):
            yield Standing("off_grid", {"minutes": grid})

    def _clinician(self) -> Iterator[Standing]:
        who, site = self.slot.clinician_id, self.slot.site_id
        name = self._name(who)
        if who not in self.able.clinicians:
            yield Standing("clinician_not_able", {"clinician": name})
        yield from self._hours(who, site, name)
        for day, holiday in closed_days(self.clinic, self.wish.first, self.wish.last).items():
            yield Standing("holiday", {"name": holiday, "day": day})
        for closure in self.closures:
            own = closure.resource_id == who
            general = closure.resource_id is None and closure.site_id in (None, site)
            if own or general:
                yield Standing("closure", self._closed(closure))
        for taken in self._taken_of(who):
            yield Standing(
                "clinician_taken",
                {
                    "clinician": name,
                    "by": taken.kind,
                    "appointment_id": taken.appointment_id,
                    "starts_at": taken.starts_at,
                    "ends_at": taken.ends_at,
                },
            )

    def _hours(self, who: int, site: int, name: str) -> Iterator[Standing]:
        """Whether the week templates hold the whole stretch, closures left aside."""
        day = self.wish.first, self.wish.last
        stretches = availability.hours(self.session, self.clinic, [who], *day)
        at_sites = {place: self.timeline.open_bits(when) for (_, place), when in stretches.items()}
        if not self.past_the_day and not self.whole & ~at_sites.get(site, 0):
            return
        for place, opened in at_sites.items():
            if place != site and not self.past_the_day and not self.whole & ~opened:
                there = self.session.get_one(Site, place).name
                yield Standing("wrong_site", {"clinician": name, "site": there, "site_id": place})
                return
        yield Standing(
            "outside_hours", {"clinician": name, "hours": sorted(stretches.get((who, site), ()))}
        )

    def _others(self) -> Iterator[Standing]:
        """The second clinician, and the third."""
        if not self.several:
            return
        wanted = self.wish.visit_type.clinicians_needed - 1
        others = [one for one in self.able.clinicians if one != self.slot.clinician_id]
        free = sum(not self._why_not(one, self.whole, self.past_the_day) for one in others)
        if free < wanted:
            yield Standing("too_few_clinicians", {"needs": wanted, "free": free})

    def _needed(self) -> Iterator[Standing]:
        """Of each thing it needs, any one that can be had: else what is wrong with each."""
        for label, options in self.able.needed:
            why = [
                (one, self._why_not(one, self.visit, self.visit_past_the_day)) for one in options
            ]
            if all(reason for _, reason in why):
                each = [(self._name(one), reason) for one, reason in why]
                yield Standing("no_resource", {"label": label, "options": each})

    def _why_not(self, resource_id: int, within: int, past_the_day: bool) -> str:
        """What keeps a resource from serving: 'hours', 'closed' or 'taken'; '' for nothing.

        within: the ticks that must lie in its opening hours.
        """
        if self.past_the_day or past_the_day:
            return "hours"
        if self.whole & self.open_time.closed.get(resource_id, 0):
            return "closed"
        if within & ~self.open_time.at(resource_id, self.slot.site_id):
            return "hours"
        return "taken" if any(True for _ in self._taken_of(resource_id)) else ""

    def _patient(self) -> Iterator[Standing]:
        rows = self.session.execute(
            _PATIENTS,
            {
                "patient": self.wish.patient_id,
                "first": self.timeline.instant(self.tick),
                "after": self.timeline.instant(self.after),
                "moving": self.wish.moving_id or 0,
            },
        )
        for number, clinic, start, end in rows:
            if not self.timeline.taken_bits([(start, end)]) & self.visit:
                continue
            here = clinic == self.clinic.id
            yield Standing(
                "patient_busy",
                {
                    "appointment_id": number if here else None,
                    "starts_at": start if here else None,
                    "ends_at": end if here else None,
                },
            )

    def _taken_of(self, resource_id: int) -> Iterator[_Taken]:
        for one in self.taken:
            if one.resource_id == resource_id:
                yield one

    def _read_taken(self) -> list[_Taken]:
        rows = self.session.execute(
            _TAKEN,
            {
                "resources": self.ids,
                "first": self.timeline.instant(self.first),
                "after": self.timeline.instant(self.after),
                "moving": self.wish.moving_id or 0,
                "now": self.session.now(),
                "owner": self.wish.owner,
            },
        )
        found = []
        for resource, start, end, appointment, clinic, group_clinic, hold_clinic in rows:
            if not self.timeline.taken_bits([(start, end)]) & self.whole:
                continue
            here = (clinic or group_clinic or hold_clinic) == self.clinic.id
            kind = "appointment" if clinic else "group" if group_clinic else "hold"
            known = appointment if here else None
            found.append(_Taken(resource, start, end, kind if here else "elsewhere", known))
        return found

    def _read_closures(self) -> list[Closure]:
        wanted = select(Closure).where(
            Closure.status == "approved",
            Closure.ends_at > self.timeline.instant(self.first),
            Closure.starts_at < self.timeline.instant(self.after),
            or_(
                Closure.resource_id.in_(self.ids),
                and_(Closure.clinic_id == self.clinic.id, Closure.resource_id.is_(None)),
            ),
        )
        rows = self.session.scalars(wanted.order_by(Closure.starts_at, Closure.id))
        return [
            one
            for one in rows
            if self.timeline.taken_bits([(one.starts_at, one.ends_at)]) & self.whole
        ]

    def _closed(self, closure: Closure) -> dict[str, object]:
        of = "site" if closure.site_id is not None else "clinic"
        return {
            "reason": closure.reason if closure.clinic_id == self.clinic.id else "",
            "of": of if closure.resource_id is None else "clinician",
            "starts_at": closure.starts_at,
            "ends_at": closure.ends_at,
        }

    def _mask(self, first: int, after: int) -> int:
        first, after = max(first, 0), min(after, self.timeline.ticks)
        return bits([(first, after)]) if first < after else 0

    def _name(self, resource_id: int) -> str:
        return self.session.get_one(Resource, resource_id).name


# Built once: composing a statement takes longer than running it. As in `search`: lane 0, without
# the mover's own time, the caller's own hold and expired holds.
_GROUP, _HOLD = aliased(GroupSession), aliased(Hold)
_TAKEN = (
    select(
        Allocation.resource_id,
        Allocation.starts_at,
        Allocation.ends_at,
        Allocation.appointment_id,
        Appointment.clinic_id,
        _GROUP.clinic_id,
        _HOLD.clinic_id,
    )
    .outerjoin(Appointment, Appointment.id == Allocation.appointment_id)
    .outerjoin(_GROUP, _GROUP.id == Allocation.group_session_id)
    .outerjoin(_HOLD, _HOLD.id == Allocation.hold_id)
    .where(
        Allocation.resource_id.in_(bindparam("resources", expanding=True)),
        Allocation.ends_at > bindparam("first"),
        Allocation.starts_at < bindparam("after"),
        Allocation.active,
        Allocation.lane == 0,
        or_(Allocation.appointment_id.is_(None), Allocation.appointment_id != bindparam("moving")),
        or_(
            _HOLD.id.is_(None),
            and_(_HOLD.expires_at > bindparam("now"), _HOLD.owner != bindparam("owner")),
        ),
    )
    .order_by(Allocation.starts_at, Allocation.id)
)
_PATIENTS = (
    select(Appointment.id, Appointment.clinic_id, Appointment.starts_at, Appointment.ends_at)
    .where(
        Appointment.patient_id == bindparam("patient"),
        Appointment.status.in_(ACTIVE),
        Appointment.starts_at < bindparam("after"),
        Appointment.ends_at > bindparam("first"),
        Appointment.id != bindparam("moving"),
    )
    .order_by(Appointment.starts_at)
)
