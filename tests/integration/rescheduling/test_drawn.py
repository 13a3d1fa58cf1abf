"""Over calendars drawn at random: a plan just made is carried out, and nothing is broken by it."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, event, given, settings
from hypothesis import strategies as st

from booking.appointments import occasions
from booking.appointments import service as appointments
from booking.appointments.models import Appointment
from booking.appointments.search import Slot
from booking.platform.database import Session
from booking.platform.errors import DomainError
from booking.rescheduling import by_hand, service
from booking.rescheduling.gathering import Outage
from booking.rescheduling.models import Rescheduling
from tests import factories as make
from tests.conftest import SOAK
from tests.integration.appointments.conftest import Place
from tests.integration.appointments.test_conflicts_drawn import undone
from tests.integration.waitlist.conftest import at
from tests.integration.workbench_rows import broken

pytestmark = pytest.mark.freeze_time("2026-12-07T05:00:00Z")

PICK = st.integers(0, 60)
# Day, half-hour from eight, doctor, patient (of four, so that one has several), shape.
BOOKINGS = st.lists(
    st.tuples(
        st.sampled_from([8, 8, 8, 9]),
        st.integers(0, 15),
        st.integers(0, 1),
        st.integers(0, 3),
        st.integers(0, 1),
    ),
    min_size=2,
    max_size=10,
)
# Who is out (the doctors, the rooms, or all) and from when to when on the Tuesday.
OUTAGES = st.lists(
    st.tuples(st.integers(0, 4), st.integers(8, 11), st.integers(12, 16)), min_size=1, max_size=3
)
ACTS = st.lists(
    st.tuples(st.sampled_from(["place", "place", "let_go", "out", "in", "again"]), PICK, PICK),
    max_size=4,
)


@settings(max_examples=6 * SOAK, suppress_health_check=list(HealthCheck))
@given(bookings=BOOKINGS, outages=OUTAGES, acts=ACTS, filled=st.sampled_from([0, 0, 12]), last=PICK)
def test_what_was_just_planned_is_carried_out_whole(
    session: Session, place: Place, all_hear: None, last: int, **drawn: Any
) -> None:
    with undone(session):
        calendar = Drawn(session, place, drawn["bookings"], drawn["filled"])
        plan = calendar.falls_apart(drawn["outages"])
        for act in drawn["acts"]:
            calendar.does(plan, *act)
        if last % 2:
            service.propose_again(session, place.secretary, plan, plan.version)
        before = {one.id: (one.starts_at, one.status) for one in calendar.all}
        event(f"{sum(one.starts_at is not None for one in plan.lines)} of {len(plan.lines)} placed")
        service.carry_out(session, place.secretary, plan, plan.version)
        session.flush()
        assert plan.status == "done"
        assert broken(session, place.clinic.id, session.now()) == {}
        for line in plan.lines:
            one = line.appointment
            session.refresh(one)
            if line.outcome == "moved":
                where = (line.starts_at, line.ends_at, line.clinician_id, line.site_id, line.form)
                assert where == (
                    one.starts_at, one.ends_at, one.clinician_id, one.site_id, one.form,
                )  # fmt: skip
                takes = {row.resource_id for row in one.allocations if row.active}
                assert takes == {line.clinician_id, *line.rooms}
            else:
                assert (one.starts_at, one.status) == before[one.id]


@settings(max_examples=4 * SOAK, suppress_health_check=list(HealthCheck))
@given(bookings=BOOKINGS, outages=OUTAGES, others=st.lists(st.tuples(PICK, PICK), max_size=3))
def test_a_plan_overtaken_is_carried_out_whole_or_refused_whole(
    session: Session,
    place: Place,
    all_hear: None,
    others: list[tuple[int, int]],
    **drawn: Any,
) -> None:
    with undone(session):
        calendar = Drawn(session, place, drawn["bookings"], 0)
        plan = calendar.falls_apart(drawn["outages"])
        for line, clock in others:
            calendar.somebody_else_takes(plan, line, clock)
        before = calendar.rows()
        try:
            with session.begin_nested():
                service.carry_out(session, place.secretary, plan, plan.version)
                session.flush()
            event("carried out")
        except DomainError as refused:
            event(f"refused: {refused.code}")
            assert calendar.rows() == before
            assert plan.status == "draft"
            # Made again, it can be.
            service.propose_again(session, place.secretary, plan, plan.version)
            service.carry_out(session, place.secretary, plan, plan.version)
        assert broken(session, place.clinic.id, session.now()) == {}


class Drawn:
    """A clinic's calendar, in which times have no room, a room, or a room or video."""

    def __init__(
        self, session: Session, place: Place, bookings: list[tuple[int, ...]], filled: int
    ) -> None:
        self.session, self.place = session, place
        place.control.mode = "free"
        self.shapes = [
            place.control,
            make.visit_type(
                session,
                place.clinic,
                rooms=place.rooms,
                forms="in_person,video",
                base_minutes=45,
                cap_minutes=90,
                buffer_before=5,
                buffer_after=10,
                grid_minutes=15,
            ),
        ]
        self.doctors = [place.doctor, place.other_doctor]
        self.patients = [make.patient(session, place.clinic) for _ in range(4)]
        self.all: list[Appointment] = []
        session.flush()
        for day, half, who, patient, shape in bookings:
            start = at(day, 8) + timedelta(minutes=30 * half)
            self.book(start, self.doctors[who], self.patients[patient], self.shapes[shape])
        # A day after with little room left.
        for half in range(filled):
            for doctor in self.doctors:
                start = at(9, 8) + timedelta(minutes=30 * half)
                self.book(start, doctor, make.patient(session, place.clinic), place.control)

    def book(self, start: datetime, doctor: Any, patient: Any, shape: Any) -> None:
        """If it can be."""
        try:
            with self.session.begin_nested():
                self.all.append(_booked(self.session, self.place, start, doctor, patient, shape))
        except DomainError:
            return

    def falls_apart(self, outages: list[tuple[int, int, int]]) -> Rescheduling:
        """What is out, each once."""
        everything = [None, *(one.id for one in (*self.doctors, *self.place.rooms))]
        out = [Outage(everything[who], at(8, a), at(8, b)) for who, a, b in outages]
        return service.draft(
            self.session, self.place.secretary, self.place.clinic, out, "clinic", ""
        )

    def does(self, plan: Rescheduling, act: str, which: int, choice: int) -> None:
        """One act by hand, on the page as it is now."""
        session, by = self.session, self.place.secretary
        if act == "again":
            service.propose_again(session, by, plan, plan.version)
            return
        if not plan.lines:
            return
        line = plan.lines[which % len(plan.lines)]
        if act == "place":
            on = at(8 + choice % 3, 1).date()
            if found := by_hand.choices(session, by, line, on):
                one = found[choice % len(found)]
                by_hand.choose_place(session, by, line, plan.version, one.slot, one.form)
                assert line.rooms == list(one.rooms)
        elif act == "let_go":
            by_hand.let_go(session, by, line, plan.version)
        else:
            service.leave_out(session, by, line, plan.version, left_out=act == "out")

    def somebody_else_takes(self, plan: Rescheduling, which: int, clock: int) -> None:
        """A time of the plan's, or another that day, or one of those hit is cancelled."""
        if not plan.lines:
            return
        line = plan.lines[which % len(plan.lines)]
        start = (line.starts_at or at(9, 8)) + timedelta(minutes=30 * (clock % 3))
        stranger = make.patient(self.session, self.place.clinic)
        self.book(start, self.doctors[clock % 2], stranger, self.shapes[0])

    def rows(self) -> list[tuple[object, ...]]:
        """Where everybody stands, and what they take."""
        self.session.expire_all()
        return [
            (one.id, one.starts_at, one.version, row.resource_id, row.starts_at, row.active)
            for one in self.all
            for row in one.allocations
        ]


def _booked(
    session: Session, place: Place, start: datetime, doctor: Any, patient: Any, shape: Any
) -> Appointment:
    course = make.course(session, place.clinic, patient)
    session.flush()
    occasion = occasions.free(session, place.secretary, course, shape)
    slot = Slot(start, start, doctor.id, place.site.id)
    made = appointments.book(
        session, place.secretary, occasion, slot, "desk", late_reason="capacity"
    )
    session.flush()
    return made
