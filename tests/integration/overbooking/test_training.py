"""What a clinic believes of who misses: learnt from its own visits, tested, kept as data."""

import json
from datetime import UTC, date, datetime, timedelta
from typing import Any

import numpy as np
import pytest
from flask import Flask
from sqlalchemy import insert, select
from sqlalchemy.exc import IntegrityError

from booking.appointments.models import Appointment, AppointmentChange, PastVisit
from booking.appointments.visit_types.models import VisitType
from booking.calendar.models import Clinic, Resource, Site
from booking.overbooking import outcomes, queries, service
from booking.overbooking.missing_model import Booked
from booking.overbooking.models import MissingModel
from booking.people.models import Patient
from booking.platform.audit import AuditEntry
from booking.platform.database import Session
from booking.platform.identity import SYSTEM
from booking.platform.web import Rettid
from tests import factories as make

pytestmark = pytest.mark.freeze_time("2026-11-23T08:00:00Z")  # a Monday, 9.00 in Denmark

TODAY = date(2026, 11, 23)


@pytest.fixture
def clinic(session: Session) -> Clinic:
    made = make.clinic(session)
    session.commit()
    return made


def trained(session: Session, clinic: Clinic) -> MissingModel:
    return service.keep(session, SYSTEM, clinic, service.learn(session, clinic))


def history(session: Session, clinic: Clinic, visits: int, *, seed: int = 1) -> None:
    """Imported visits, missed the more often the further ahead they were booked."""
    draw = np.random.default_rng(seed)
    people = [make.patient(session, clinic).id for _ in range(40)]
    rows = []
    for number in range(visits):
        lead = int(draw.gamma(1.0, 20))
        chance = 1 / (1 + np.exp(-(-3.2 + 0.6 * np.log1p(lead))))
        day = TODAY - timedelta(days=1 + int(draw.integers(700)))
        rows.append(
            {
                "clinic_id": clinic.id,
                "patient_id": people[int(draw.integers(len(people)))],
                "day": day,
                "booked_on": day - timedelta(days=lead),
                "outcome": "noshow" if draw.random() < chance else "fulfilled",
                "label": "Kontrol",
                "facts": {},
                "source": "before",
                "source_key": f"{clinic.id}-{number}",
            }
        )
    session.execute(insert(PastVisit), rows)
    session.commit()


def test_a_clinic_with_a_history_trains_a_model_that_passes(
    session: Session, clinic: Clinic
) -> None:
    history(session, clinic, 6_000)
    made = trained(session, clinic)
    session.commit()
    session.expire_all()
    assert (made.number, made.visits, made.passes) == (1, 6_000, True)
    assert made.evaluation is not None
    assert 0.9 <= made.evaluation["slope"] <= 1.1
    model = queries.in_force(made)
    soon, late = model.missing([Booked(1), Booked(60)])
    assert soon < 0.12 < late
    assert (model.cautious([Booked(60)]) < model.missing([Booked(60)])).all()
    assert "overbooking.trained" in session.scalars(select(AuditEntry.action)).all()


def test_without_a_history_the_usual_rate_counts_for_nothing_cautiously(
    session: Session, clinic: Clinic
) -> None:
    made = trained(session, clinic)
    assert (made.visits, made.fitted, made.evaluation, made.passes) == (0, None, None, False)
    model = queries.in_force(made)
    assert model.missing([Booked(5)])[0] == pytest.approx(0.05)
    assert model.cautious([Booked(5)])[0] == 0


def test_too_short_a_history_gives_the_clinics_own_rate(session: Session, clinic: Clinic) -> None:
    history(session, clinic, 300)
    made = trained(session, clinic)
    assert not made.passes
    (rate,) = queries.in_force(made).missing([Booked(60)])
    assert rate == pytest.approx((made.missed + 1) / 320)
    assert queries.in_force(made).cautious([Booked(60)])[0] < made.missed / 300


def test_another_clinics_visits_are_not_learnt_from(session: Session, clinic: Clinic) -> None:
    other = make.clinic(session)
    history(session, other, 50)
    assert outcomes.of_clinic(session, clinic) == []
    assert len(outcomes.of_clinic(session, other)) == 50


class TestOwnVisits:
    @pytest.fixture
    def visit(self, session: Session, clinic: Clinic) -> Any:
        site = make.site(session, clinic)
        doctor = make.clinician(session, clinic)
        kind = make.visit_type(session, clinic, name="Kontrol")
        patient = make.patient(session, clinic, birth_date=date(1956, 11, 1))

        def made(days_ago: int, status: str, **values: Any) -> Appointment:
            return _visit(session, (clinic, site, doctor, kind, patient), days_ago, status, values)

        return made

    def test_kept_missed_and_given_up_too_late_count(
        self, session: Session, clinic: Clinic, visit: Any
    ) -> None:
        visit(2, "fulfilled")
        visit(3, "noshow")
        late = visit(4, "cancelled")
        late.cancelled_at = late.starts_at - timedelta(hours=3)
        early = visit(5, "cancelled")
        early.cancelled_at = early.starts_at - timedelta(days=3)
        called_off = visit(6, "cancelled")
        called_off.cancelled_at = called_off.starts_at - timedelta(hours=3)
        session.add(
            AppointmentChange(
                appointment_id=called_off.id, at=session.now(), what="cancelled",
                actor_kind="staff", actor_id=1, actor_name="Hanne", channel="staff",
                reason="clinician_away",
            )
        )  # fmt: skip
        visit(-2, "booked")
        session.flush()
        found = outcomes.of_clinic(session, clinic)
        assert sorted((one.day, one.missed) for one in found) == [
            (TODAY - timedelta(days=4), True),
            (TODAY - timedelta(days=3), True),
            (TODAY - timedelta(days=2), False),
        ]
        first = found[0]
        assert first.age == pytest.approx(70, abs=0.1)
        assert (first.hour, first.visit_type) == (10.5, f"#{late.visit_type_id}")
        assert first.form == "in_person"
        assert (first.day - first.booked_on).days == 30


def _visit(
    session: Session,
    of: tuple[Clinic, Site, Resource, VisitType, Patient],
    days_ago: int,
    status: str,
    values: dict[str, Any],
) -> Appointment:
    clinic, site, doctor, kind, patient = of
    start = datetime(2026, 11, 23, 9, 30, tzinfo=UTC) - timedelta(days=days_ago)
    return make.add(
        session,
        Appointment(
            clinic_id=clinic.id, site_id=site.id, patient_id=patient.id, visit_type_id=kind.id,
            clinician_id=doctor.id, form="in_person", starts_at=start,
            ends_at=start + timedelta(minutes=30), status=status, participant="accepted",
            booked_at=start - timedelta(days=30), **values,
        ),
    )  # fmt: skip


def test_it_is_trained_anew_once_a_month(
    session: Session, clinic: Clinic, rettid: Rettid, freezer: Any
) -> None:
    make.clinic(session)
    session.commit()
    assert [service.train_next(rettid.database) for _ in range(3)] == [1, 1, 0]
    freezer.move_to("2026-12-24T08:00:00Z")
    assert service.train_next(rettid.database) == 1
    newest = queries.newest(session, clinic)
    assert newest is not None
    assert newest.number == 2


def test_the_database_keeps_a_model_in_force_from_lacking_its_numbers(
    session: Session, clinic: Clinic
) -> None:
    made = trained(session, clinic)
    made.passes = True
    with pytest.raises(IntegrityError):
        session.flush()


def test_the_commands_tell_the_model_card(
    app: Flask, rettid: Rettid, session: Session, clinic: Clinic
) -> None:
    history(session, clinic, 3_000)
    run = app.test_cli_runner()
    trained = run.invoke(args=["overbooking", "train", "--clinic", str(clinic.id)])
    assert trained.exit_code == 0, trained.output
    assert "3000 visits" in trained.output
    assert "calibration slope" in trained.output
    told = run.invoke(args=["overbooking", "evaluate-model", "--clinic", str(clinic.id), "--json"])
    figures = json.loads(told.output)
    assert 700 < figures["visits"] < 800
    assert len(figures["bins"]) == 10
    assert len(session.scalars(select(MissingModel)).all()) == 1
    session.commit()
    missing = run.invoke(args=["overbooking", "train", "--clinic", "999"])
    assert missing.exit_code == 1
    assert "There is no clinic 999" in missing.output


def test_a_described_session_is_told_exactly(app: Flask, tmp_path: Any) -> None:
    file = tmp_path / "session.json"
    file.write_text(json.dumps(
        {"times": [0, 0, 0], "service": {"10": 1.0}, "p": 0.8, "planned_end": 20}
    ))  # fmt: skip
    run = app.test_cli_runner()
    told = run.invoke(args=["overbooking", "evaluate-session", str(file), "--json"])
    assert json.loads(told.output)["waits"] == pytest.approx([0, 8, 16])
    plain = run.invoke(args=["overbooking", "evaluate-session", str(file)])
    assert "16.0 min" in plain.output
    file.write_text('{"times": [0], "service": {"10": 0.9}, "p": 0.8, "planned_end": 20}')
    refused = run.invoke(args=["overbooking", "evaluate-session", str(file)])
    assert refused.exit_code == 1
    assert "service: The probabilities sum to 0.9, not 1." in refused.output
