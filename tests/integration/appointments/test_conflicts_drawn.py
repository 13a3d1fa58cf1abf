"""Over calendars drawn at random: nothing stops a move exactly where the move succeeds."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime, time, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy.exc import IntegrityError

from booking.appointments import occasions, service
from booking.appointments.conflicts import conflicts
from booking.appointments.models import Allocation, Appointment, Hold
from booking.appointments.search import Slot
from booking.calendar.models import Closure
from booking.platform.database import Session
from booking.platform.errors import DomainError
from tests import factories as make
from tests.conftest import SOAK
from tests.integration.appointments.conftest import Place
from tests.integration.appointments.test_conflicts import TUESDAY, at, needs_interpreter

pytestmark = pytest.mark.freeze_time("2026-11-23T07:00:00Z")

CLOCK = st.integers(0, 96).map(lambda fives: fives * 5)  # minutes from 8.00
STRETCH = st.tuples(st.integers(0, 2), CLOCK, st.sampled_from([10, 25, 60, 240]))
SHAPES = st.fixed_dictionaries(
    {
        "base_minutes": st.sampled_from([20, 30, 45]),
        "buffer_before": st.sampled_from([0, 5, 10]),
        "buffer_after": st.sampled_from([0, 5, 15]),
        "grid_minutes": st.sampled_from([5, 15, 30]),
        "clinicians_needed": st.sampled_from([1, 1, 1, 2]),
    }
)
TARGETS = st.lists(
    st.tuples(
        st.sampled_from([-1, 0, 1, 1, 1, 2]),
        st.one_of(st.integers(0, 16).map(lambda halves: halves * 30), CLOCK, st.just(67)),
        st.sampled_from([0, 0, 1, 1, 2]),
        st.sampled_from([0, 0, 0, 1]),
    ),
    min_size=4,
    max_size=10,
)


@settings(max_examples=60 * SOAK, suppress_health_check=list(HealthCheck))
@given(
    shape=SHAPES,
    closures=st.lists(st.tuples(st.integers(0, 5), STRETCH), max_size=3),
    others=st.lists(st.tuples(st.integers(0, 2), st.integers(0, 1), STRETCH), max_size=8),
    held=st.lists(st.tuples(st.integers(0, 1), STRETCH, st.sampled_from([-5, 5])), max_size=2),
    busy=st.lists(STRETCH, max_size=1),
    ended=st.sampled_from([False, False, False, True]),
    deadline=st.sampled_from([None, TUESDAY]),
    longer=st.booleans(),
    targets=TARGETS,
)
def test_nothing_stops_exactly_where_the_move_succeeds(
    session: Session, place: Place, targets: list[tuple[int, int, int, int]], **drawn: Any
) -> None:
    with undone(session):
        calendar = Drawn(session, place, **drawn)
        for target in targets:
            to = calendar.slot(*target)
            mine = calendar.mine
            found = conflicts(session, place.secretary, mine, to)
            stops = {one.code for one in found if one.stops}
            assert "does_not_fit" not in stops
            with undone(session):
                try:
                    occasion = occasions.for_move(session, place.secretary, mine)
                    service.book(
                        session, place.secretary, occasion, to, "desk", late_reason="capacity"
                    )
                    session.flush()
                    refused = ""
                except DomainError as error:
                    refused = error.code
            assert bool(stops) == bool(refused), (stops, refused, to)


@contextmanager
def undone(session: Session) -> Iterator[None]:
    """Whatever happens within is as if it had not."""
    before = session.begin_nested()
    try:
        yield
    finally:
        before.rollback()
        session.expire_all()


class Drawn:
    """A calendar of three days from Monday, with what Hypothesis drew in it."""

    def __init__(self, session: Session, place: Place, **drawn: Any) -> None:
        self.session, self.place = session, place
        self.annex = make.site(session, place.clinic)
        nurse = make.clinician(session, place.clinic, profession="nurse")
        make.open_weekdays(session, nurse, place.site)
        make.open_weekdays(session, place.doctor, self.annex, time(13), time(18))
        self.who = [place.doctor, place.other_doctor, nurse]
        self.sites = [place.site, self.annex]
        self.kind = make.visit_type(
            session, place.clinic, rooms=place.rooms, cap_minutes=60, needs={"interpreter": 15},
            **drawn["shape"],
        )  # fmt: skip
        if drawn["longer"]:
            needs_interpreter(session, place.patient)
        invitation = make.invitation(
            session, place.course, self.kind, TUESDAY, date(2026, 11, 27),
            status="completed" if drawn["ended"] else "open", deadline_on=drawn["deadline"],
        )  # fmt: skip
        self.mine = self._appointment(
            place.patient, self.slot(3, 60, 0, 0), invitation_id=invitation.id
        )
        for patient_of, room, (day, minute, length) in drawn["others"]:
            self._taken(self.who[patient_of].id, place.rooms[room].id, day, minute, length)
        for day, minute, length in drawn["busy"]:
            where = self.slot(day, minute, 0, 0, length)
            self._appointment(place.patient, where, takes=False)
        for which, stretch in drawn["closures"]:
            self._close(which, stretch)
        for who, (day, minute, length), minutes_left in drawn["held"]:
            self._hold(self.who[who].id, self.slot(day, minute, who, 0, length), minutes_left)
        session.flush()

    def slot(self, day: int, minute: int, who: int, site: int, length: int = 30) -> Slot:
        start = at("08:00", date(2026, 11, 23) + timedelta(days=day)) + timedelta(minutes=minute)
        end = start + timedelta(minutes=length)
        return Slot(start, end, self.who[who].id, self.sites[site].id)

    def _appointment(
        self, patient: Any, where: Slot, *, takes: bool = True, **values: Any
    ) -> Appointment:
        made = make.add(
            self.session,
            Appointment(
                clinic_id=self.place.clinic.id,
                site_id=where.site_id,
                patient_id=patient.id,
                visit_type_id=self.kind.id,
                clinician_id=where.clinician_id,
                form="in_person",
                starts_at=where.start,
                ends_at=where.end,
                booked_at=where.start,
                **values,
            ),
        )
        if takes:
            self._take(where.clinician_id, where, appointment_id=made.id)
        return made

    def _take(self, resource: int, where: Slot, **owner: int) -> None:
        made = Allocation(resource_id=resource, starts_at=where.start, ends_at=where.end, **owner)
        make.add(self.session, made)

    def _taken(self, who: int, room: int, day: int, minute: int, length: int) -> None:
        """Someone else's time, unless the guard says that it is another's already."""
        where = Slot(*_stretch(day, minute, length), who, self.place.site.id)
        before = self.session.begin_nested()
        try:
            patient = make.patient(self.session, self.place.clinic)
            made = self._appointment(patient, where)
            self._take(room, where, appointment_id=made.id)
        except IntegrityError:
            before.rollback()

    def _close(self, which: int, stretch: tuple[int, int, int]) -> None:
        choices: list[dict[str, Any]] = [
            {}, {"site": self.place.site}, {"resource": self.place.doctor},
            {"resource": self.place.rooms[0]}, {"resource": self.place.rooms[1]},
            {"resource": self.place.other_doctor},
        ]  # fmt: skip
        start, end = _stretch(*stretch)
        make.add(
            self.session,
            Closure(clinic=self.place.clinic, starts_at=start, ends_at=end, **choices[which]),
        )

    def _hold(self, who: int, where: Slot, minutes_left: int) -> None:
        before = self.session.begin_nested()
        try:
            patient = make.patient(self.session, self.place.clinic)
            made = make.add(
                self.session,
                Hold(
                    token=f"t{patient.id}", owner=f"test:{patient.id}", patient_id=patient.id,
                    clinic_id=self.place.clinic.id, site_id=where.site_id,
                    visit_type_id=self.kind.id, clinician_id=who, form="in_person",
                    starts_at=where.start, ends_at=where.end,
                    expires_at=self.session.now() + timedelta(minutes=minutes_left),
                ),
            )  # fmt: skip
            self._take(who, where, hold_id=made.id)
        except IntegrityError:
            before.rollback()


def _stretch(day: int, minute: int, length: int) -> tuple[datetime, datetime]:
    start = at("08:00", date(2026, 11, 23) + timedelta(days=day)) + timedelta(minutes=minute)
    return start, start + timedelta(minutes=length)
