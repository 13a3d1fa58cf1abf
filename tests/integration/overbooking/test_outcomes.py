"""What counts as missed, and what a visit type is called when it is learnt from."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from booking.appointments.models import Appointment, AppointmentChange, PastVisit
from booking.calendar.models import Clinic
from booking.overbooking import outcomes
from booking.overbooking.missing_model import Model
from booking.overbooking.records import Record, known_when_booked
from booking.platform.database import Session
from tests import factories as make

pytestmark = pytest.mark.freeze_time("2026-11-23T08:00:00Z")

LEFT = datetime(2026, 11, 9, 9, 30, tzinfo=UTC)
BOOKED = LEFT - timedelta(days=30)


@pytest.fixture
def clinic(session: Session) -> Clinic:
    return make.clinic(session)


@pytest.fixture
def visit(session: Session, clinic: Clinic) -> Appointment:
    """One that has come to stand two weeks later, kept."""
    start = LEFT + timedelta(days=7)
    return make.add(
        session,
        Appointment(
            clinic_id=clinic.id, site_id=make.site(session, clinic).id,
            patient_id=make.patient(session, clinic).id,
            visit_type_id=make.visit_type(session, clinic, name="Kontrol").id,
            clinician_id=make.clinician(session, clinic).id, form="in_person", starts_at=start,
            ends_at=start + timedelta(minutes=30), status="fulfilled", participant="accepted",
            booked_at=BOOKED,
        ),
    )  # fmt: skip


def moved(session: Session, visit: Appointment, hours: float, **values: Any) -> AppointmentChange:
    """Moved away from LEFT so many hours before it began."""
    kept = {
        "appointment_id": visit.id, "at": LEFT - timedelta(hours=hours), "what": "moved",
        "actor_kind": "patient", "actor_id": 1, "actor_name": "P", "channel": "web", "reason": "",
        "from_start": LEFT, "to_start": visit.starts_at, "before": {"form": "video"},
    }  # fmt: skip
    return make.add(session, AppointmentChange(**{**kept, **values}))


def left(session: Session, clinic: Clinic) -> list[Record]:
    found = outcomes.of_clinic(session, clinic)
    return [one for one in found if one.key.startswith("change:")]


def test_a_time_left_too_late_is_missed_and_the_later_one_kept(
    session: Session, clinic: Clinic, visit: Appointment
) -> None:
    change = moved(session, visit, 5)
    (late,) = left(session, clinic)
    assert late.key == f"change:{change.id}"
    assert (late.missed, late.day, late.booked_on) == (True, LEFT.date(), BOOKED.date())
    assert (late.form, late.hour) == ("video", 10.5)
    kept = [one for one in outcomes.of_clinic(session, clinic) if one.key != late.key]
    assert [(one.key, one.missed) for one in kept] == [(f"appointment:{visit.id}", False)]


def test_it_was_booked_when_it_was_moved_there(
    session: Session, clinic: Clinic, visit: Appointment
) -> None:
    first = LEFT - timedelta(days=3)
    moved(session, visit, 200, from_start=first, to_start=LEFT)
    moved(session, visit, 5)
    (late,) = left(session, clinic)
    assert late.booked_on == (LEFT - timedelta(hours=200)).date()


@pytest.mark.parametrize(
    ("hours", "values", "counts"),
    [
        (23.9, {}, True),
        (24, {}, False),
        (5, {"actor_kind": "staff", "channel": "phone"}, True),
        (5, {"actor_kind": "staff", "channel": "desk"}, False),
        (5, {"actor_kind": "staff", "channel": "desk", "reason": "patient_wish"}, True),
        (5, {"actor_kind": "staff", "channel": "phone", "reason": "clinician_away"}, False),
        (5, {"actor_kind": "system", "channel": "system"}, False),
        (5, {"to_start": LEFT - timedelta(hours=2)}, False),
        (5, {"before": {"form": "video", "group_session_id": 4}}, False),
    ],
)
def test_only_what_the_patient_left_late_for_a_later_time_counts(
    session: Session,
    clinic: Clinic,
    visit: Appointment,
    hours: float,
    values: dict[str, Any],
    counts: bool,
) -> None:
    moved(session, visit, hours, **values)
    assert bool(left(session, clinic)) is counts


def test_a_move_taken_back_never_was(session: Session, clinic: Clinic, visit: Appointment) -> None:
    by_phone = {"actor_kind": "staff", "channel": "phone"}
    change = moved(session, visit, 5, **by_phone)
    assert left(session, clinic)
    moved(
        session, visit, 4, **by_phone, from_start=visit.starts_at, to_start=LEFT,
        before={"form": "video", "undoes": change.id},
    )  # fmt: skip
    assert left(session, clinic) == []


def test_a_visit_type_renamed_is_the_same_and_imported_history_teaches_it(
    session: Session, clinic: Clinic, visit: Appointment
) -> None:
    for number, label in enumerate(("Kontrol", "Ukendt")):
        make.add(
            session,
            PastVisit(
                clinic_id=clinic.id, patient_id=visit.patient_id, day=date(2026, 5, 1),
                booked_on=date(2026, 4, 1), outcome="noshow", label=label, facts={},
                source="before", source_key=str(number),
            ),
        )  # fmt: skip
    own = f"#{visit.visit_type_id}"
    found = {one.key: one.visit_type for one in outcomes.of_clinic(session, clinic)}
    assert sorted(found.values()) == sorted([own, own, "Ukendt"])
    model = Model(-2.0, 0.1, 0.0, {}, {"visit_type": {own: 1.0}})
    before = model.missing(known_when_booked([outcomes.to_come(visit)]))[0]
    visit.visit_type.name = "Kontrol hos læge"
    session.flush()
    assert model.missing(known_when_booked([outcomes.to_come(visit)]))[0] == before > 0.2


def test_nobody_is_reminded_by_a_clinic_that_sends_nothing(
    session: Session, visit: Appointment
) -> None:
    assert outcomes.to_come(visit).reminders == 0
