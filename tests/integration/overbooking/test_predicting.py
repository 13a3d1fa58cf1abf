"""What is expected of every session is kept the evening before, and what came of it afterwards."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask
from freezegun.api import FrozenDateTimeFactory
from sqlalchemy import select, update

from booking.appointments import attendance
from booking.appointments import service as appointments
from booking.appointments.models import Allocation, Appointment, AppointmentChange, GroupSession
from booking.calendar.models import Closure
from booking.overbooking import (
    granting,
    possibilities,
    predicting,
    queries,
    sessions,
    settings,
    shocks,
)
from booking.overbooking.models import SessionPrediction
from booking.platform.database import Session
from booking.platform.web import Rettid
from tests import factories as make
from tests.integration.overbooking.morning import EIGHT, TUESDAY, Morning, morning

__all__ = ["morning"]

pytestmark = pytest.mark.freeze_time("2026-11-23T18:00:00Z")  # a Monday, 19.00 in Denmark
NOON = EIGHT + timedelta(hours=4)


def kept(session: Session) -> list[SessionPrediction]:
    session.expire_all()
    found = session.scalars(select(SessionPrediction).order_by(SessionPrediction.starts_at))
    return list(found)


def only(session: Session) -> SessionPrediction:
    (one,) = kept(session)
    return one


def lived(
    session: Session,
    appointment: Appointment,
    arrived: int | None,
    called: int,
    done: int | None,
) -> None:
    """Came, in minutes after the session began."""
    at = [
        None if one is None else EIGHT + timedelta(minutes=one) for one in (arrived, called, done)
    ]
    session.execute(
        update(Appointment)
        .where(Appointment.id == appointment.id)
        .values(status="fulfilled", arrived_at=at[0], called_in_at=at[1], done_at=at[2])
    )


def all_on_time(morning: Morning, *, but: int = 0) -> None:
    """Each of them but the last so many, seen in twenty minutes."""
    for number, one in enumerate(morning.booked[: len(morning.booked) - but]):
        lived(morning.session, one, 20 * number, 20 * number, 20 * number + 20)


class TestKeeping:
    def test_what_is_kept_is_what_is_believed_of_the_session(self, morning: Morning) -> None:
        session = morning.session
        assert predicting.keep(session, morning.clinic, TUESDAY) == 1
        one = only(session)
        assert (one.clinician_id, one.site_id) == (morning.doctor.id, morning.site.id)
        assert (one.starts_at, one.ends_at) == (EIGHT, NOON)
        assert (one.booked, one.extras, one.kept_at) == (12, 0, session.now())
        assert one.expected == pytest.approx(12 * 0.12)
        assert one.missing == pytest.approx(12 * 0.12 * 0.9)
        model = replace(queries.believed(session, morning.clinic), caution=1.0)
        (read,) = sessions.read(session, morning.clinic, TUESDAY, TUESDAY, model)
        risk = shocks.evaluate(read.patients, 240, shocks.USUAL)
        assert [patient.comes for patient in read.patients] == pytest.approx([0.88] * 12)
        assert (one.late, one.overtime, one.idle) == (risk.late, risk.overtime, risk.idle)
        assert one.wait == pytest.approx(risk.waits.mean())
        assert one.longest_wait == risk.waits.max()
        assert one.long_wait == pytest.approx(risk.long_waits.mean())
        assert (one.observed_at, one.came, one.waits) == (None, None, None)

    def test_twice_is_once_and_the_later_counts(self, morning: Morning) -> None:
        session = morning.session
        predicting.keep(session, morning.clinic, TUESDAY)
        before = only(session).late
        predicting.keep(session, morning.clinic, TUESDAY)
        assert only(session).late == before
        morning.cancel(morning.booked[-1])
        predicting.keep(session, morning.clinic, TUESDAY)
        assert only(session).booked == 11
        assert only(session).late < before

    def test_a_session_that_has_begun_keeps_its_own(
        self, morning: Morning, freezer: FrozenDateTimeFactory
    ) -> None:
        session = morning.session
        predicting.keep(session, morning.clinic, TUESDAY)
        freezer.move_to(EIGHT + timedelta(minutes=1))
        session.execute(update(Appointment).values(status="cancelled"))
        assert predicting.keep(session, morning.clinic, TUESDAY) == 0
        assert only(session).booked == 12

    def test_a_session_that_is_no_more_is_forgotten_and_one_that_begins_later_is_another(
        self, morning: Morning
    ) -> None:
        session = morning.session
        predicting.keep(session, morning.clinic, TUESDAY)
        make.add(
            session,
            Closure(
                clinic=morning.clinic, resource=morning.doctor, starts_at=EIGHT,
                ends_at=EIGHT + timedelta(hours=1),
            ),
        )  # fmt: skip
        predicting.keep(session, morning.clinic, TUESDAY)
        assert (only(session).starts_at, only(session).booked) == (EIGHT + timedelta(hours=1), 9)
        session.execute(update(Appointment).values(status="cancelled"))
        assert predicting.keep(session, morning.clinic, TUESDAY) == 0
        assert kept(session) == []

    def test_an_extra_that_is_placed_is_one_of_the_booked(
        self, morning: Morning, freezer: FrozenDateTimeFactory
    ) -> None:
        freezer.move_to("2026-11-23T07:00:00Z")
        session = morning.session
        predicting.keep(session, morning.clinic, TUESDAY)
        without = only(session).late
        policy = settings.policy_of(session, morning.clinic)
        (found,) = possibilities.look(
            session, morning.clinic, policy, morning.visit_type, TUESDAY, TUESDAY
        )
        assert found.start is not None
        given = granting.grant(
            session, morning.secretary, morning.visit_type, morning.doctor.id, found.start
        )
        predicting.keep(session, morning.clinic, TUESDAY)
        assert (only(session).booked, only(session).extras) == (12, 0)  # nobody is on it yet
        _, course = morning.patient()
        granting.place(session, morning.secretary, given, morning.occasion(course), "phone")
        predicting.keep(session, morning.clinic, TUESDAY)
        assert (only(session).booked, only(session).extras) == (13, 1)
        assert only(session).late > without

    def test_the_command(self, app: Flask, morning: Morning) -> None:
        run = app.test_cli_runner()
        asked = ["overbooking", "predict", "--clinic", str(morning.clinic.id)]
        told = run.invoke(args=asked)
        assert told.exit_code == 0, told.output
        assert f"{morning.clinic.name}, 2026-11-24: 1 sessions" in told.output
        told = run.invoke(args=[*asked, "--day", "2026-11-28"])
        assert "2026-11-28: 0 sessions" in told.output
        assert only(morning.session).booked == 12


class TestTheJobs:
    def test_tomorrow_is_predicted_in_the_evening_and_once(
        self, rettid: Rettid, morning: Morning, freezer: FrozenDateTimeFactory
    ) -> None:
        def run() -> int:
            return rettid.jobs.run_now(rettid.database, "overbooking_expected")

        morning.session.commit()
        freezer.move_to("2026-11-23T16:59:00Z")
        assert run() == 0
        freezer.move_to("2026-11-23T17:00:00Z")  # 18.00 in Denmark
        assert run() == 1
        assert run() == 0
        freezer.move_to("2026-11-23T22:59:00Z")
        assert run() == 0
        freezer.move_to("2026-11-24T17:30:00Z")
        assert run() == 0  # on Wednesday nobody is booked
        one = only(morning.session)
        assert one.kept_at == datetime(2026, 11, 23, 17, tzinfo=UTC)

    def test_what_was_kept_by_hand_in_the_day_is_kept_anew_in_the_evening(
        self, rettid: Rettid, morning: Morning, freezer: FrozenDateTimeFactory
    ) -> None:
        freezer.move_to("2026-11-23T09:00:00Z")
        predicting.keep(morning.session, morning.clinic, TUESDAY)
        morning.session.commit()
        freezer.move_to("2026-11-23T18:00:00Z")
        assert rettid.jobs.run_now(rettid.database, "overbooking_expected") == 1
        assert only(morning.session).kept_at == datetime(2026, 11, 23, 18, tzinfo=UTC)

    def test_every_clinic_has_its_own_evening(
        self, rettid: Rettid, morning: Morning, freezer: FrozenDateTimeFactory
    ) -> None:
        """In Nuuk it is two hours before evening when it is evening in Denmark."""
        morning.clinic.zone_name = "America/Nuuk"
        morning.session.commit()
        freezer.move_to("2026-11-23T18:00:00Z")
        assert rettid.jobs.run_now(rettid.database, "overbooking_expected") == 0

    def test_what_came_is_filled_in_once(
        self, rettid: Rettid, morning: Morning, freezer: FrozenDateTimeFactory
    ) -> None:
        def run() -> int:
            return rettid.jobs.run_now(rettid.database, "overbooking_observed")

        predicting.keep(morning.session, morning.clinic, TUESDAY)
        all_on_time(morning)
        morning.session.commit()
        freezer.move_to(NOON - timedelta(minutes=1))
        assert run() == 0
        freezer.move_to(NOON)
        assert run() == 1
        assert run() == 0
        one = only(morning.session)
        assert (one.missed, one.came, one.observed_overtime, one.waits) == (0, 12, 0, 12)
        assert one.observed_at == NOON


class TestWhatCame:
    @pytest.fixture
    def session(self, morning: Morning) -> Session:
        predicting.keep(morning.session, morning.clinic, TUESDAY)
        return morning.session

    def observed(
        self, morning: Morning, freezer: FrozenDateTimeFactory, hours: int = 1
    ) -> SessionPrediction:
        freezer.move_to(NOON + timedelta(hours=hours))
        morning.session.flush()
        morning.session.expire_all()
        predicting.observe(morning.session, morning.clinic)
        return only(morning.session)

    def test_waits_and_overtime_are_those_noted(
        self, session: Session, morning: Morning, freezer: FrozenDateTimeFactory
    ) -> None:
        all_on_time(morning)
        lived(session, morning.booked[9], 175, 190, 200)  # booked at 180: ten minutes
        lived(session, morning.booked[10], 210, 215, 235)  # came ten late, waited five
        lived(session, morning.booked[11], 215, 255, 265)  # booked at 220: 35 minutes
        one = self.observed(morning, freezer)
        assert (one.missed, one.came, one.waits, one.long_waits) == (0, 12, 12, 1)
        assert one.observed_wait == pytest.approx(50 / 12)
        assert one.observed_overtime == 25

    def test_missing_and_giving_up_too_late_are_missed_and_the_clinics_own_doing_is_not(
        self, session: Session, morning: Morning, freezer: FrozenDateTimeFactory
    ) -> None:
        freezer.move_to("2026-11-23T20:00:00Z")
        morning.cancel(morning.booked[11])
        appointments.cancel(
            session, morning.secretary, morning.booked[10], "clinic", "phone", wants_new=False
        )
        freezer.move_to(NOON)
        all_on_time(morning, but=3)
        attendance.did_not_come(session, morning.secretary, morning.booked[9])
        one = self.observed(morning, freezer)
        assert (one.missed, one.came) == (2, 9)

    def test_given_up_the_day_before_it_was_kept_is_not_counted(
        self, session: Session, morning: Morning, freezer: FrozenDateTimeFactory
    ) -> None:
        """What was expected was expected of the eleven others."""
        freezer.move_to("2026-11-23T17:00:00Z")
        morning.cancel(morning.booked[11])
        freezer.move_to("2026-11-23T18:00:00Z")
        predicting.keep(session, morning.clinic, TUESDAY)
        all_on_time(morning, but=1)
        one = self.observed(morning, freezer)
        assert (one.booked, one.missed, one.came) == (11, 0, 11)

    def test_whoever_was_booked_since_waits_but_was_not_expected(
        self, session: Session, morning: Morning, freezer: FrozenDateTimeFactory
    ) -> None:
        all_on_time(morning)
        session.execute(
            update(Appointment)
            .where(Appointment.id == morning.booked[0].id)
            .values(booked_at=session.now() + timedelta(hours=1))
        )
        one = self.observed(morning, freezer)
        assert (one.came, one.waits) == (11, 12)

    def test_whoever_was_moved_here_since_was_not_expected(
        self, session: Session, morning: Morning, freezer: FrozenDateTimeFactory
    ) -> None:
        all_on_time(morning)
        make.add(
            session,
            AppointmentChange(
                appointment_id=morning.booked[0].id, at=session.now() + timedelta(hours=1),
                what="moved", actor_kind="staff", actor_id=1, actor_name="Hanne", channel="phone",
            ),
        )  # fmt: skip
        assert self.observed(morning, freezer).came == 11

    def test_an_unsettled_visit_is_waited_for_and_then_left_out(
        self, session: Session, morning: Morning, freezer: FrozenDateTimeFactory
    ) -> None:
        all_on_time(morning, but=1)
        assert self.observed(morning, freezer, hours=23).observed_at is None
        one = self.observed(morning, freezer, hours=24)
        assert (one.missed, one.came, one.observed_overtime) == (0, 11, None)

    def test_where_no_times_were_noted_none_are_told(
        self, session: Session, morning: Morning, freezer: FrozenDateTimeFactory
    ) -> None:
        session.execute(update(Appointment).values(status="fulfilled"))
        one = self.observed(morning, freezer)
        assert (one.came, one.waits, one.observed_wait, one.observed_overtime) == (
            12,
            0,
            None,
            None,
        )

    def test_a_group_that_ends_late_is_overtime_too(
        self, session: Session, morning: Morning, freezer: FrozenDateTimeFactory
    ) -> None:
        all_on_time(morning)
        of = morning.booked[11]
        group = make.add(
            session,
            GroupSession(
                clinic_id=morning.clinic.id, site_id=morning.site.id,
                visit_type_id=morning.visit_type.id, clinician_id=morning.doctor.id,
                form="in_person", starts_at=of.starts_at, ends_at=of.ends_at, capacity=8,
            ),
        )  # fmt: skip
        session.execute(update(Allocation).where(Allocation.appointment_id == of.id).values(
            appointment_id=None, group_session_id=group.id
        ))  # fmt: skip
        session.execute(
            update(Appointment).where(Appointment.id == of.id).values(group_session_id=group.id)
        )
        lived(session, of, 220, 220, 260)
        one = self.observed(morning, freezer)
        assert (one.observed_overtime, one.waits, one.came) == (20, 11, 11)
